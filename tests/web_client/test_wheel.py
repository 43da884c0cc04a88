"""What a wheel carries: the built page, with everything it asks for."""

import asyncio
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import aiohttp
import pytest

from server import app
from tests.fakes.client import tree
from tests.web_client.node import ROOT, node

URL = re.compile(r"(?:src|href)=\"([^\"]+)\"|(?:from|import\()\"(\./[^\"]+)\"|URL\(\"(\./[^\"]+)\"")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, unpacked. The page is already built, so nothing is fetched."""
    node("--version")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "installed")
    return folder / "installed"


def test_what_a_wheel_carries(installed: Path) -> None:
    names = {path.relative_to(installed).as_posix() for path in installed.rglob("*") if path.is_file()}
    for name in (
        "dist/index.html",
        "dist/app.js",
        "dist/worklet.js",
        "dist/LICENSES.txt",
        "dist/heads/looks.json",
        "dist/heads/mira.glb.gz",
        "client.js",
    ):
        assert f"web_client/{name}" in names
    assert {"web_client/adapters/vrm.d.ts", "blend_shapes/rigs/arkit.json"} <= names
    assert not any("node_modules" in name or "web_client/tests" in name for name in names)


async def test_the_page_of_a_wheel_is_served_whole(installed: Path) -> None:
    """Everything that the page and its modules name is there, under addresses relative to the page."""
    async with (
        app.running(tree(), web_client=installed / "web_client") as server,
        aiohttp.ClientSession() as session,
    ):
        asked, found = [""], set[str]()
        while asked:
            address = asked.pop()
            async with session.get(server.address + address) as response:
                assert response.status == 200, address
                text = await response.text()
            found.add(address)
            for match in URL.finditer(text):
                own = match[1]
                named = own or "web/dist/" + (match[2] or match[3])[2:]
                assert not re.match(r"/|\w+:", named), f"{named} would leave the path prefix"
                if named not in found:
                    asked.append(named)
            await asyncio.sleep(0)
    assert {"web/dist/app.js", "web/dist/page.css", "web/dist/icon.svg", "web/dist/worklet.js"} <= found
