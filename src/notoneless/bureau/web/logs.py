"""Log lines as JSON, one per line, without personal values.

The text of an unexpected error may hold a child's data, so an exception is logged by its kind and the
places in the code it came through, never by its message.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import traceback

_OF_JOBS = ("django_tasks", "django_tasks_db")
"""Loggers whose arguments are the number of a job, which job it is, how it ended: never what it works on."""


def _event(record: logging.LogRecord) -> str:
    """What happened. A message's arguments hold paths and values; its pattern is written by a programmer."""
    if record.name in _OF_JOBS:
        return record.getMessage()
    return record.msg if isinstance(record.msg, str) else type(record.msg).__name__


class JsonLines(logging.Formatter):
    """``{"at", "level", "logger", "event", ...}``; fields of ``extra={"fields": {...}}`` are added."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, object] = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat("T", "milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": _event(record),
        }
        line.update(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            line["error"] = type(error).__name__
            line["where"] = places(error)
        return json.dumps(line, ensure_ascii=False, default=str)


def places(error: BaseException) -> list[str]:
    """The last places in the code that an error came through."""
    return [
        f"{frame.filename.rpartition('site-packages/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-8:]
    ]
