"""What happens to a page that talks with a real server: the scenes of the test and of the bench.

Each gives the records of the faces shown while the voice was heard, from the event on. They raise
TimeoutError where what they wait for does not come, and AssertionError where what they are about did not
happen.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser

from tests.web_client.relay import Relay, relayed
from tests.web_client.visit import NO_WEBGL, OpenPage

Records = list[dict[str, Any]]
LONGEST_S = 100.0

POSES = """async (frames) => {
  const poses = [];
  for (let i = 0; i < frames; i += 1) {
    await new Promise(requestAnimationFrame);
    const { weights, head } = facewire.client.face(performance.now());
    poses.push([...weights, ...head]);
  }
  return poses;
}"""


class Talk(OpenPage):
    """A page that talks with `server` over a cable of its own."""

    relay: Relay

    async def hears(self, text: str) -> Records:
        """A whole reply."""
        turn = await self.ask(text)
        await self.over(turn, LONGEST_S)
        return await self.records(turn)

    async def stalls(self, text: str) -> Records:
        """The network stalls in mid-sentence until the voice has run dry."""
        turn = await self.ask(text)
        await self.playing(turn, 0.5)
        self.relay.hold()
        await self.until("facewire.records.at(-1).state === 'starved'")
        self.relay.release()
        await self.over(turn, LONGEST_S)
        everything = [r for r in await self.everything() if r["turn"] == turn]
        dry = max(i for i, r in enumerate(everything) if r["state"] == "starved")
        return [r for r in everything[dry:] if r["state"] in ("playing", "draining")]

    async def interrupts(self, text: str, after: str) -> Records:
        """The user interrupts, and asks again: the records of the second reply."""
        turn = await self.ask(text)
        await self.playing(turn, 0.5)
        await self.page.keyboard.press("Escape")
        await self.until("['idle', 'flushing'].includes(facewire.records.at(-1).state)")
        return await self.hears(after)

    async def reconnects(self, text: str) -> Records:
        """The connection breaks in mid-sentence, and the session goes on."""
        turn = await self.ask(text)
        await self.playing(turn, 0.5)
        before = (await self.everything())[-1]["time"]
        self.relay.cut()
        await self.until("facewire.client.status === 'reconnecting'")
        await self.over(turn, LONGEST_S)
        assert await self.page.evaluate("facewire.client.session.welcome.resumed?.turn") == turn
        return [r for r in await self.records(turn) if r["time"] > before]

    async def poses(self, frames: int) -> list[list[float]]:
        """The face in so many animation frames: weights and head."""
        shown: list[list[float]] = await self.page.evaluate(POSES, frames)
        return shown


@asynccontextmanager
async def talking(browser: Browser, server: str) -> AsyncIterator[Talk]:
    """The page of the server at `server`, open and with its audio device running.

    The drawn face is shown: it takes as little of the processor as the 3D head does where there is a
    graphics card, so that the pictures come at the display's rate.
    """
    async with relayed(server) as relay:
        context = await browser.new_context(viewport={"width": 640, "height": 560})
        await context.add_init_script(NO_WEBGL)
        talk = Talk(await context.new_page())
        talk.relay = relay
        await talk.open(relay.address)
        await talk.connected()
        await talk.audible()
        yield talk
        await context.close()


@asynccontextmanager
async def busy_machine() -> AsyncIterator[None]:
    """A process on each core that does nothing but keep it busy."""
    spin = (sys.executable, "-c", "while True: pass")
    processes = [await asyncio.create_subprocess_exec(*spin) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            await process.wait()
