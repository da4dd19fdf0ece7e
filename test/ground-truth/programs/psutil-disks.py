"""Prints what psutil says of every partition, in its order:
[[device, mountpoint, fstype, total, used, free], ...] as JSON."""
import json
import psutil


def text(value):
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


rows = []
for partition in psutil.disk_partitions():
    usage = psutil.disk_usage(partition.mountpoint)
    rows.append(
        [text(partition.device), text(partition.mountpoint), partition.fstype]
        + [usage.total, usage.used, usage.free]
    )
print(json.dumps(rows))
