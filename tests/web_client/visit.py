"""Chromium, and the page open in it: what a user does there, and what the page recorded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
OF_SOFTWARE_GL = "GL Driver Message"
"""Begins what Chromium says of pictures that it draws without a graphics card."""
NO_WEBGL = """
const real = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return /webgl/.test(kind) ? null : real.call(this, kind, ...more);
};
"""
"""A script that runs before the page's own: a browser that has no WebGL."""

WAIT = """async () => {
  for (let i = 0; i < 50 && !(CONDITION); i += 1) await new Promise((done) => setTimeout(done, 10));
  return Boolean(CONDITION);
}"""


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Browser]:
    """Headless, without the flag that allows autoplay: sound begins as it does for a user."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, *flags])
        yield running
        await running.close()


@dataclass
class OpenPage:
    """The page open in a browser, and what it complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    async def open(self, address: str) -> None:
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._console)
        await self.page.goto(address)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and OF_SOFTWARE_GL not in message.text:
            self.complaints.append(message.text)

    async def ask(self, text: str) -> int:
        """Types a question; the number of the turn that answers."""
        last = await self.turn()
        await self.page.fill("#text", text)
        await self.page.keyboard.press("Enter")
        await self.until(f"facewire.client.session.reception.turn > {last}")
        return await self.turn()

    async def turn(self) -> int:
        number: int = await self.page.evaluate("facewire.client.session.reception.turn")
        return number

    async def until(self, condition: str, seconds: float = 15) -> None:
        """Waits until a JavaScript expression holds. Raises TimeoutError.

        Not by `wait_for_function`, which would need the page's policy to allow `eval`.
        """
        async with asyncio.timeout(seconds):
            while not await self.page.evaluate(WAIT.replace("CONDITION", condition)):
                pass

    async def connected(self) -> None:
        await self.until("document.querySelector('#connection').dataset.status === 'open'")

    async def audible(self) -> None:
        """Lets the face come, the audio device start and its clock settle, as they have when a user has
        typed a question."""
        await self.until("document.querySelector('#face').classList.contains('shown')")
        await self.page.click("#text")
        await self.until("facewire.records.at(-1)?.time > 0.6")

    async def playing(self, turn: int, seconds: float = 0.3) -> None:
        """Waits until so much of a turn was heard."""
        await self.until(f"facewire.records.some(r => r.turn === {turn} && r.playhead > {1e6 * seconds})")

    async def over(self, turn: int, seconds: float = 15) -> None:
        """Waits until a turn was heard to its end."""
        await self.until(
            f"facewire.records.at(-1)?.turn === {turn} && facewire.records.at(-1).state === 'idle'"
            " && facewire.client.report.state === 'idle'",
            seconds,
        )

    async def everything(self) -> list[dict[str, Any]]:
        """Every record that the page has kept."""
        records: list[dict[str, Any]] = await self.page.evaluate("facewire.records")
        return records

    async def records(self, turn: int) -> list[dict[str, Any]]:
        """What was shown in one turn while its voice was heard."""
        return [
            r
            for r in await self.everything()
            if r["turn"] == turn and r["state"] in ("playing", "draining")
        ]


def offsets(records: list[dict[str, Any]]) -> list[float]:
    """Media time of each face shown minus that of the voice heard at that moment, in milliseconds."""
    return [(r["shown"] - r["playhead"]) / 1000 for r in records if r["shown"] >= 0]
