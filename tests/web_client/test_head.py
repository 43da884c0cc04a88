"""The page around the conversation, in headless Chromium.

The head, users' own avatars, moods, keys, the drawer, recordings, small windows, and what the page does
where something is missing.
"""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.async_api import Browser, Locator

from blend_shapes.arkit import CHANNELS
from blend_shapes.face import frames_before
from blend_shapes.face_csv import read_csv
from protocol import messages as m
from protocol.recording import Reader
from server import app
from tests.fakes.client import tree
from tests.web_client.conftest import Visit, visiting
from tests.web_client.node import node
from tests.web_client.proxy import PREFIX, proxied
from tests.web_client.scripted import FPS, Reply, ScriptedServer
from tests.web_client.visit import NO_WEBGL, OpenPage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

SENTENCE = "mama moved"
LONG = "mama moved four boats"
SHOWN = "document.querySelector('#face').classList.contains('shown')"
REPORT = "facewire.view.stage.avatar.face.report"
DROP = """([name, text]) => {
  const bytes = Uint8Array.from(atob(text), (x) => x.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  const target = document.querySelector("#face");
  for (const type of ["dragenter", "dragover", "drop"])
    target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}"""
AVATARS = """
import { CHANNELS } from "./core/shape_mapper.js";
import { glb, vrm0, vrm1 } from "./tests/glb.js";
const some = CHANNELS.filter((name) => !/^(nose|tongue)/.test(name));
const made = {
  good: glb({ meshes: [{ name: "Face", targets: some }], nodes: [["Head", null]] }),
  vowels: vrm1({ presets: ["aa", "ih", "ou", "ee", "oh", "blink"] }),
  old: vrm0({ groups: [["A", "a", "MTH_A"]] }),
  mute: vrm1({ targets: [] }),
};
const text = ([name, bytes]) => [name, Buffer.from(bytes).toString("base64")];
console.log(JSON.stringify(Object.fromEntries(Object.entries(made).map(text))));
"""
JAW = """(() => {
  let widest = 0;
  facewire.view.stage.avatar.scene.traverse((node) => {
    const at = node.morphTargetDictionary?.jawOpen;
    if (at !== undefined) widest = Math.max(widest, node.morphTargetInfluences[at]);
  });
  return widest;
})()"""
CHIN = """(() => {
  const { camera, head, renderer } = facewire.view.stage;
  const at = (y) => {
    const point = head.centre.clone();
    point.y += y * head.height;
    return (1 - point.project(camera).y) / 2 * renderer.domElement.clientHeight;
  };
  return [at(0.5), at(-0.5)];
})()"""


@pytest.fixture(scope="module")
def avatars() -> dict[str, bytes]:
    """Files as users have them, by what is particular about them."""
    made = node("--input-type=module", "-e", AVATARS)
    assert made.returncode == 0, made.stderr
    return {name: base64.b64decode(text) for name, text in json.loads(made.stdout).items()}


async def drop(visit: OpenPage, name: str, content: bytes) -> None:
    await visit.page.evaluate(DROP, [name, base64.b64encode(content).decode()])


async def notice(visit: OpenPage) -> str:
    """What the page says, once it has something to say that is no progress."""
    await visit.until("!/^(Opening|$)/.test(document.querySelector('#notice').textContent)")
    return await visit.page.inner_text("#notice")


async def test_the_head_has_all_channels_and_moves_while_it_speaks(visit: Visit) -> None:
    await visit.until(SHOWN)
    report: dict[str, Any] = await visit.page.evaluate(REPORT)
    assert report["families"] == {"upper": "arkit", "mouth": "arkit"}
    assert sorted(set(report["shapes"])) == sorted(CHANNELS)
    assert (report["coverage"], report["missing"]) == (1, [])
    assert {"head", "neck", "leftEye", "rightEye"} <= set(report["bones"])
    turn = await visit.ask(SENTENCE)
    await visit.until(f"{JAW} > 0.3")
    await visit.over(turn)


async def test_every_look_can_be_chosen(visit: Visit) -> None:
    looks = visit.page.locator("#looks .look")
    names = [await looks.nth(i).get_attribute("data-look") for i in range(await looks.count())]
    assert names == ["mira", "xiaolin", "theo"]
    for number, name in ((2, "theo"), (0, "mira")):
        await looks.nth(number).click()
        await visit.until(f"facewire.view.stage.avatar.scene.name.includes('{name}')")
        assert await looks.nth(number).get_attribute("aria-pressed") == "true"
        await visit.until(f"localStorage.getItem('facewire.look') === '{name}'")
    assert visit.complaints == []


async def test_own_avatars(visit: Visit, avatars: dict[str, bytes]) -> None:
    await drop(visit, "friend.glb", avatars["good"])
    await visit.page.locator("#report").wait_for()
    told = str(await visit.page.text_content("#report"))
    for words in (
        "friend.glb",
        "ARKit's names",
        "49 of 52",
        "noseSneerLeft",
        "The tongue stays inside.",
        "head",
    ):
        assert words in told
    turn = await visit.ask(SENTENCE)
    await visit.until(f"{JAW} > 0.3")
    await visit.over(turn)

    await visit.page.set_input_files(
        "#file", {"name": "doll.vrm", "mimeType": "", "buffer": avatars["vowels"]}
    )
    await visit.until("document.querySelector('#report h2')?.textContent === 'doll.vrm'")
    assert "five vowels" in await visit.page.inner_text("#report")
    await drop(visit, "old.vrm", avatars["old"])
    await visit.until("document.querySelector('#report h2')?.textContent === 'old.vrm'")
    assert "It cannot blink." in await visit.page.inner_text("#report")

    await visit.page.click("#report button:first-of-type")
    await visit.until(f"!document.querySelector('#report:not([hidden])') && {REPORT}.missing.length === 0")
    assert await visit.page.locator("[data-look=mira]").get_attribute("aria-pressed") == "true"


async def test_files_that_cannot_be_shown_change_nothing(visit: Visit, avatars: dict[str, bytes]) -> None:
    await visit.until(SHOWN)
    for name, content, words in (
        ("cut.glb", avatars["good"][:900], "cut off"),
        ("song.glb", b"RIFF" + bytes(60), "GLB or VRM file is wanted"),
        ("mute.vrm", avatars["mute"], "no face that could speak"),
    ):
        await drop(visit, name, content)
        told = await notice(visit)
        assert told.startswith(name) and words in told
        await visit.page.evaluate("document.querySelector('#notice').textContent = ''")
    assert await visit.page.evaluate(f"{REPORT}.missing.length") == 0
    assert await visit.page.locator("[data-look=mira]").get_attribute("aria-pressed") == "true"
    await visit.over(await visit.ask("mama"))
    assert visit.complaints == []


async def test_without_webgl_the_drawn_face_stands_in(browser: Browser, avatars: dict[str, bytes]) -> None:
    async with visiting(browser, ScriptedServer(), before=NO_WEBGL) as v:
        await v.until(SHOWN)
        assert "no WebGL" in await notice(v)
        assert not await v.page.locator("#looks").is_visible()
        assert await v.page.evaluate("document.querySelector('#face canvas.drawn').width") > 100
        await drop(v, "friend.glb", avatars["good"])
        await v.until("/needs WebGL/.test(document.querySelector('#notice').textContent)")
        await v.audible()
        await v.over(await v.ask(SENTENCE))
        assert max(r["jawOpen"] for r in await v.everything()) > 0.3
        assert v.complaints == []


async def test_a_head_that_cannot_be_had(browser: Browser) -> None:
    async with visiting(browser, ScriptedServer(), without="**/heads/*.gz") as v:
        assert "could not be loaded" in await notice(v)
        await v.until(SHOWN)
        assert await v.page.locator("#face canvas.drawn").is_visible()


async def test_a_mood_is_told_to_the_server_and_again_to_the_next_session(visit: Visit) -> None:
    def moods() -> list[str | None]:
        return [x.mood for x in visit.server.received if isinstance(x, m.Configure)]

    await visit.page.click("[data-mood=sad]")
    await visit.over(await visit.ask("mama"))
    assert moods() == ["sad"]
    assert await visit.page.locator(".mood[aria-pressed=true]").get_attribute("aria-label") == "Sad"
    await visit.ask("forget " + SENTENCE)
    await visit.until("facewire.client.status === 'reconnecting'")
    await visit.connected()
    await visit.over(await visit.ask("mama"))
    assert moods() == ["sad", "sad"]


async def test_keys(visit: Visit) -> None:
    page = visit.page
    await page.fill("#text", "")
    await page.click("#text")
    await page.keyboard.type("ad")
    assert await page.input_value("#text") == "ad"
    assert not await page.locator("#drawer").is_visible()
    await page.fill("#text", "")
    await page.locator("#send").focus()
    await page.keyboard.press("d")
    assert await page.locator("#drawer").is_visible()
    await page.keyboard.press("d")
    assert not await page.locator("#drawer").is_visible()
    turn = await visit.ask(LONG)
    await visit.playing(turn)
    await page.locator("[data-mood=happy]").focus()
    await page.keyboard.press("Escape")
    await visit.until("facewire.records.at(-1).state === 'idle'")
    assert await page.evaluate("document.activeElement.id") == "text"
    await page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert await page.evaluate(f"[document.activeElement.id, {outline}]") == ["send", "solid"]


async def saved(button: Locator, folder: Path) -> Path:
    async with button.page.expect_download() as waiting:
        await button.click()
    download = await waiting.value
    path = folder / download.suggested_filename
    await download.save_as(path)
    return path


async def test_what_was_received_can_be_saved(visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    await page.click("#developer")
    await page.click("#record")
    for text in ("mama", "boat"):
        await visit.over(await visit.ask(text))
    await visit.until("document.querySelectorAll('#stages .turn').length >= 2")
    await page.click("#record")

    recording = await saved(page.locator("#save-recording"), tmp_path)
    with recording.open("rb") as file:
        reader = Reader(file)
        entries = list(reader)
    assert reader.dropped_bytes == 0
    said = [entry.decode() for entry in entries]
    assert isinstance(said[0], m.Welcome)
    assert [x.text for x in said if isinstance(x, m.Text)] == ["mama", "boat"]
    heard = [len(x.audio) // 2 for x in said if isinstance(x, m.Segment)]
    replies = [Reply.of(text) for text in ("mama", "boat")]
    assert sum(heard) == sum(len(r.samples) for r in replies)
    arrivals = [entry.arrival_us for entry in entries]
    assert arrivals == sorted(arrivals)

    frames = read_csv(await saved(page.locator("#save-csv"), tmp_path))
    assert (frames.first, frames.fps) == (0, FPS)
    sent = [r.faces[: frames_before(r.end_us, FPS), : len(CHANNELS)] for r in replies]
    wanted = np.concatenate(sent) / 255
    assert np.abs(frames.weights - wanted).max() <= 1e-4
    await page.click("#shut")


async def test_a_server_that_goes_away_in_mid_word_leaves_no_frozen_mouth(browser: Browser) -> None:
    async with visiting(browser, ScriptedServer()) as v:
        await v.connected()
        await v.audible()
        await v.playing(await v.ask(LONG))
        await v.server.stop()
        await v.until("/tries again/.test(document.querySelector('#notice').textContent)")
        await v.until("facewire.records.at(-1).jawOpen < 0.06")
        assert await v.page.locator("#connection").inner_text() == "reconnecting"


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800), (844, 390)])
async def test_nothing_lies_over_the_face(visit: Visit, width: int, height: int) -> None:
    page = visit.page
    await visit.until(SHOWN)
    await page.set_viewport_size({"width": width, "height": height})
    await visit.playing(await visit.ask(LONG))
    crown, chin = await page.evaluate(CHIN)
    boxes = {}
    for part in ("#developer", "#captions", "#moods", "#form", "#chips button:first-child"):
        box = await page.locator(part).bounding_box()
        if box is not None:
            boxes[part] = box
    assert 0 < crown < chin < height
    assert boxes["#developer"]["y"] + boxes["#developer"]["height"] <= crown
    assert chin <= boxes["#captions"]["y"] + 1
    assert chin - crown > 0.35 * min(height, width)
    names = list(boxes)
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            a, b = boxes[first], boxes[second]
            apart_x = a["x"] + a["width"] <= b["x"] + 0.5 or b["x"] + b["width"] <= a["x"] + 0.5
            apart_y = a["y"] + a["height"] <= b["y"] + 0.5 or b["y"] + b["height"] <= a["y"] + 0.5
            assert apart_x or apart_y, (first, second)
    await page.keyboard.press("Escape")
    await page.set_viewport_size({"width": 640, "height": 560})


async def test_less_motion_for_those_who_want_it(visit: Visit) -> None:
    await visit.page.emulate_media(reduced_motion="reduce")
    await visit.until("facewire.view.stage.sway.share < 0.5")
    fade = "getComputedStyle(document.querySelector('#face canvas')).transitionDuration"
    assert await visit.page.evaluate(fade) == "0s"
    await visit.page.emulate_media(reduced_motion="no-preference")
    await visit.until("facewire.view.stage.sway.share === 1")


async def test_the_real_server_behind_a_proxy_under_a_path_prefix(browser: Browser) -> None:
    async with app.running(tree(), environ={}) as server, proxied(server.address) as address:
        page = await browser.new_page(viewport={"width": 640, "height": 560})
        await page.add_init_script("localStorage.setItem('facewire.look', 'theo')")
        v = OpenPage(page)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await v.open(address)
        await v.connected()
        await v.until(SHOWN)
        assert await v.page.evaluate("facewire.view.stage.avatar.scene.name.includes('theo')"), (
            "the look chosen last"
        )
        await v.audible()
        await v.ask("Hello.")
        await v.until("facewire.records.some((r) => r.jawOpen > 0.02)")
        assert all(PREFIX in url or url.startswith(("blob:", "data:")) for url in asked)
        assert v.complaints == []
        await page.close()
