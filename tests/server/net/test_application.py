"""The addresses of the HTTP side, on a real server."""

import asyncio
import http.client
import ssl
import subprocess
from pathlib import Path

import aiohttp
import pytest

from protocol import messages as m
from server import app
from server.errors import ConfigError
from tests.fakes.client import connected, eventually, tree


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A web client with a secret beside it."""
    folder = tmp_path / "web_client"
    (folder / "core").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "dist").mkdir()
    (folder / "dist" / "index.html").write_text("<title>FaceWire</title>")
    (folder / "index.html").write_text("source")
    (folder / "core" / "codec.js").write_text("export {}")
    (folder / "tests" / "codec.js").write_text("secret")
    (folder / ".hidden.js").write_text("secret")
    (folder / "notes.txt").write_text("secret")
    (tmp_path / "outside.js").write_text("secret")
    (folder / "link.js").symlink_to(tmp_path / "outside.js")
    return folder


def fetch(
    port: int, path: str, method: str = "GET", headers: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    """The answer to the path exactly as written; clients that tidy it would hide what is tested."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(method, path, headers=headers or {})
        response = connection.getresponse()
        response.body = response.read()  # type: ignore[attr-defined]
        return response
    finally:
        connection.close()


async def get(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    response = await asyncio.to_thread(fetch, port, path, method, headers)
    body: bytes = response.body  # type: ignore[attr-defined]
    return response.status, body.decode(), dict(response.getheaders())


async def test_the_page_and_its_files(site: Path) -> None:
    async with app.running(tree(), web_client=site) as server:
        status, body, headers = await get(server.port, "/")
        assert (status, body) == (200, "<title>FaceWire</title>")
        assert headers["Content-Type"] == "text/html; charset=utf-8"
        assert "script-src 'self' 'wasm-unsafe-eval';" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        status, body, headers = await get(server.port, "/web/core/codec.js")
        assert (status, body, headers["Cache-Control"]) == (200, "export {}", "no-cache")
        assert headers["Content-Type"].startswith("text/javascript")
        tag = headers["Etag"]
        assert (await get(server.port, "/web/core/codec.js", **{"If-None-Match": tag}))[0] == 304


async def test_a_page_that_could_not_be_built(site: Path, caplog: pytest.LogCaptureFixture) -> None:
    note = site / "dist" / "not_built.txt"
    note.write_text("npm is on holiday\n")
    async with app.running(tree(), web_client=site) as server:
        assert "The page is older than its sources: npm is on holiday." in caplog.text
        assert (await get(server.port, "/"))[0] == 200
    caplog.clear()
    (site / "dist" / "index.html").unlink()
    async with app.running(tree(), web_client=site) as server:
        assert "The page is not built: npm is on holiday. Install FaceWire again" in caplog.text
        status, body, headers = await get(server.port, "/")
        assert (status, headers["Content-Type"]) == (503, "text/plain; charset=utf-8")
        assert body.startswith("The page is not built: npm is on holiday.\nInstall")
        assert (await get(server.port, "/web/core/codec.js"))[0] == 200
        async with connected(server) as client:
            await client.hello()
    note.unlink()
    async with app.running(tree(), web_client=site) as server:
        assert (await get(server.port, "/"))[1].startswith("The page is not built.\n")


@pytest.mark.parametrize(
    "path",
    [
        "/web/../outside.js",
        "/web/%2e%2e/outside.js",
        "/web/..%2foutside.js",
        "/web/core/../../outside.js",
        "/web//etc/passwd",
        "/web/%2fetc/passwd",
        "/web/link.js",
        "/web/tests/codec.js",
        "/web/.hidden.js",
        "/web/notes.txt",
        "/web/core",
        "/web/",
        "/web/nothing.js",
        "/web/a%00.js",
        "/web/" + "a" * 4000 + ".js",
        "/nothing",
    ],
)
async def test_nothing_else_is_served(site: Path, path: str) -> None:
    async with app.running(tree(), web_client=site) as server:
        status, body, headers = await get(server.port, path)
        assert status == 404
        assert headers["Content-Type"].startswith("text/plain")
        assert "secret" not in body


async def test_a_method_that_does_not_fit(site: Path) -> None:
    async with app.running(tree(), web_client=site) as server:
        status, body, headers = await get(server.port, "/healthz", "POST")
        assert (status, headers["Allow"]) == (405, "GET,HEAD")
        assert body.count("\n") == 1
        assert (await get(server.port, "/v1/stream"))[0] == 400


async def test_health_and_readiness() -> None:
    async with app.running(tree(server={"max_sessions": 1, "grace_s": 0})) as server:
        assert (await get(server.port, "/healthz"))[:2] == (200, "ok\n")
        assert (await get(server.port, "/readyz"))[:2] == (200, "ready\n")
        async with connected(server) as client:
            await client.hello()
            assert (await get(server.port, "/readyz"))[:2] == (503, "full\n")
            await client.send(m.Bye())
            await client.close_code()
        await eventually(lambda: not server.service.sessions.full)
        server.service.ready = False
        assert (await get(server.port, "/readyz"))[0] == 503
        assert (await get(server.port, "/healthz"))[0] == 200


async def test_metrics_count_what_happens() -> None:
    async with app.running(tree(server={"grace_s": 0})) as server:
        async with connected(server) as client:
            await client.hello()
            await client.send(m.Text("hi"))
            await client.until(m.Timings)
            await client.send(m.Text(""))
            await client.error()
            status, text, headers = await get(server.port, "/metrics")
        assert status == 200
        assert headers["Content-Type"].startswith("text/plain; version=")
        lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        assert lines["facewire_sessions"] == lines["facewire_connections"] == "1.0"
        assert lines['facewire_stage_seconds_count{stage="segment"}'] == "1.0"
        assert float(lines["facewire_segment_lateness_seconds_count"]) >= 1
        assert lines['facewire_turns_ended_total{reason="complete"}'] == "1.0"
        assert lines['facewire_messages_refused_total{code="empty_text"}'] == "1.0"


def make_certificate(certificate: Path, key: Path) -> None:
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command.split(), *names, *files], check=True, capture_output=True)


async def test_tls(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    await asyncio.to_thread(make_certificate, certificate, key)
    files = {"certificate": str(certificate), "key": str(key)}
    async with app.running(tree(server={"tls": files, "grace_s": 0})) as server:
        assert server.address == f"https://localhost:{server.port}/"
        trusted = ssl.create_default_context(cafile=str(certificate))
        async with connected(server, ssl=trusted) as client:
            await client.hello()
            await client.send(m.Text("secret"))
            await client.until(m.End)
    wrong = {"certificate": str(key), "key": str(certificate)}
    with pytest.raises(ConfigError, match=r"server\.tls"):
        async with app.running(tree(server={"tls": wrong})):
            pass


async def test_works_under_a_prefix_behind_a_proxy() -> None:
    """What the proxy strips the server never sees; the page is told nothing absolute."""
    async with app.running(tree(server={"grace_s": 0})) as server:
        forwarded = {"Origin": "https://face.example", "X-Forwarded-Host": "face.example"}
        async with connected(server, headers=forwarded) as client:
            await client.hello()


async def test_unanswered_requests_do_not_keep_the_server(site: Path) -> None:
    async with app.running(tree(), web_client=site) as server, aiohttp.ClientSession() as session:
        response = await session.get(server.address)
        assert response.status == 200
