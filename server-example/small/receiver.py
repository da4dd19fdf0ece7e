"""A receiver of one screen, to read and to copy. Needs Flask (python3-flask on Debian).

    flask --app receiver run --port 5000

REPORTS names the database. For more than a few machines run it under a server of its own, such as
gunicorn: `gunicorn receiver:app`.
"""

import hashlib
import json
import os
import sqlite3
from contextlib import closing

from flask import Flask, request

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 8 * 1024 * 1024


def open_reports():
    """FULL: a commit returns once the disk has it, so that a 200 may be believed. The digest is part
    of the key, because a clock that was set back makes two different reports of one second."""
    reports = sqlite3.connect(os.environ.get("REPORTS", "reports.db"), timeout=5)
    reports.execute("PRAGMA journal_mode = WAL")
    reports.execute("PRAGMA synchronous = FULL")
    reports.execute(
        """CREATE TABLE IF NOT EXISTS reports (system_id TEXT, epoch INTEGER, digest TEXT, body TEXT,
                                               PRIMARY KEY (system_id, epoch, digest))"""
    )
    return reports


def is_moment(value):
    return type(value) is int and 0 <= value < 2**53


@app.post("/")
def receive():
    if "Content-Encoding" in request.headers:
        return "", 415
    try:
        text = request.get_data().decode()
        asked = json.loads(text)
        action = asked["action"]
        if action == "check_url":
            return "", 202
        system_id = asked["system_id"]
    except (ValueError, KeyError, TypeError):
        return "", 400
    if not isinstance(system_id, str) or not 0 < len(system_id) <= 200:
        return "", 400
    if action == "check_system_id":
        with closing(open_reports()) as reports:
            find = "SELECT 1 FROM reports WHERE system_id = ? LIMIT 1"
            return "", 200 if reports.execute(find, [system_id]).fetchone() else 204
    if action != "send_stats" or not is_moment(asked.get("epoch")):
        return "", 400
    if not isinstance(asked.get("stats"), dict):
        return "", 400
    digest = hashlib.sha256(text.encode()).hexdigest()
    with closing(open_reports()) as reports, reports:
        insert = "INSERT OR IGNORE INTO reports VALUES (?, ?, ?, ?)"
        reports.execute(insert, [system_id, asked["epoch"], digest, text])
    return "", 200


@app.errorhandler(sqlite3.Error)
def unavailable(error):
    """A full disk, a locked database: the agent keeps the report and comes again."""
    app.logger.error("%s", error)
    return "", 503, {"Retry-After": "10"}
