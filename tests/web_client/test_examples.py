"""The examples of web_client/README.md, as written, in headless Chromium on a scripted server."""

import re
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.web_client.conftest import visiting
from tests.web_client.node import WEB_CLIENT, node
from tests.web_client.scripted import ScriptedServer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

README = (WEB_CLIENT / "README.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"<!-- example: (\w+) -->\n```js\n(.*?)```", README, re.DOTALL))
MODEL = """
import { writeFileSync } from "node:fs";
import { CHANNELS } from "./core/shape_mapper.js";
import { glb, vrm1 } from "./tests/glb.js";
const [, kind, file] = process.argv;
const plain = () => glb({ meshes: [{ name: "Face", targets: CHANNELS }] });
const vrm = () => vrm1({ presets: ["aa", "ih", "ou", "ee", "oh", "blink"] });
writeFileSync(file, new Uint8Array(kind === "vrm" ? vrm() : plain()));
"""
WATCH = """
;window.mouth = () => {
  let widest = 0;
  scene.traverse((node) => {
    const at = node.morphTargetDictionary?.jawOpen ?? node.morphTargetDictionary?.aa;
    if (at !== undefined) widest = Math.max(widest, node.morphTargetInfluences[at]);
  });
  return widest;
};
window.widest = 0;
setInterval(() => { window.widest = Math.max(window.widest, window.mouth()); }, 5);
"""


def build(name: str, folder: Path) -> None:
    """Puts the example's bundle, a page, a model and the audio worklet into a folder. What is watched is
    added behind the example's last line."""
    options = ["--bundle", "--format=esm", "--target=es2022", "--log-level=warning"]
    script = f"--outfile={folder / 'example.js'}"
    bundled = node("node_modules/esbuild/bin/esbuild", *options, script, input=EXAMPLES[name] + WATCH)
    assert bundled.returncode == 0, bundled.stderr
    model = folder / ("avatar.vrm" if name == "vrm" else "avatar.glb")
    made = node("--input-type=module", "-e", MODEL, name, str(model))
    assert made.returncode == 0, made.stderr
    shutil.copy(WEB_CLIENT / "dist" / "worklet.js", folder)
    (folder / "example.html").write_text(
        "<!doctype html><link rel=icon href=data:,><canvas width=64 height=64></canvas>"
        "<script type=module src=example.js></script>"
    )


@pytest.mark.parametrize("name", ["three", "vrm"])
async def test_an_example_of_the_readme_runs_as_written(
    browser: Browser, name: str, tmp_path: Path
) -> None:
    lines = [line for line in EXAMPLES[name].splitlines() if line and not line.startswith("import ")]
    assert len(lines) <= 15
    build(name, tmp_path)
    async with visiting(browser, ScriptedServer(beside=tmp_path), query="example.html") as visit:
        await visit.until("window.mouth !== undefined")
        await visit.page.click("canvas")
        await visit.until("window.widest > 0.3")
        await visit.until("window.mouth() < 0.02")
    assert visit.complaints == []
