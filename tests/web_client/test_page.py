"""The real page in headless Chromium: voice, face and their synchrony, interruption, faults of the network.

Timing is read from the page's own records: the media time of each frame shown against the audio device's
raw clock. Nothing is compared with wall time.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Browser

from protocol import messages as m
from tests.web_client.conftest import Visit, visiting
from tests.web_client.scripted import LETTER_S, Reply, ScriptedServer
from tests.web_client.visit import offsets

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SENTENCE = "mama moved four boats"
LENGTH_US = Reply.of(SENTENCE).end_us

LISTEN = """() => {
  const {context, node} = facewire.client.player;
  const meter = context.createAnalyser();
  meter.fftSize = 512;
  node.connect(meter);
  const samples = new Float32Array(512);
  window.loudness = () => { meter.getFloatTimeDomainData(samples); return Math.hypot(...samples) / 22.6; };
  window.heard = [];
  setInterval(() => heard.push([context.currentTime, loudness()]), 4);
}"""


def assert_in_sync(records: list[dict[str, Any]]) -> None:
    skews = np.abs(offsets(records))
    assert len(skews) >= 10, "too few frames were shown to judge"
    assert np.quantile(skews, 0.95) <= 20, np.quantile(skews, [0.5, 0.95, 1])


async def test_a_sentence_is_heard_shown_and_captioned(visit: Visit, tmp_path: Path) -> None:
    turn = await visit.ask(SENTENCE)
    await visit.playing(turn)
    assert await visit.page.locator("#captions .now").count() == 1
    picture = tmp_path / "speaking.png"
    await visit.page.screenshot(path=picture)
    assert picture.stat().st_size > 20_000
    await visit.over(turn)

    records = await visit.records(turn)
    assert_in_sync(records)
    assert max(r["jawOpen"] for r in records) > 0.3, "the mouth opens for a"
    second_m = 1e6 * 2.5 * LETTER_S
    near = [r["jawOpen"] for r in records if abs(r["playhead"] - second_m) < 40_000]
    assert min(near) < 0.2, "the mouth closes in mama, between two pictures perhaps"

    assert await visit.page.inner_text("#captions") == SENTENCE
    assert await visit.page.locator("#stages .turn:first-child .row").count() == 5
    last = await visit.last_report()
    assert last.state == "idle"
    assert last.pts == pytest.approx(LENGTH_US, abs=1)
    assert "playing" in {r.state for r in visit.server.reports() if r.turn == turn}
    assert visit.complaints == []


async def test_face_and_voice_agree_on_the_sound_itself(visit: Visit) -> None:
    """The scripted voice is as loud as its jaw is open: both curves must lie on each other."""
    await visit.page.evaluate(LISTEN)
    turn = await visit.ask("ma mamam am ma mama")
    await visit.over(turn)
    heard = np.array(await visit.page.evaluate("heard"))
    records = await visit.records(turn)
    times = np.array([r["time"] for r in records])
    jaw = np.array([r["jawOpen"] for r in records])
    lags = np.arange(-0.15, 0.15, 0.002)
    fits = [np.corrcoef(np.interp(times + lag, *heard.T), jaw)[0, 1] for lag in lags]
    best = lags[int(np.argmax(fits))]
    assert max(fits) > 0.85
    assert abs(best) <= 0.04, f"the voice is {1000 * best:.0f} ms after the face"


async def test_interrupt_is_silence_and_rest_and_the_next_reply_plays(visit: Visit) -> None:
    await visit.page.evaluate(LISTEN)
    turn = await visit.ask(SENTENCE)
    await visit.playing(turn)
    await visit.page.keyboard.press("Escape")
    await visit.until("loudness() < 1e-4 && facewire.records.at(-1).jawOpen < 0.01", 2)
    await visit.over(turn)
    last = await visit.last_report()
    assert last.state == "idle"
    assert 0.2e6 < last.pts < LENGTH_US
    assert any(isinstance(x, m.Interrupt) and x.turn == turn for x in visit.server.received)
    assert await visit.page.inner_text("#captions") in SENTENCE

    turn = await visit.ask("mama moved")
    await visit.over(turn)
    records = await visit.records(turn)
    assert_in_sync(records)
    assert max(r["jawOpen"] for r in records) > 0.3


async def test_a_line_that_is_spoken_tells_when_it_is_over(visit: Visit) -> None:
    speak = "(line) => { window.spoken = null; facewire.client.speak(line).then((x) => { spoken = x; }); }"
    last = await visit.turn()
    await visit.page.evaluate(speak, "mama")
    await visit.until("spoken !== null")
    assert await visit.page.evaluate("spoken") == {"complete": True, "turn": last + 1}
    assert (await visit.last_report()).pts == pytest.approx(Reply.of("mama").end_us, abs=1)
    await visit.page.evaluate(speak, SENTENCE)
    await visit.playing(last + 2)
    await visit.page.keyboard.press("Escape")
    await visit.until("spoken !== null")
    assert await visit.page.evaluate("spoken") == {"complete": False, "turn": last + 2}
    await visit.over(last + 2)


async def test_a_new_question_takes_the_place_of_the_reply(visit: Visit) -> None:
    turn = await visit.ask(SENTENCE)
    await visit.playing(turn)
    await visit.page.locator("#chips button").first.click()
    await visit.over(turn + 1)
    assert await visit.page.inner_text("#captions") == "What is FaceWire?"
    assert max(r["playhead"] for r in await visit.records(turn)) < LENGTH_US


async def test_a_connection_dropped_in_mid_sentence_goes_on(visit: Visit) -> None:
    turn = await visit.ask("drop " + SENTENCE)
    await visit.over(turn)
    hello = [x for x in visit.server.received if isinstance(x, m.Hello)][-1]
    assert hello.session == next(iter(visit.server.sessions))
    assert hello.resume is not None
    assert hello.resume.turn == turn
    assert 0.4 * LENGTH_US < hello.resume.pts < LENGTH_US
    records = await visit.records(turn)
    assert_in_sync(records)
    assert (await visit.last_report()).pts == pytest.approx(LENGTH_US, abs=1)
    assert await visit.page.inner_text("#captions") == SENTENCE


async def test_a_stall_stops_face_and_voice_together(visit: Visit) -> None:
    turn = await visit.ask("stall " + SENTENCE)
    await visit.over(turn)
    everything = await visit.page.evaluate("facewire.records")
    starved = [r for r in everything if r["turn"] == turn and r["state"] == "starved"]
    assert starved, "the stall is longer than what was buffered"
    assert starved[-1]["playhead"] == starved[0]["playhead"]
    assert starved[-1]["jawOpen"] < 0.06, "the mouth relaxes"
    assert_in_sync(await visit.records(turn))
    last = await visit.last_report()
    assert last.pts == pytest.approx(LENGTH_US, abs=1)
    assert {"playing", "starved", "idle"} == {r.state for r in visit.server.reports() if r.turn == turn}


async def test_a_flush_from_the_server(visit: Visit) -> None:
    turn = await visit.ask("cut " + SENTENCE)
    await visit.over(turn)
    last = await visit.last_report()
    assert last.state == "idle"
    assert last.pts < LENGTH_US


async def test_a_session_that_is_gone_begins_anew(visit: Visit) -> None:
    turn = await visit.ask("forget " + SENTENCE)
    await visit.playing(turn)
    await visit.until("facewire.client.status === 'reconnecting'")
    await visit.connected()
    await visit.until("facewire.records.at(-1).jawOpen < 0.01 && facewire.records.at(-1).state === 'idle'")
    before = len(await visit.everything())
    assert await visit.ask("mama moved") == 1
    await visit.over(1)
    assert await visit.page.inner_text("#captions") == "mama moved"
    assert_in_sync(
        [r for r in (await visit.everything())[before:] if r["state"] in ("playing", "draining")]
    )


async def test_a_refused_token_is_explained_and_a_known_one_is_taken(browser: Browser) -> None:
    async with visiting(browser, ScriptedServer(token="secret")) as v:
        await v.until("document.querySelector('#connection').dataset.status === 'unauthorised'")
        assert "?token=" in await v.page.inner_text("#notice")
        await v.page.goto(v.page.url + "?token=secret")
        await v.connected()


async def test_a_full_server_is_asked_again(browser: Browser) -> None:
    async with visiting(browser, ScriptedServer(full=2)) as v:
        await v.until("document.querySelector('#notice').textContent.includes('no free place')")
        await v.connected()
        assert not await v.page.locator("#notice").is_visible()


async def test_sound_waits_for_the_user(browser: Browser) -> None:
    """As browsers want it: a greeting is silent until the first click, and then complete."""
    async with visiting(browser, ScriptedServer(greeting="mama")) as v:
        await v.page.locator("#sound").wait_for()
        await v.page.click("#sound")
        await v.over(1)
        assert not await v.page.locator("#sound").is_visible()
        assert (await v.last_report()).pts == pytest.approx(Reply.of("mama").end_us, abs=1)


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
async def test_the_page_fits(visit: Visit, size: tuple[int, int], tmp_path: Path) -> None:
    width, height = size
    await visit.page.set_viewport_size({"width": width, "height": height})
    await visit.page.evaluate("new Promise(requestAnimationFrame)")
    assert await visit.page.evaluate("document.documentElement.scrollWidth") == width
    for part in ("#face", "#text", "#microphone", "#views"):
        box = await visit.page.locator(part).bounding_box()
        assert box is not None
        assert box["x"] >= 0 and box["x"] + box["width"] <= width
        assert box["y"] >= 0 and box["y"] + box["height"] <= height
    picture = tmp_path / "rest.png"
    await visit.page.screenshot(path=picture)
    assert picture.stat().st_size > 20_000
    await visit.page.set_viewport_size({"width": 640, "height": 560})
