"""As process 1 of a PID namespace: starts process 2, whose child 3 becomes nobody when it gets
SIGUSR1, and then runs the given command, whose exit status it has.

    unshare --pid --fork --mount-proc python3 second-process.py COMMAND...
"""
import os
import signal
import subprocess
import sys


def become_nobody(*_):
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)


def child():
    signal.signal(signal.SIGUSR1, become_nobody)
    os.write(ready, b".")
    while True:
        signal.pause()


started, ready = os.pipe()
if os.fork() == 0:
    if os.fork() == 0:
        child()
    signal.pause()
os.read(started, 1)
sys.exit(subprocess.call(sys.argv[1:]))
