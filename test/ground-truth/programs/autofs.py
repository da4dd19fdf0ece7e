"""An autofs mount without anything to mount: it tells whether somebody sprang it.

    autofs.py MOUNT_POINT

Prints "ready", then "sprung" or "quiet" for each line on its standard input. Whoever springs it
waits until this program ends. Kernel document filesystems/autofs.rst.
"""
import ctypes
import fcntl
import os
import select
import sys

AUTOFS_IOC_CATATONIC = 0x9362

mount_point = sys.argv[1]
# The daemon's own process group may walk through the mount without springing it.
os.setpgid(0, 0)
reader, writer = os.pipe()
libc = ctypes.CDLL(None, use_errno=True)
options = "fd=%d,pgrp=%d,minproto=5,maxproto=5,direct" % (writer, os.getpgrp())
if libc.mount(b"trap", mount_point.encode(), b"autofs", 0, options.encode()) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
root = os.open(mount_point, os.O_RDONLY)
print("ready", flush=True)
for _ in sys.stdin:
    sprung, _, _ = select.select([reader], [], [], 0)
    print("sprung" if sprung else "quiet", flush=True)
fcntl.ioctl(root, AUTOFS_IOC_CATATONIC, 0)
