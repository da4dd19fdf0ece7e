"""What one part of a report costs with psutil, as the original asks for it.

    psutil-peer.py PART SAMPLES     prints {"cpuUs": CPU time of one sample}
"""
import json
import resource
import sys

import psutil


def cpu_us():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


def processes():
    return [p.info for p in psutil.process_iter(attrs=["pid", "name", "username"])]


def disks():
    return [psutil.disk_usage(p.mountpoint) for p in psutil.disk_partitions()]


def cpu():
    return [psutil.cpu_count(), psutil.cpu_freq(), psutil.cpu_percent()]


def network():
    return [psutil.net_if_addrs(), psutil.net_io_counters(pernic=True)]


parts = {
    "cpu": cpu,
    "memory": psutil.virtual_memory,
    "processes": processes,
    "disks": disks,
    "network": network,
}
chosen = list(parts.values()) if sys.argv[1] == "whole" else [parts[sys.argv[1]]]
samples = int(sys.argv[2])
for part in chosen:
    part()
before = cpu_us()
for _ in range(samples):
    for part in chosen:
        part()
print(json.dumps({"cpuUs": (cpu_us() - before) / samples}))
