"""Conversation by voice in headless Chromium, whose microphone is a file, with a server that is scripted.

What the page does with a microphone is tried here: what it sends and shows, and who is interrupted when.
"""

import asyncio
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import Browser

from protocol import messages as m
from server import app, config
from tests.fakes.sentence import sentence
from tests.web_client.conftest import Visit, need_chromium, visiting
from tests.web_client.node import WEB_CLIENT, build_page, node
from tests.web_client.scripted import Reply, ScriptedServer
from tests.web_client.test_examples import EXAMPLES
from tests.web_client.visit import NO_WEBGL, OpenPage, chromium

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

RATE = 48_000
ALLOWED = "--use-fake-ui-for-media-stream"
DEVICE = "--use-fake-device-for-media-stream"
ANSWER = "mama moved four boats to papa and mama moved them home to papa again"
SPOKEN = "Please tell me how the lips stay with the voice."
WATCH = """() => {
  window.said = [];
  window.levels = [];
  window.states = [];
  const {client, hearing} = facewire;
  const own = document.querySelector("#own");
  new MutationObserver(() => said.push([own.textContent, own.getAttribute("aria-busy")]))
    .observe(own, {childList: true, attributes: true, attributeFilter: ["aria-busy"]});
  const words = document.querySelector("#hears");
  new MutationObserver(() => states.push(words.textContent)).observe(words, {childList: true});
  const show = hearing.show.bind(hearing);
  hearing.show = (now) => {
    show(now);
    levels.push(Number(hearing.button.style.getPropertyValue("--level")));
  };
}"""
"""Writes down what the page shows of the microphone."""


async def _flags(folder: Path, *sentences: str) -> tuple[str, str, str]:
    """The flags of a microphone that hears these sentences, with 2 s of silence after each."""
    pieces = [
        await sentence(RATE, text, before_s=0.8 if not i else 0, after_s=2.0)
        for i, text in enumerate(sentences)
    ]
    path = folder / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.concatenate(pieces).tobytes())
    return ALLOWED, DEVICE, f"--use-file-for-fake-audio-capture={path}%noloop"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def flags(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str, str]:
    need_chromium()
    build_page()
    return await _flags(tmp_path_factory.mktemp("microphone"), SPOKEN, SPOKEN)


def told(visit: Visit) -> list[str]:
    """What the server was told of the microphone."""
    return [x.state for x in visit.server.received if isinstance(x, m.Mic)]


async def test_one_talks_and_is_answered_and_interrupts_by_talking(flags: tuple[str, str, str]) -> None:
    server = ScriptedServer(hears=True, answer=ANSWER)
    async with chromium(*flags) as browser, visiting(browser, server, before=NO_WEBGL) as v:
        await v.connected()
        await v.page.evaluate(WATCH)
        assert await v.page.get_attribute("#microphone", "aria-label") == "Talk by microphone"
        await v.page.click("#microphone")
        await v.until("facewire.client.microphone.state === 'on'")
        await v.until("document.querySelector('#hears').textContent === 'Speaking · talk to interrupt'")
        words = await v.page.inner_text("#own")
        said = await v.page.evaluate("said")
        partial = [text for text, busy in said if busy == "true"]
        assert len(set(partial)) > 2, "it grows while one speaks"
        assert said[-1] == [words, "false"]
        assert words.startswith(partial[0])
        states = await v.page.evaluate("states")
        assert states.index("Listening · just talk") < states.index("Listening…")
        assert await v.page.evaluate("Math.max(...levels)") > 0.5
        assert await v.page.evaluate("levels.slice(-10).every((x) => x < 0.05)"), "it falls in silence"
        assert await v.page.evaluate("facewire.client.session.reception.turn") == 1

        await v.until("facewire.client.session.reception.turn === 2")
        await v.until("facewire.records.some((r) => r.turn === 2 && r.jawOpen > 0.1)")
        stopped = [r for r in server.reports() if r.turn == 1 and r.state == "idle"]
        assert 0 < stopped[-1].pts < Reply.of(ANSWER).end_us
        assert not any(isinstance(x, m.Interrupt) for x in server.received), "the server heard it by itself"
        assert told(v) == ["open"]
        await v.page.click("#microphone")
        await v.until("facewire.client.microphone.state === 'off'")
        assert not await v.page.is_visible("#hearing")
        assert v.complaints == []


async def test_a_conversation_with_the_real_server(flags: tuple[str, str, str]) -> None:
    engines = {"brain": "echo", "recognizer": "pocketsphinx"}
    talking = config.parse({"server": {"port": 0, "grace_s": 0}, "engines": engines}, "test")
    async with app.running(talking, environ={}) as server, chromium(*flags) as browser:
        page = await browser.new_page()
        await page.add_init_script(NO_WEBGL)
        v = OpenPage(page)
        await v.open(server.address)
        await v.connected()
        await page.evaluate("void facewire.client.on('turn', ({origin}) => { window.began = origin; })")
        await page.click("#microphone")
        await v.until("document.querySelector('#hears').textContent === 'Listening…'")
        await v.until("facewire.records.some((r) => r.turn > 0 && r.jawOpen > 0.1)", 60)
        assert await page.evaluate("began") == "speech"
        assert await page.get_attribute("#own", "aria-busy") == "false"
        words = await page.inner_text("#own")
        assert words
        await v.until(f"document.querySelector('#captions').textContent.includes('{words.split()[0]}')")
        assert v.complaints == []


async def test_push_to_talk_and_a_connection_that_breaks(flags: tuple[str, str, str]) -> None:
    server = ScriptedServer(hears=True, answer=ANSWER)
    async with chromium(*flags) as browser, visiting(browser, server, before=NO_WEBGL) as v:
        await v.connected()
        page = v.page
        await page.click("#text")
        await page.keyboard.press("Space")
        assert await page.input_value("#text") == " ", "the space bar writes where one writes"
        await page.click("#face")
        await page.keyboard.down("Space")
        await page.keyboard.up("Space")
        assert await page.evaluate("facewire.client.microphone.state") == "off", "nobody is asked by a key"
        await page.click("#microphone")
        await v.until("facewire.client.microphone.state === 'on'")
        await page.click("#mute")
        assert await page.inner_text("#hears") == "Muted · hold space to talk"
        await page.keyboard.down("Space")
        assert await page.inner_text("#hears") == "Listening · let go when you are done"
        await v.until("document.querySelector('#own').textContent !== ''")
        await page.keyboard.up("Space")
        await v.until("facewire.client.session.reception.turn === 1")
        await v.playing(1)
        assert told(v) == ["open", "muted", "open", "closed"]
        assert await page.get_attribute("#microphone", "data-state") == "muted"

        box = await page.locator("#microphone").bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 20, box["y"] + 20)
        await page.mouse.down()
        await v.until("facewire.client.microphone.state === 'on'")
        await v.over(1)
        assert any(isinstance(x, m.Interrupt) and x.turn == 1 for x in server.received)
        await page.wait_for_timeout(400)  # longer than a click
        await page.mouse.up()
        await v.until("facewire.client.microphone.state === 'muted'")

        await page.click("#microphone")
        await v.until("facewire.client.microphone.state === 'on'")
        before = len(told(v))
        server.cut()
        await v.until("facewire.client.session.welcome.resumed && facewire.client.status === 'open'")
        assert told(v)[before:] == ["open"], "the new connection knows of the microphone"
        (conversation,) = server.sessions.values()
        assert conversation.ear is not None
        while len(conversation.ear.messages) < 3:
            await asyncio.sleep(0.01)
        assert conversation.ear.messages[:3] == [0, 1, 2]
        assert v.complaints == []


async def test_the_example_of_the_readme_runs_as_written(
    flags: tuple[str, str, str], tmp_path: Path
) -> None:
    options = ["--bundle", "--format=esm", f"--outfile={tmp_path / 'example.js'}"]
    bundled = node("node_modules/esbuild/bin/esbuild", *options, input=EXAMPLES["talk"])
    assert bundled.returncode == 0, bundled.stderr
    shutil.copy(WEB_CLIENT / "dist" / "worklet.js", tmp_path)
    (tmp_path / "example.html").write_text(
        "<!doctype html><link rel=icon href=data:,><button>Talk</button><meter></meter><output></output>"
        "<script type=module src=example.js></script>"
    )
    server = ScriptedServer(hears=True, beside=tmp_path)
    async with chromium(*flags) as browser:
        example = OpenPage(await browser.new_page())
        await example.open(await server.start() + "example.html")
        await example.page.click("button")
        await example.until("document.querySelector('meter').value > 0.02")
        await example.until("document.querySelector('output').value.split(' ').length > 2")
        assert example.complaints == []
    await server.stop()


async def test_a_server_that_understands_no_speech_says_so_before_anybody_is_asked(
    browser: Browser,
) -> None:
    asked = "navigator.mediaDevices.getUserMedia = () => { window.asked = true; };"
    async with visiting(browser, ScriptedServer(), before=NO_WEBGL + asked) as v:
        await v.connected()
        await v.page.click("#microphone")
        await v.until("document.querySelector('#notice').textContent.includes('no recognizer')")
        assert await v.page.evaluate("window.asked") is None
        assert not await v.page.is_visible("#hearing")
        turn = await v.ask("mama")
        await v.over(turn)
        assert v.complaints == []
