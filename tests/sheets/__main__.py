"""``python -m tests.sheets [SHEET ...] [--look NAME] [-o DIR]``: contact sheets in headless Chromium.

Needs Chromium, and the npm packages of web_client, which the development install brings.
"""

import argparse
import base64
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, Route, sync_playwright

from blend_shapes.head.lip_gap import DEFAULT
from blend_shapes.head.look import LOOKS
from blend_shapes.head.model import head_glb
from tests.sheets.cells import SHEETS, Sheet
from tests.web_client.node import WEB_CLIENT
from tests.web_client.visit import CHROMIUM, FLAGS

HERE: Final = Path(__file__).parent
THREE: Final = WEB_CLIENT / "node_modules" / "three"
ORIGIN: Final = "http://sheets.invalid"
SOFTWARE_GL: Final = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
TYPES: Final = {".html": "text/html", ".js": "text/javascript"}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.sheets", description=__doc__)
    parser.add_argument("sheet", nargs="*", help=f"one or more of {', '.join(SHEETS)}; all without one")
    parser.add_argument("--look", default=DEFAULT, choices=sorted(LOOKS))
    parser.add_argument("-o", "--out", type=Path, default=Path("out", "sheets"), metavar="DIR")
    parser.add_argument("--png", action="store_true", help="lossless and larger")
    a = parser.parse_args(arguments)
    if unknown := [name for name in a.sheet if name not in SHEETS]:
        parser.error(f"no sheet {unknown[0]!r}; there are {', '.join(SHEETS)}")
    if not THREE.is_dir():
        parser.error(f"{THREE} is missing: run npm ci in {WEB_CLIENT}")
    a.out.mkdir(parents=True, exist_ok=True)
    with stage(head_glb(LOOKS[a.look])) as page:
        for name in a.sheet or SHEETS:
            file = a.out / f"{a.look}-{name}.{'png' if a.png else 'jpg'}"
            file.write_bytes(drawn(page, SHEETS[name](), "image/png" if a.png else "image/jpeg"))
            print(file)


@contextmanager
def stage(glb: bytes) -> Iterator[Page]:
    """A page with three.js and the head loaded; nothing is fetched from outside."""

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(ORIGIN).lstrip("/")
        file = THREE / path.removeprefix("three/") if path.startswith("three/") else HERE / path
        if path == "head.glb":
            route.fulfill(body=glb, content_type="model/gltf-binary")
        elif file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=TYPES.get(file.suffix, "text/plain"))
        else:
            route.fulfill(status=404)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*FLAGS, *SOFTWARE_GL])
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto(f"{ORIGIN}/stage.html")
        page.wait_for_function("window.stage")
        page.evaluate("stage.load('/head.glb')")
        yield page
        browser.close()


def drawn(page: Page, sheet: Sheet, kind: str) -> bytes:
    """The sheet as an image of this media type."""
    size = {"columns": sheet.columns, "width": sheet.width, "height": sheet.height, "type": kind}
    url: str = page.evaluate("([cells, size]) => stage.sheet(cells, size)", [list(sheet.cells), size])
    return base64.b64decode(url.partition(",")[2])


if __name__ == "__main__":
    main()
