"""A browser for the page's tests, and one page of it on a scripted server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser

from protocol import messages as m
from tests.optional import lacking
from tests.web_client.node import build_page
from tests.web_client.scripted import ScriptedServer
from tests.web_client.visit import CHROMIUM, OpenPage, chromium


def need_chromium() -> None:
    """Without the browser the test is skipped, or fails where every test is required."""
    if not CHROMIUM.exists():
        lacking(f"{CHROMIUM} is not installed: the page was not tested")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    need_chromium()
    build_page()
    async with chromium() as running:
        yield running


@dataclass
class Visit(OpenPage):
    """The page of a scripted server."""

    server: ScriptedServer = field(kw_only=True)

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
    browser: Browser,
    server: ScriptedServer,
    *,
    prefix: str = "",
    query: str = "",
    before: str = "",
    without: str = "",
    **context: Any,
) -> AsyncIterator[Visit]:
    """The page of a scripted server, open in a browser: `before` is a script that runs first, `without` a
    pattern of addresses that are not answered."""
    address = await server.start(prefix=prefix)
    page = await browser.new_page(**({"viewport": {"width": 640, "height": 560}} | context))
    if before:
        await page.add_init_script(before)
    if without:
        await page.route(without, lambda route: route.abort())
    visit = Visit(page, server=server)
    await visit.open(address + query)
    try:
        yield visit
    finally:
        await page.close()
        await server.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """One page for all tests that only talk, under a path prefix as behind a proxy."""
    async with visiting(browser, ScriptedServer(), prefix="/some/where") as open_page:
        await open_page.connected()
        await open_page.audible()
        yield open_page
