"""Starts processes with odd names, owners and states, prints {label: pid} and ends them when its
standard input does. Needs root for the owners.

    odd-processes.py FOLDER        copies of sleep(1) under odd names are made there
"""
import json
import os
import shutil
import signal
import sys
import time

folder = os.fsencode(sys.argv[1])
os.chmod(folder, 0o755)
pids = {}


def wait_for_exec(pid):
    """Until the child runs its program, or has ended as a zombie."""
    own = open("/proc/self/comm").read()
    for _ in range(10000):
        if open("/proc/%d/stat" % pid, errors="replace").read().split(") ")[-1][0] == "Z":
            return
        if open("/proc/%d/comm" % pid, errors="replace").read() != own:
            return
        time.sleep(0.001)
    sys.exit("a process did not start")


def start(label, run):
    pid = os.fork()
    if pid == 0:
        try:
            os.setpgid(0, 0)
            run()
        finally:
            os._exit(1)
    pids[label] = pid
    wait_for_exec(pid)


def program(name):
    path = os.path.join(folder, name)
    shutil.copy("/bin/sleep", path)
    return path


def sleeper(name, argv0=None):
    path = program(name)
    return lambda: os.execv(path, [path if argv0 is None else argv0, b"600"])


def as_user(real, effective, saved, name):
    path = program(name)

    def run():
        os.setresuid(real, effective, saved)
        os.execv(path, [path, b"600"])

    return run


start("spaces", sleeper(b"two  spaces "))
start("brackets", sleeper(b"a) S 1 (b"))
start("line end", sleeper(b"line\nend\n"))
start("not utf-8", sleeper(b"caf\xe9"))
start("utf-8", sleeper("été".encode()))
start("utf-8, cut inside a letter", sleeper("fourteen-chars".encode() + "é".encode()))
start("fifteen characters", sleeper(b"fifteen-charact"))
start("long name", sleeper(b"a-rather-long-name-of-a-program"))
# sleep(1) adds its arguments up.
long_program = program(b"a-program-of-many-arguments")
start(
    "more than 64 KiB of arguments",
    lambda: os.execv(long_program, [long_program, b"600", b"--"] + [b"0"] * 50000),
)
start("long name, not utf-8", sleeper(b"not-utf-8-\xff\xfe-\xfd-and-long"))
start("long name, other argv[0]", sleeper(b"long-name-with-other-argv", b"nothing-alike"))
start("long name, longer argv[0]", sleeper(b"long-name-with-tail", b"/x/long-name-with-tail and words"))
start("long name of letters of two bytes", sleeper("éèêëéèêëéèêë".encode()))
start("zombie", lambda: os._exit(0))
start("unknown user", as_user(54321, 54321, 54321, b"odd-unknown"))
start("real user differs", as_user(1, 0, 0, b"odd-real"))
start("effective user differs", as_user(0, 1, 0, b"odd-effective"))
start("the highest uid", as_user(4294967294, 4294967294, 4294967294, b"odd-highest"))

print(json.dumps(pids), flush=True)
sys.stdin.read()
for pid in pids.values():
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
