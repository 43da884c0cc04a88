"""Face and voice in headless Chromium on the real server: in step, whatever happens on the way.

Offsets are between the page's own records: the media time of each face shown, and that of the voice at the
audio device's raw clock. Nothing is compared with wall time. `python -m tests.bench sync` does it for
minutes.
"""

from collections.abc import AsyncIterator
from itertools import groupby

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from server import app, config
from tests.web_client.scenes import Records, Talk, busy_machine, talking
from tests.web_client.visit import offsets

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ENGINES = {"brain": "echo", "voice": "espeak", "face": "articulation", "recognizer": None}
SENTENCE = "The river follows it."
LISTENING = "facewire.client.control({ type: 'state', state: 'listening' })"
STILL_FRAMES = 6
"""A breath turns around within a few frames; a face that stands for longer has stopped."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(browser: Browser) -> AsyncIterator[Talk]:
    tree = config.parse({"server": {"port": 0, "grace_s": 0}, "engines": ENGINES}, "test")
    async with app.running(tree, environ={}) as server, talking(browser, server.address) as page:
        yield page
        assert page.complaints == []


def assert_in_sync(records: Records) -> None:
    skews = np.abs(offsets(records))
    assert len(skews) >= 10, "too few frames were shown to judge"
    assert np.mean(skews <= 20) >= 0.95, np.quantile(skews, [0.5, 0.95, 1])


async def test_after_an_underrun(talk: Talk) -> None:
    assert_in_sync(await talk.stalls(SENTENCE))
    assert await talk.page.evaluate("facewire.client.underruns") > 0


async def test_after_an_interrupt(talk: Talk) -> None:
    records = await talk.interrupts(SENTENCE, "My name.")
    assert_in_sync(records)
    assert max(r["jawOpen"] for r in records) > 0.1
    assert any(r["closed"] for r in records)


async def test_after_a_reconnect_in_mid_sentence(talk: Talk) -> None:
    records = await talk.reconnects(SENTENCE)
    assert_in_sync(records)
    end = await talk.page.evaluate("facewire.client.session.reception.position.pts")
    assert max(r["playhead"] for r in records) > end - 50_000, "heard to its end"


async def test_on_a_busy_machine(talk: Talk) -> None:
    async with busy_machine():
        assert_in_sync(await talk.hears("My name."))


def assert_alive(poses: list[list[float]]) -> None:
    moves = np.abs(np.diff(poses, axis=0)).max(axis=1) > 0
    still = [len(list(run)) for moving, run in groupby(moves) if not moving]
    assert max(still, default=0) <= STILL_FRAMES


async def test_idle_and_listening_never_freeze(talk: Talk) -> None:
    assert_alive(await talk.poses(40))
    await talk.page.evaluate(LISTENING)
    assert_alive(await talk.poses(30))


async def test_a_page_that_was_hidden_comes_back_in_step(talk: Talk) -> None:
    """A page behind another gets no animation frames; the voice goes on."""
    turn = await talk.ask("The river follows the bridge before noon.")
    await talk.playing(turn, 0.3)
    async with await talk.page.context.new_page() as other:
        await other.bring_to_front()
        await talk.until("facewire.client.heard.pts > facewire.records.at(-1).playhead + 4e5")
        await talk.page.bring_to_front()
        await talk.over(turn)
    records = await talk.records(turn)
    gaps = np.diff([r["playhead"] for r in records])
    assert gaps.max() > 4e5, "nothing was shown for a while"
    assert_in_sync(records[int(gaps.argmax()) + 1 :])
    assert_alive(await talk.poses(30))
