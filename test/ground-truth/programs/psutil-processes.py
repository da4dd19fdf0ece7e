"""Prints what psutil says of every process: [[pid, name, username], ...] as JSON.

Bytes that are no UTF-8 become U+FFFD, as in our reports; psutil has lone surrogates there.
"""
import json
import psutil


def text(value):
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


rows = []
for process in psutil.process_iter():
    try:
        rows.append([process.pid, text(process.name()), text(process.username())])
    except psutil.NoSuchProcess:
        pass
print(json.dumps(rows))
