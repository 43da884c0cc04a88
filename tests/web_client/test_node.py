"""The browser client's own tests, run by Node's test runner."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_node() -> None:
    node = shutil.which("node")
    if node is None:
        if os.environ.get("FACEWIRE_REQUIRE_ALL_TESTS"):
            pytest.fail("Node is not installed; the tests in web_client/tests need it")
        pytest.skip("Node is not installed: web_client/tests did not run")
    tests = sorted(str(path) for path in (ROOT / "web_client" / "tests").glob("*.test.js"))
    done = subprocess.run([node, "--test", *tests], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
