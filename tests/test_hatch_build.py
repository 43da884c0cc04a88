"""The page as FaceWire is installed: built once, anew when it is old, and told when it cannot be built."""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

import hatch_build
from hatch_build import BuildPage, Heads, Page

NPM = """
import pathlib, sys
pathlib.Path("calls.txt").open("a").write(" ".join(sys.argv[1:]) + "\\n")
if pathlib.Path("broken.txt").exists():
    sys.exit(pathlib.Path("broken.txt").read_text())
pathlib.Path("node_modules" if sys.argv[1] == "ci" else "dist").mkdir(exist_ok=True)
if sys.argv[1] == "run":
    pathlib.Path("dist/index.html").write_text("page")
    pathlib.Path("dist/not_built.txt").unlink(missing_ok=True)
"""


LOOK = """
class Toy:
    name, skin, hair_colour, garment = "toy", "#fff", "#000", "#0f0"
LOOKS = {"toy": Toy()}
"""
MODEL = """
def head_glb(look):
    return look.name.encode()
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A source tree with an npm that keeps a list of what it was asked."""
    made = Page(tmp_path)
    (made.folder / "page").mkdir(parents=True)
    (made.folder / "page" / "app.js").write_text("1;\n")
    (made.folder / "package-lock.json").write_text("{}")
    (tmp_path / "npm.py").write_text(NPM)
    generator = tmp_path / "blend_shapes" / "head"
    generator.mkdir(parents=True)
    for folder in (generator, generator.parent):
        (folder / "__init__.py").touch()
    (generator / "look.py").write_text(LOOK)
    (generator / "model.py").write_text(MODEL)
    monkeypatch.setattr(hatch_build, "find_npm", lambda: [sys.executable, str(tmp_path / "npm.py")])
    monkeypatch.delenv(hatch_build.WITHOUT_PAGE, raising=False)
    yield made


def install(page: Page, version: str = "editable") -> BuildPage:
    hook = BuildPage(str(page.folder.parent), {}, Mock(), Mock(), "", "wheel", Mock())
    hook.initialize(version, {})
    return hook


def calls(page: Page) -> list[str]:
    """What npm was asked since the last time."""
    log = page.folder / "calls.txt"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return [" ".join(word for word in line.split() if word not in OPTIONS) for line in lines]


OPTIONS = ("--no-update-notifier", "--fetch-retries=1")


def test_built_once_and_again_when_a_source_changed(page: Page) -> None:
    install(page, "standard")
    assert calls(page) == ["ci --omit=dev", "run build"]
    assert page.fresh()
    install(page, "standard")
    assert calls(page) == []
    (page.folder / "page" / "app.js").write_text("1;\r\n")
    assert page.fresh(), "line ends make no difference"
    (page.folder / "page" / "app.js").write_text("2;\n")
    install(page, "standard")
    assert calls(page) == ["run build"]


def test_developers_get_what_tests_need(page: Page) -> None:
    install(page, "standard")
    calls(page)
    install(page)
    assert calls(page) == ["ci", "run build"]
    install(page, "standard")
    assert calls(page) == []


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("npm error code ENOTFOUND\nnpm error errno -3008", r"could not reach its registry \(ENOTFOUND\)"),
        (
            "npm error code EUSAGE\nnpm error the lock is wrong",
            "`npm ci` in web_client failed: the lock is",
        ),
        ("something else", "`npm ci` in web_client failed: something else"),
    ],
)
def test_a_page_that_cannot_be_built(page: Page, said: str, told: str) -> None:
    broken = page.folder / "broken.txt"
    broken.write_text(said)
    with pytest.raises(SystemExit, match=told) as error:
        install(page, "standard")
    assert "\n" not in str(error.value)
    assert not page.note.exists()
    install(page)
    assert page.note.read_text().count("\n") == 1
    broken.unlink()
    install(page)
    assert page.fresh()
    assert not page.note.exists()


def test_an_older_page_stays_where_the_new_one_cannot_be_built(page: Page) -> None:
    install(page)
    source = page.folder / "page" / "app.js"
    source.write_text("2;\n")
    (page.folder / "broken.txt").write_text("no")
    install(page)
    assert page.note.exists()
    assert (page.dist / "index.html").read_text() == "page"
    source.write_text("1;\n")
    install(page)
    assert not page.note.exists(), "it is as new as its sources again"


def test_node_is_fetched_where_it_is_needed_only(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    assert install(page).dependencies() == []
    monkeypatch.setattr(hatch_build, "find_npm", lambda: None)
    assert install(page).dependencies() == [], "the page is there"
    (page.folder / "page" / "app.js").write_text("3;\n")
    hook = BuildPage(str(page.folder.parent), {}, Mock(), Mock(), "", "wheel", Mock())
    assert hook.dependencies() == [hatch_build.NODE_PACKAGE]
    Heads(page.folder.parent).list.unlink()
    assert hook.dependencies() == [hatch_build.NODE_PACKAGE, *hatch_build.HEAD_PACKAGES]
    monkeypatch.setenv(hatch_build.WITHOUT_PAGE, "1")
    assert hook.dependencies() == []
    hook.initialize("standard", {})
    assert not page.fresh()


def test_the_heads_of_all_looks_are_made_once_and_anew_when_the_generator_changed(page: Page) -> None:
    install(page, "standard")
    heads = Heads(page.folder.parent)
    looks = [{"name": "toy", "skin": "#fff", "hair": "#000", "garment": "#0f0"}]
    assert json.loads(heads.list.read_text()) == looks
    made = heads.folder / "toy.glb.gz"
    assert gzip.decompress(made.read_bytes()) == b"toy"
    made.write_bytes(b"as it was")
    install(page, "standard")
    assert made.read_bytes() == b"as it was"
    (page.folder.parent / "blend_shapes" / "head" / "model.py").write_text(MODEL.replace("name", "skin"))
    install(page, "standard")
    assert gzip.decompress(made.read_bytes()) == b"#fff"


def test_heads_that_cannot_be_made(page: Page) -> None:
    (page.folder.parent / "blend_shapes" / "head" / "model.py").write_text("raise ImportError('no numpy')")
    with pytest.raises(SystemExit, match=r"the heads could not be made.*no numpy"):
        install(page, "standard")
    hook = install(page)
    hook.app.display_warning.assert_called_once()  # type: ignore[attr-defined]
    assert page.fresh(), "the page itself is there"
