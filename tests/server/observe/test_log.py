"""One line an event, whatever the text."""

import json
import logging
import sys

from server.observe.log import JsonLines, TextLines


def record(text: str, *args: object, failed: bool = False) -> logging.LogRecord:
    error = None
    if failed:
        try:
            raise ValueError("broken")
        except ValueError:
            error = sys.exc_info()
    return logging.LogRecord("server.net", logging.WARNING, "file", 1, text, args, error)


def test_text_is_one_line_and_cannot_be_forged() -> None:
    line = TextLines().format(record("refused %s", "a\n2026-01-01 ERROR server: forged\x1b[31m"))
    assert line.count("\n") == 0
    assert "WARNING server.net: refused a\\n2026" in line
    assert "\x1b" not in line
    assert "你好" in TextLines().format(record("你好"))


def test_json_is_one_line_with_the_traceback_in_it() -> None:
    line = JsonLines().format(record("failed\n%d", 3, failed=True))
    assert line.count("\n") == 0
    entry = json.loads(line)
    assert entry["message"] == "failed\n3"
    assert (entry["level"], entry["logger"]) == ("warning", "server.net")
    assert "ValueError: broken" in entry["traceback"]


def test_a_traceback_follows_the_text() -> None:
    assert "ValueError: broken" in TextLines().format(record("failed", failed=True))
