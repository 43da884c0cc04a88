"""The mirror in headless Chromium, whose microphone is a file: the voice in it moves the face on the page.

The real server answers. Each browser has the microphone that its test is about.
"""

import shutil
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from blend_shapes.arkit import CHANNELS
from server import app, config
from tests.fakes.client import tree
from tests.fakes.sentence import sentence
from tests.web_client.conftest import need_chromium
from tests.web_client.node import WEB_CLIENT, build_page, node
from tests.web_client.relay import Relay, relayed
from tests.web_client.test_examples import EXAMPLES
from tests.web_client.visit import NO_WEBGL, OpenPage, chromium

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

ALLOWED = "--use-fake-ui-for-media-stream"
REFUSED = "--use-fake-ui-for-media-stream=deny"
DEVICE = "--use-fake-device-for-media-stream"
RATE = 48_000
WATCH = """() => {
  window.seen = [];
  window.loud = 0;
  const {view, mirror, hearing} = facewire;
  const jaw = facewire.client.channels.indexOf("jawOpen");
  const show = view.show.bind(view);
  view.show = (pose, now) => {
    show(pose, now);
    seen.push({now, jaw: pose.weights[jaw], own: pose === mirror.client?.pose, shown: pose.shown, loud});
  };
  const heard = hearing.level.heard.bind(hearing.level);
  hearing.level.heard = (rms) => { window.loud = rms; heard(rms); };
}"""
"""Writes down each face that the page shows, and how loud the microphone is then."""
INSECURE = "Object.defineProperty(window, 'isSecureContext', {value: false});"
FOLLOWS = "The face follows your voice"
MIRRORING = "facewire.mirror.shown && facewire.mirror.client.microphone.state === 'on'"


class MirrorPage(OpenPage):
    """The page of a real server, with a cable of its own."""

    relay: Relay

    async def words(self) -> str:
        return await self.page.inner_text("#hears")

    async def seen(self) -> list[dict[str, Any]]:
        seen: list[dict[str, Any]] = await self.page.evaluate("seen")
        return seen


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[app.Running]:
    need_chromium()
    build_page()
    engines = {"brain": "echo", "voice": "espeak", "face": "articulation", "recognizer": None}
    talking = config.parse({"server": {"port": 0, "grace_s": 0}, "engines": engines}, "test")
    async with app.running(talking, environ={}) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The flags of a microphone that hears a sentence once, from a second after it was opened on."""
    path = tmp_path_factory.mktemp("microphone") / "voice.wav"
    samples = await sentence(
        RATE, "Papa may go home to mama, and papa may stay.", before_s=1.0, after_s=0.1
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return DEVICE, f"--use-file-for-fake-audio-capture={path}%noloop"


@asynccontextmanager
async def page_of(server: app.Running, *flags: str, before: str = NO_WEBGL) -> AsyncIterator[MirrorPage]:
    async with chromium(*flags) as browser, relayed(server.address) as relay:
        page = await browser.new_page(viewport={"width": 900, "height": 640})
        await page.add_init_script(before)
        mirror = MirrorPage(page)
        mirror.relay = relay
        await mirror.open(relay.address)
        await mirror.connected()
        await mirror.until("document.querySelector('#face').classList.contains('shown')")
        await page.evaluate(WATCH)
        await page.click("#view-mirror")
        yield mirror


async def test_the_voice_moves_the_face_which_rests_afterwards(
    server: app.Running, voice: tuple[str, str], tmp_path: Path
) -> None:
    async with page_of(server, ALLOWED, *voice) as mirror:
        page = mirror.page
        await page.click("#microphone")
        await mirror.until(MIRRORING)
        assert await mirror.words() == FOLLOWS
        assert await page.get_attribute("#microphone", "aria-pressed") == "true"
        await mirror.until("seen.some((s) => s.own && s.jaw > 0.15)")
        picture = tmp_path / "mirror.png"
        await page.screenshot(path=picture)
        assert picture.stat().st_size > 20_000
        await mirror.until("seen.some((s) => s.loud > 0.02)")
        await mirror.until("seen.slice(-30).every((s) => s.loud < 0.001 && s.jaw < 0.03)", 30)
        seen = await mirror.seen()

        own = [s for s in seen if s["own"] and s["shown"] >= 0]
        times = np.array([s["shown"] for s in own]) / 1e6
        jaw = np.array([s["jaw"] for s in own])
        loud = np.array([s["loud"] for s in own])
        assert np.all(np.diff(times) >= 0), "the face never goes back"
        speaking = np.flatnonzero(loud > 0.02)
        during = slice(speaking[0], speaking[-1] + 40)
        assert jaw[during].max() > 0.2
        assert np.ptp(jaw[during]) > 0.15
        assert jaw[: speaking[0]].max() < 0.03, "calm before the voice"
        now = np.array([s["now"] for s in own]) / 1000
        lags = np.arange(0, 0.6, 0.02)
        fits = [np.corrcoef(np.interp(now - lag, now, loud)[during], jaw[during])[0, 1] for lag in lags]
        assert max(fits) > 0.5, ("jaw and loudness go together", fits)

        await page.click("#microphone")
        await mirror.until("!facewire.mirror.client && !seen.at(-1).own")
        assert not await page.is_visible("#hearing")
        assert await page.get_attribute("#microphone", "aria-pressed") == "false"
        await page.click("#view-talk")
        turn = await mirror.ask("My name.")
        await mirror.until(f"facewire.records.some((r) => r.turn === {turn} && r.jawOpen > 0.1)")
        assert mirror.complaints == []
    assert await quiet(server)


async def quiet(server: app.Running) -> bool:
    """No session in drive mode is left that has a connection."""
    return not any(
        c.session is not None and c.session.terms.mode == "drive" for c in server.service.connections
    )


async def test_mute_and_stop_by_keyboard_alone(server: app.Running, voice: tuple[str, str]) -> None:
    async with page_of(server, ALLOWED, *voice) as mirror:
        page = mirror.page
        await page.focus("#microphone")
        await page.keyboard.press("Enter")
        await mirror.until("seen.some((s) => s.own && s.loud > 0.02)")
        await page.focus("#mute")
        await page.keyboard.press("Space")
        assert await mirror.words() == "Muted · hold space to talk"
        assert await page.inner_text("#mute") == "Unmute"
        await mirror.until("seen.slice(-20).every((s) => s.jaw < 0.03)")
        track = "facewire.mirror.client.microphone.media.getTracks()[0]"
        assert not await page.evaluate(f"{track}.enabled")
        await page.keyboard.press("Space")
        assert await page.evaluate(f"{track}.enabled")
        assert await mirror.words() == FOLLOWS
        await page.focus("#hush")
        await page.evaluate(f"window.track = {track}")
        await page.keyboard.press("Enter")
        assert await page.evaluate("track.readyState") == "ended", "the device is given back at once"
        assert await page.evaluate("document.activeElement.id") == "microphone"
        await mirror.until("!facewire.mirror.client")

        await page.keyboard.press("Enter")
        await mirror.until(MIRRORING)
        await page.focus("#view-mirror")
        await page.keyboard.press("ArrowLeft")
        assert await page.get_attribute("#view-talk", "aria-selected") == "true"
        assert await page.evaluate("document.activeElement.id") == "view-talk"
        await mirror.until("!facewire.mirror.client")
        assert mirror.complaints == []


SLOW_USER = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wanted) => {
  window.wanted = wanted;
  await new Promise((done) => { window.allow = done; });
  window.given = await ask(wanted);
  return given;
};
"""
"""A user who takes time to answer the browser."""


async def test_while_the_user_is_asked_the_page_says_so_and_can_be_stopped(
    server: app.Running, voice: tuple[str, str]
) -> None:
    async with page_of(server, ALLOWED, *voice, before=NO_WEBGL + SLOW_USER) as mirror:
        page = mirror.page
        await page.click("#microphone")
        await mirror.until("window.allow !== undefined")
        assert await mirror.words() == "Allow the microphone in your browser…"
        assert await page.is_disabled("#mute")
        wanted = (await page.evaluate("wanted"))["audio"]
        assert wanted["echoCancellation"] and wanted["noiseSuppression"] and wanted["autoGainControl"]
        await page.click("#microphone")
        await page.evaluate("allow()")
        await mirror.until("window.given?.getTracks().every((track) => track.readyState === 'ended')")
        assert not await page.is_visible("#hearing")
        assert not await page.is_visible("#notice")
        await mirror.until("!facewire.mirror.client")
        assert mirror.complaints == []


async def test_a_network_that_holds_up_the_sound_gets_no_more_of_it(
    server: app.Running, voice: tuple[str, str]
) -> None:
    async with page_of(server, ALLOWED, *voice) as mirror:
        await mirror.page.click("#microphone")
        await mirror.until(MIRRORING)
        sent = await mirror.page.evaluate(
            """async () => {
              const {client} = facewire.mirror;
              const {session, sound, microphone} = client;
              microphone.onSound = () => {};
              const counts = [];
              const one = {position: 1e6, audio: new Uint8Array(640), rms: 0, peak: 0};
              for (const backlog of [0, 32000, 32001]) {
                Object.defineProperty(session, "backlog", {value: backlog, configurable: true});
                const {seq} = sound;
                client.tellSound(one);
                counts.push(sound.seq - seq);
              }
              return counts;
            }"""
        )
        assert sent == [1, 1, 0], "a second of 16-bit sound may wait, no more"


async def test_a_server_that_goes_away_and_comes_back(server: app.Running, voice: tuple[str, str]) -> None:
    async with page_of(server, ALLOWED, *voice) as mirror:
        await mirror.page.click("#microphone")
        await mirror.until("seen.some((s) => s.own && s.jaw > 0.1)")
        await mirror.page.evaluate("window.before = seen.length")
        mirror.relay.refuse = True
        mirror.relay.cut()
        await mirror.until("document.querySelector('#hears').textContent.includes('does not answer')")
        await mirror.until("seen.slice(-20).every((s) => s.jaw < 0.03)")
        assert await mirror.page.evaluate("facewire.mirror.client.microphone.state") == "on"
        mirror.relay.refuse = False
        await mirror.until("facewire.mirror.client.status === 'open'")
        assert await mirror.words() == FOLLOWS
        await mirror.until("seen.slice(before).some((s) => s.own && s.shown > 0 && s.shown < 1e6)")
        assert await mirror.page.evaluate("facewire.mirror.client.session.welcome.resumed") is not None


@pytest.mark.parametrize(
    ("flags", "before", "code", "word"),
    [
        ((REFUSED, DEVICE), "", "refused", "Allow it"),
        ((ALLOWED,), "", "missing", "Connect one"),
        (
            (ALLOWED, DEVICE),
            "Object.defineProperty(window, 'isSecureContext', {value: false});",
            "insecure",
            "https",
        ),
        ((ALLOWED, DEVICE), "delete window.AudioWorkletNode;", "unsupported", "browser"),
    ],
)
async def test_where_there_is_no_microphone_the_page_says_why_and_talks_on(
    server: app.Running, flags: tuple[str, ...], before: str, code: str, word: str
) -> None:
    async with page_of(server, *flags, before=NO_WEBGL + before) as mirror:
        page = mirror.page
        await page.click("#microphone")
        await mirror.until("document.querySelector('#notice').textContent !== ''")
        assert word in await page.inner_text("#notice")
        assert not await page.is_visible("#hearing")
        assert await page.get_attribute("#microphone", "aria-pressed") == "false"
        await page.evaluate("import('./web/client.js').then((m) => { window.sdk = m; })")
        asked = """async () => {
          const client = sdk.connect({mode: "drive"});
          const states = [];
          client.on("microphone", ({state, error}) => states.push([state, error?.code]));
          const error = await client.microphone.open().catch((x) => x);
          client.close();
          return [error.name, error.code, states];
        }"""
        name, got, states = await page.evaluate(asked)
        assert (name, got) == ("MicrophoneError", code)
        assert states == [["asking", None], ["off", code]]
        await page.evaluate("facewire.client.text('Hello')")
        await mirror.until("facewire.client.session.reception.turn >= 1")


OWN_AVATAR = """
window.widest = 0;
window.avatar = { show: ({weights}) => { window.widest = Math.max(window.widest, weights[17] ?? 0); } };
"""


async def test_the_example_of_the_readme_runs_as_written(voice: tuple[str, str], tmp_path: Path) -> None:
    need_chromium()
    build_page()
    assert CHANNELS[17] == "jawOpen"
    assert len([line for line in EXAMPLES["mirror"].splitlines() if line and line[:6] != "import"]) <= 10
    script = tmp_path / "example.js"
    options = ["--bundle", "--format=esm", f"--outfile={script}"]
    bundled = node("node_modules/esbuild/bin/esbuild", *options, input=OWN_AVATAR + EXAMPLES["mirror"])
    assert bundled.returncode == 0, bundled.stderr
    shutil.copy(WEB_CLIENT / "dist" / "worklet.js", tmp_path)
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist" / "index.html").write_text(
        "<!doctype html><link rel=icon href=data:,><button>Speak</button><meter></meter><output></output>"
        "<script type=module src=web/example.js></script>"
    )
    async with (
        app.running(tree(server={"grace_s": 0}), environ={}, web_client=tmp_path) as server,
        chromium(ALLOWED, *voice) as browser,
    ):
        example = OpenPage(await browser.new_page())
        await example.open(server.address)
        await example.page.click("button")
        await example.until("document.querySelector('output').value === 'on'")
        await example.until("document.querySelector('meter').value > 0.02")
        await example.until("window.widest > 0.2")
        assert example.complaints == []


async def test_what_the_sdk_says_of_its_microphone(server: app.Running, voice: tuple[str, str]) -> None:
    async with page_of(server, ALLOWED, *voice) as mirror:
        page = mirror.page
        await page.click("#face")
        await page.evaluate("import('./web/client.js').then((m) => { window.sdk = m; })")
        told = await page.evaluate(
            """async () => {
              const out = {};
              const conversation = sdk.connect();
              out.deaf = await conversation.microphone.open().catch((x) => [x.code, x.message]);
              conversation.close();
              const client = sdk.connect({mode: "drive", microphone: {rate: 22050}});
              const states = [];
              client.on("microphone", ({state, error}) => states.push([state, error?.code]));
              const early = client.microphone.open().catch((x) => x.code);
              client.microphone.close();
              out.early = await early;
              await client.microphone.open();
              out.again = client.microphone.open() === client.microphone.open();
              out.rate = client.session.welcome.mic.rate;
              await new Promise((done) => client.on("level", done));
              const sent = [];
              client.on("wire", ({sender, data}) => sender === "client" && sent.push(data.length));
              await new Promise((done) => setTimeout(done, 500));
              out.sent = sent.length;
              out.size = Math.max(...sent);
              client.microphone.media.getTracks()[0].onended();
              out.states = states;
              client.close();
              return out;
            }"""
        )
        assert told["deaf"][0] == "unavailable"
        assert "no recognizer" in told["deaf"][1]
        assert told["early"] == "closed"
        assert told["rate"] == 22_050
        assert 882 < told["size"] < 900, "441 samples: 20 ms"
        assert told["sent"] >= 10
        assert told["states"] == [
            ["asking", None],
            ["off", None],
            ["asking", None],
            ["on", None],
            ["off", "lost"],
        ]
        assert mirror.complaints == []
