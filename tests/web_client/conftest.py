"""A browser for the page's tests, and one page of it on a scripted server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from protocol import messages as m
from tests.web_client.node import build_page, lacking
from tests.web_client.scripted import ScriptedServer

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


def need_chromium() -> str:
    """The path of the browser; without one the test is skipped, or fails where every test is required."""
    if not CHROMIUM.exists():
        lacking(f"{CHROMIUM} is not installed: the page was not tested")
    return str(CHROMIUM)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Without the flag that allows autoplay: sound begins as it does for a user."""
    path = need_chromium()
    build_page()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        await running.close()


@dataclass
class Visit:
    """The page open in a browser, and what it complained about."""

    page: Page
    server: ScriptedServer
    complaints: list[str] = field(default_factory=list)

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
        """Waits until a JavaScript expression holds."""
        await self.page.wait_for_function(condition, timeout=1000 * seconds)

    async def connected(self) -> None:
        await self.until("document.querySelector('#connection').dataset.status === 'open'")

    async def audible(self) -> None:
        """Lets the audio device start and its clock settle, as it has when a user has typed a question."""
        await self.page.click("#text")
        await self.until("facewire.records.at(-1)?.time > 0.6")

    async def playing(self, turn: int, seconds: float = 0.3) -> None:
        """Waits until so much of a turn was heard."""
        await self.until(f"facewire.records.some(r => r.turn === {turn} && r.playhead > {1e6 * seconds})")

    async def over(self, turn: int) -> None:
        """Waits until a turn was heard to its end."""
        await self.until(
            f"facewire.records.at(-1)?.turn === {turn} && facewire.records.at(-1).state === 'idle'"
            " && facewire.client.report.state === 'idle'"
        )

    async def records(self, turn: int) -> list[dict[str, Any]]:
        """What was shown in one turn while its voice was heard."""
        everything: list[dict[str, Any]] = await self.page.evaluate("facewire.records")
        return [r for r in everything if r["turn"] == turn and r["state"] in ("playing", "draining")]

    async def last_report(self) -> m.Played:
        """The last `played` that the page sent, once the server has it."""
        sent = await self.page.evaluate("[facewire.client.report.turn, facewire.client.report.state]")
        while not self.server.reports() or [*_turn_and_state(self.server.reports()[-1])] != sent:
            self.server.arrived.clear()
            await self.server.arrived.wait()
        return self.server.reports()[-1]


def _turn_and_state(report: m.Played) -> tuple[int, str]:
    return report.turn, report.state


@asynccontextmanager
async def visiting(
    browser: Browser, server: ScriptedServer, *, prefix: str = "", query: str = "", **context: Any
) -> AsyncIterator[Visit]:
    """The page of a scripted server, open in a browser."""
    address = await server.start(prefix=prefix)
    page = await browser.new_page(**({"viewport": {"width": 640, "height": 560}} | context))
    visit = Visit(page, server)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    page.on(
        "console", lambda x: visit.complaints.append(x.text) if x.type in ("error", "warning") else None
    )
    await page.goto(address + query)
    yield visit
    await page.close()
    await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """One page for all tests that only talk, under a path prefix as behind a proxy."""
    async with visiting(browser, ScriptedServer(), prefix="/some/where") as open_page:
        await open_page.connected()
        await open_page.audible()
        yield open_page
