"""A speaker of a room in headless Chromium on the real server: face and voice in step, and volumes.

Offsets are between the media time of each face shown and that of the voice at the audio device's raw clock.
"""

import asyncio
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import Browser

from python_client import Client, connect
from server import app, config
from tests.fakes.sentence import sentence
from tests.web_client.visit import NO_WEBGL, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RATE = 16_000
ENGINES = {"brain": "echo", "voice": "espeak", "face": "articulation"}
RECORD = """() => {
  const { client } = facewire;
  const jaw = client.channels.indexOf("jawOpen");
  window.seen = [];
  window.changes = [];
  client.on("peer", ({ peer, change }) => changes.push(`${peer.name} ${change}`));
  const heard = (clock, time) => { // as the media clock has it, but at the device's raw time
    const anchor = clock.anchors.findLast((a) => a.time <= time);
    if (!anchor) return -1;
    const moves = ["playing", "draining"].includes(anchor.state);
    return moves ? Math.min(anchor.pts + 1e6 * (time - anchor.time), anchor.received) : anchor.pts;
  };
  requestAnimationFrame(function show() {
    const now = performance.now();
    client.face(now);
    for (const peer of client.peers) {
      const { shown, state, weights } = peer.face(now);
      const playhead = heard(peer.live.clock, client.player.heardAt(now));
      seen.push({ name: peer.name, shown, state, playhead, jaw: weights[jaw], held: peer.bufferedMs });
    }
    requestAnimationFrame(show);
  });
}"""
JOIN = "() => facewire.client.join('lobby', 'Bo').then(({ you }) => you)"
LEVEL = """() => {
  const { context, node } = facewire.client.player;
  const meter = new AnalyserNode(context, { fftSize: 2048 });
  node.connect(meter);
  const block = new Float32Array(2048);
  window.loudest = 0;
  setInterval(() => {
    meter.getFloatTimeDomainData(block);
    window.loudest = Math.max(window.loudest, ...block.map(Math.abs));
  }, 20);
}"""


async def read(client: Client) -> None:
    async for _ in client:
        pass


async def speak(client: Client, voice: NDArray[np.int16]) -> None:
    for block in np.array_split(voice, len(voice) // 320):
        await client.hear(block)
        await asyncio.sleep(0.02)


async def seen(page: OpenPage) -> list[dict[str, Any]]:
    """The pictures of Ada while her voice was heard, from where her face has faded in."""
    records: list[dict[str, Any]] = await page.page.evaluate("seen")
    return [r for r in records if r["name"] == "Ada" and r["state"] == "playing"][6:]


async def test_a_speaker_in_chromium(browser: Browser) -> None:
    voice = await sentence(RATE, "Papa may go home, and papa may stay.", before_s=0.4, after_s=0.4)
    tree = config.parse({"server": {"port": 0, "grace_s": 0}, "engines": ENGINES}, "test")
    context = await browser.new_context(viewport={"width": 480, "height": 420})
    await context.add_init_script(NO_WEBGL)
    bo = OpenPage(await context.new_page())
    async with (
        app.running(tree, environ={}) as server,
        connect(f"ws://127.0.0.1:{server.port}/v1/stream", mode="drive", mic_rate=RATE) as ada,
    ):
        await ada.join("lobby", "Ada")
        reading = asyncio.create_task(read(ada))
        await bo.open(server.address)
        await bo.connected()
        await bo.audible()
        await bo.page.evaluate(RECORD)
        await bo.page.evaluate(LEVEL)
        assert await bo.page.evaluate(JOIN) == "Bo"
        await bo.until("changes.includes('Ada joined')")

        await speak(ada, voice)
        await bo.until("changes.includes('Ada quiet')")
        assert await bo.page.evaluate("changes") == ["Ada joined", "Ada speaking", "Ada quiet"]
        records = await seen(bo)
        skews = np.abs([r["shown"] - r["playhead"] for r in records]) / 1000
        assert len(skews) >= 10, "too few frames were shown to judge"
        assert np.mean(skews <= 20) >= 0.95, np.quantile(skews, [0.5, 0.95, 1])
        assert max(r["jaw"] for r in records) > 0.2
        assert max(r["held"] for r in records) > 0
        assert 0.05 < await bo.page.evaluate("loudest") <= 1
        await bo.until("seen.at(-1).state === 'idle' && seen.at(-1).shown === -1")

        await bo.page.evaluate("facewire.client.peers[0].silenced = true; loudest = 0; seen.length = 0")
        await speak(ada, voice)
        await bo.until("changes.filter((x) => x === 'Ada quiet').length === 2")
        assert max(r["jaw"] for r in await seen(bo)) > 0.2, "the face goes on"
        assert await bo.page.evaluate("loudest") == 0

        await ada.leave()
        await bo.until("changes.includes('Ada left')")
        assert await bo.page.evaluate("facewire.client.peers.length") == 0
        await bo.page.evaluate("facewire.client.leave()")
        await bo.until("facewire.client.company.inside === null")
        assert await bo.page.evaluate("facewire.client.room") is None
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
    assert [x for x in bo.complaints if "WebSocket" not in x] == []
    await context.close()
