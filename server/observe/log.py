"""The log: one line an event on standard error, as text or as JSON."""

import logging
import sys
import time
from typing import Literal

import msgspec


class TextLines(logging.Formatter):
    """`2026-01-31 12:00:00.123 INFO server.app: text`; control characters of the text are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        line = f"{moment}.{int(record.msecs):03d} {record.levelname} {record.name}: {_one_line(record)}"
        return line if record.exc_info is None else f"{line}\n{self.formatException(record.exc_info)}"


class JsonLines(logging.Formatter):
    """One JSON object a line; a traceback is text in it."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": round(record.created, 3),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info is not None:
            entry["traceback"] = self.formatException(record.exc_info)
        return msgspec.json.encode(entry).decode()


def configure(level: str, format: Literal["text", "json"]) -> None:
    """Send this process's log to standard error."""
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(JsonLines() if format == "json" else TextLines())
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(level.upper())


def _one_line(record: logging.LogRecord) -> str:
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in record.getMessage()
    )
