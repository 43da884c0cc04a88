"""The browser client's own tests, run by Node's test runner."""

from tests.web_client.node import WEB_CLIENT, node


def test_types() -> None:
    """The SDK's modules against their JSDoc, and the public surface as TypeScript sees it."""
    done = node("node_modules/typescript/bin/tsc")
    assert done.returncode == 0, done.stdout


def test_node() -> None:
    tests = sorted(str(path) for path in (WEB_CLIENT / "tests").rglob("*.test.js"))
    done = node("--test", *tests)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
