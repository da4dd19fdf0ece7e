"""Answers one JSON line for each question on standard input, with psutil's figures.

cpu       {"count", "frequency"}
percent   CPU use since the last such question
memory    virtual_memory
network   of each interface its first IPv4 address, and its counters
usage PID…  of each process its CPU use since the last such question, and its memory
root DIR  from now on read DIR in place of /proc
"""

import json
import socket
import sys
import warnings

import psutil

warnings.simplefilter("ignore")


def memory():
    figures = psutil.virtual_memory()
    return {
        "total": figures.total,
        "available": figures.available,
        "percent_used": figures.percent,
        "used": figures.used,
        "free": figures.free,
    }


def network():
    counters = psutil.net_io_counters(pernic=True, nowrap=False)
    answer = {}
    for name, addresses in psutil.net_if_addrs().items():
        for address in addresses:
            if address.family != socket.AF_INET or name in answer:
                continue
            answer[name] = {"ip": address.address, "netmask": address.netmask}
            if name in counters:
                answer[name]["bytes_sent"] = counters[name].bytes_sent
                answer[name]["bytes_recv"] = counters[name].bytes_recv
    return answer


def cpu():
    frequency = psutil.cpu_freq()
    return {
        "count": psutil.cpu_count(),
        "frequency": None if frequency is None else frequency.current,
    }


processes = {}


def usage(pids):
    return [
        [process.cpu_percent(), process.memory_info().rss]
        for process in (processes.setdefault(pid, psutil.Process(int(pid))) for pid in pids)
    ]


def answer(question):
    word, _, rest = question.partition(" ")
    if word == "root":
        psutil.PROCFS_PATH = rest
        return None
    if word == "usage":
        return usage(rest.split())
    questions = {"cpu": cpu, "percent": psutil.cpu_percent, "memory": memory, "network": network}
    return questions[word]()


for line in sys.stdin:
    try:
        reply = {"value": answer(line.strip())}
    except Exception as error:
        reply = {"error": repr(error)}
    print(json.dumps(reply), flush=True)
