"""A FUSE file system on a block device (type fuseblk, as ntfs-3g's) whose statfs can be held up.

    fuse-disk.py DEVICE MOUNT_POINT FLAG

While the file FLAG exists, statfs is not answered; when it goes, those who wait are answered as
well. Its f_bsize is 65536 and its f_frsize 4096. Prints "ready" when it is mounted; ends when its
standard input does. Root and /dev/fuse needed; fuse(4), include/uapi/linux/fuse.h.
"""
import ctypes
import errno
import os
import select
import struct
import sys

device, mount_point, flag = sys.argv[1:]
FUSE_FORGET, FUSE_GETATTR, FUSE_STATFS, FUSE_INIT, FUSE_INTERRUPT = 2, 3, 17, 26, 36
FUSE_BATCH_FORGET = 42

libc = ctypes.CDLL(None, use_errno=True)
fuse = os.open("/dev/fuse", os.O_RDWR)
options = "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,blksize=512" % fuse
if libc.mount(device.encode(), mount_point.encode(), b"fuseblk", 0, options.encode()) != 0:
    sys.exit(os.strerror(ctypes.get_errno()))
print("ready", flush=True)


def answer(unique, body=b"", error=0):
    try:
        os.write(fuse, struct.pack("<IiQ", 16 + len(body), -error, unique) + body)
    except OSError as failure:
        # The asker was interrupted and does not wait any more.
        if failure.errno != errno.ENOENT:
            raise


#        blocks bfree bavail files ffree bsize namelen frsize padding spare
statfs = struct.pack("<5Q4I6I", 1000, 600, 500, 10, 5, 65536, 255, 4096, 0, 0, 0, 0, 0, 0, 0)
waiting = []
while True:
    ready, _, _ = select.select([fuse, sys.stdin], [], [], 0.02)
    if sys.stdin in ready:
        os._exit(0)
    if not os.path.exists(flag):
        for unique in waiting:
            answer(unique, statfs)
        waiting = []
    if fuse not in ready:
        continue
    request = os.read(fuse, 1 << 20)
    _, opcode, unique = struct.unpack_from("<IIQ", request)
    if opcode == FUSE_INIT:
        major, minor, readahead = struct.unpack_from("<III", request, 40)
        answer(unique, struct.pack("<IIIIHHI", 7, min(minor, 31), readahead, 0, 0, 0, 4096) + bytes(40))
    elif opcode == FUSE_GETATTR:
        # attr_valid, attr_valid_nsec, dummy; ino size blocks times; mode nlink uid gid rdev blksize flags
        attributes = struct.pack("<6Q3I7I", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0o40755, 1, 0, 0, 0, 4096, 0)
        answer(unique, struct.pack("<QII", 1, 0, 0) + attributes)
    elif opcode == FUSE_STATFS:
        waiting.append(unique)
    elif opcode not in (FUSE_FORGET, FUSE_BATCH_FORGET, FUSE_INTERRUPT):
        answer(unique, error=errno.ENOSYS)
