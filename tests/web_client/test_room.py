"""Two pages in one room of the real server: who is there, who speaks, and whose face moves."""

import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser

from server import app, config
from tests.fakes.sentence import sentence
from tests.web_client.conftest import need_chromium
from tests.web_client.node import build_page
from tests.web_client.visit import NO_WEBGL, OpenPage, chromium

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RATE = 48_000
FLAGS = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
TILES = """[...document.querySelectorAll("#tiles li")].map((tile) => tile.getAttribute("aria-label"))"""
JAW = """() => {
  window.jaws = {speaking: [], quiet: []};
  const {room, client} = facewire;
  const show = room.faces.show.bind(room.faces);
  const jaw = client.channels.indexOf("jawOpen");
  room.faces.show = (shown) => {
    show(shown);
    const ada = shown.find(({name}) => name === "Ada");
    if (ada) jaws[ada.speaking ? "speaking" : "quiet"].push(ada.pose.weights[jaw]);
  };
}"""
"""Writes down the face that the page shows of Ada."""


class RoomPage(OpenPage):
    """A page in the room view."""

    async def join(self, name: str, button: str) -> None:
        await self.page.click("#view-room")
        await self.page.fill("#name", name)
        await self.page.click(button)
        await self.until("facewire.room.room !== null")

    async def shows(self, *tiles: str) -> None:
        """Waits until these are the tiles, in this order."""
        listed = ", ".join(f'"{tile}"' for tile in tiles)
        await self.until(f"JSON.stringify({TILES}) === JSON.stringify([{listed}])")


@asynccontextmanager
async def page_of(browser: Browser, address: str, before: str) -> AsyncIterator[RoomPage]:
    context = await browser.new_context(viewport={"width": 480, "height": 420})
    await context.add_init_script(before)
    room = RoomPage(await context.new_page())
    await room.open(address)
    await room.connected()
    yield room
    await context.close()


async def test_two_pages_in_one_room(tmp_path: Path) -> None:
    need_chromium()
    build_page()
    path = tmp_path / "voice.wav"
    samples = await sentence(RATE, "Papa may go home to mama, and papa may stay.", before_s=1.0)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    engines = {"brain": "echo", "voice": "espeak", "face": "articulation"}
    talking = config.parse({"server": {"port": 0, "grace_s": 0}, "engines": engines}, "test")
    async with (
        app.running(talking, environ={}) as server,
        chromium(*FLAGS, f"--use-file-for-fake-audio-capture={path}%noloop") as browser,
        page_of(browser, server.address, "") as bo,
        page_of(browser, server.address, NO_WEBGL) as ada,
    ):
        await bo.join("Bo", "#listen")
        assert await bo.page.inner_text("#count") == "only you so far"
        await bo.page.evaluate(JAW)
        await ada.join("Ada", "#enter")
        await ada.until("facewire.room.client.microphone.state === 'on'")
        await ada.shows("Ada", "Bo, muted")
        assert await ada.page.inner_text("#count") == "2 people"
        await bo.until(f"{TILES}.includes('Ada, speaking')")
        await ada.until(f"{TILES}.includes('Ada, speaking')")
        assert await bo.page.evaluate("facewire.room.faces.gallery.sitters.size") >= 1
        await bo.until("jaws.speaking.some((x) => x > 0.15)")
        await bo.shows("Bo, muted", "Ada")
        await bo.until("jaws.quiet.slice(-5).every((x) => x < 0.05)")
        assert await bo.page.evaluate("facewire.room.faces.gallery.sitters.size") == 2
        picture = tmp_path / "room.png"
        await bo.page.screenshot(path=picture)
        assert picture.stat().st_size > 20_000

        await ada.page.click("#mute")
        await bo.shows("Bo, muted", "Ada, muted")
        silence = bo.page.get_by_label("Do not hear Ada")
        await silence.click()
        assert await bo.page.evaluate("facewire.room.client.peers[0].silenced")
        await ada.page.click("#hangup")
        await bo.shows("Bo, muted")
        assert await ada.page.is_visible("#door")
        assert await ada.page.evaluate("facewire.room.client") is None

        await ada.page.fill("#name", "Bo")
        await ada.page.click("#listen")
        await ada.shows("Bo 2, muted", "Bo, muted")
        await ada.page.click("#view-talk")
        await bo.shows("Bo, muted")
        await bo.page.click("#hangup")
        await bo.page.fill("#where", "\u0000")
        await bo.page.click("#listen")
        await bo.until("document.querySelector('#wrong').textContent !== ''")
        assert await bo.page.is_visible("#door")
        assert ada.complaints == [] and bo.complaints == []
