"""Mounts what is told only in part, in the mount namespace that it runs in, and then runs a command,
whose exit status it has. Root and /dev/fuse needed; fuse(4).

    odd-names-of-mounts.py FOLDER COMMAND...

FOLDER/private: a FUSE mount that is closed to all but one user, to whom the kernel answers 0 for
every figure. FOLDER/\\xff: one whose path is no UTF-8. FOLDER/one, FOLDER/two: devices whose names
have the same first 255 bytes.
"""
import ctypes
import os
import subprocess
import sys

folder = os.fsencode(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)


def mount(source, name, kind, options=b""):
    point = os.path.join(folder, name)
    os.mkdir(point)
    if libc.mount(source, point, kind, 0, options) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))


# Nobody answers there, and for these two nobody has to.
for name in (b"private", b"\xff"):
    fuse = os.open("/dev/fuse", os.O_RDWR)
    options = b"fd=%d,rootmode=40000,user_id=65534,group_id=65534" % fuse
    mount(b"odd-fuse", name, b"fuse.odd", options)
for name in (b"one", b"two"):
    mount(b"d" * 255 + name, name, b"tmpfs")
sys.exit(subprocess.call(sys.argv[2:]))
