"""A chain: the engines of one slot in the order in which they are wanted, and the calls made to them.

The first whose breaker admits it serves. What fails or is late is left to the next one. The last is always
tried: a slim chance is better than none.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, TypeVar

from server.engines.breaker import Breaker, State
from server.errors import CannotSpeak, EngineError

E = TypeVar("E")
T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an engine may take before it counts as failed, and how often a call is tried."""

    first_s: float = 10.0
    """For its first result."""
    between_s: float = 5.0
    """For each one after it."""
    retries: int = 1
    """How often a call that failed at once, for a reason that may pass, is made again."""


@dataclass(frozen=True, slots=True, eq=False)
class Link(Generic[E]):
    """One engine of a chain."""

    name: str
    engine: E
    breaker: Breaker
    patience: Patience = Patience()


@dataclass(frozen=True, slots=True)
class Health:
    """How an engine of a chain is doing."""

    name: str
    state: State


Changed = Callable[[str, str], None]
"""Told that an engine (its name) takes over from the one before it, and why that one did not do it."""


def admitted(links: Sequence[Link[E]]) -> Iterator[Link[E]]:
    """Those that may be called now, one after the other as they are asked for."""
    for link in links:
        if link.breaker.admits() or link is links[-1]:
            yield link


def health(links: Sequence[Link[E]]) -> tuple[Health, ...]:
    """How all engines of the chain are doing."""
    return tuple(Health(link.name, link.breaker.state) for link in links)


async def called(link: Link[E], call: Callable[[E], AsyncGenerator[T, None]]) -> AsyncGenerator[T, None]:
    """The results of a call that `link` was admitted for, in time; its breaker learns of the end.

    Raises EngineError for whatever the engine raises, and for results that are late. `CannotSpeak` is the
    text's fault, and says nothing about the engine. Closing it closes the engine's stream.
    """
    left = link.patience.retries
    given = False
    try:
        while True:
            try:
                async with aclosing(call(link.engine)) as results:
                    async for result in _in_time(link, results):
                        given = True
                        yield result
                link.breaker.succeeded()
                return
            except CannotSpeak:
                link.breaker.withdrawn()
                raise
            except EngineError as error:
                if given or left <= 0 or error.permanent or isinstance(error, _Late):
                    link.breaker.failed(permanent=error.permanent)
                    raise
                left -= 1
    except (asyncio.CancelledError, GeneratorExit):
        link.breaker.withdrawn()
        raise


class _Late(EngineError):
    """A result did not come in time: trying again would only take longer."""


async def _in_time(link: Link[E], results: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
    limit_s = link.patience.first_s
    end = object()
    while True:
        try:
            async with asyncio.timeout(limit_s):
                result = await anext(results, end)
        except TimeoutError:
            raise _Late(f"{link.name} gave nothing for {limit_s:g} s") from None
        except EngineError:
            raise
        except Exception as error:
            log.exception("the engine %s failed", link.name)
            raise EngineError(f"{link.name} failed: {error!r}") from error
        if result is end:
            return
        yield result  # type: ignore[misc]
        limit_s = link.patience.between_s
