"""Node for the browser client's tests, and the page that it builds."""

import shutil
import subprocess
from pathlib import Path

from hatch_build import Heads
from tests.optional import lacking

ROOT = Path(__file__).resolve().parents[2]
WEB_CLIENT = ROOT / "web_client"


def node(*arguments: str, input: str | None = None) -> subprocess.CompletedProcess[str]:
    """What Node says, run in `web_client/` with the packages that the development install puts there."""
    program = shutil.which("node")
    if program is None:
        lacking("Node is not installed: web_client/tests did not run")
    if not (WEB_CLIENT / "node_modules" / "gltf-validator").exists():
        lacking("web_client/node_modules lacks packages: run `npm ci` in web_client")
    return subprocess.run(
        [program, *arguments],
        cwd=WEB_CLIENT,
        input=input,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def build_page() -> None:
    """The page and its heads in `web_client/dist`, from the sources as they are."""
    built = node("build.mjs")
    assert built.returncode == 0, built.stdout + built.stderr
    heads = Heads(ROOT)
    if not heads.fresh():
        heads.build()
