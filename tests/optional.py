"""Tests of what is not always installed: skipped with the reason, or failed where all are required."""

import importlib.util
import os
import shutil
from typing import NoReturn

import pytest


def lacking(what: str) -> NoReturn:
    """Skips the test with the reason, or fails it where every test is required."""
    if os.environ.get("FACEWIRE_REQUIRE_ALL_TESTS"):
        pytest.fail(what)
    pytest.skip(what)


def need_modules(*names: str, extra: str = "train") -> None:
    """The packages of an extra, by the names they are imported by."""
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if missing:
        lacking(f"{' and '.join(missing)} not installed (the extra `{extra}`): this was not tested")


def need_program(name: str) -> None:
    """A program that the corpus is spoken with."""
    if shutil.which(name) is None:
        lacking(f"{name} is not installed: its speech was not tested")
