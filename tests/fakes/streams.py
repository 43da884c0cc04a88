"""Counts the streams that are open, so that a test can see a leak."""

from collections.abc import Iterator
from contextlib import contextmanager


class OpenStreams:
    """How many streams of an engine are open now, and were opened in all."""

    def __init__(self) -> None:
        self.open = 0
        self.opened = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        self.open += 1
        self.opened += 1
        try:
            yield
        finally:
            self.open -= 1
