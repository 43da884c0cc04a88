"""The HTTP side: the WebSocket's address, the page and its files, health, metrics.

Every address is relative in the page, so the whole works under a path prefix behind a proxy. The page
is the one that installing has built (`hatch_build.py`); without one the server serves its clients all the
same and says at `/` what to do.
"""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from server.config import is_loopback
from server.net.connection import Connection
from server.net.service import Service
from server.net.talker import Talker
from server.net.websocket import WebSocket

TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".ico": "image/x-icon",
    ".glb": "model/gltf-binary",
    ".gz": "application/gzip",
    ".gltf": "model/gltf+json",
    ".wasm": "application/wasm",
    ".woff2": "font/woff2",
    ".wav": "audio/wav",
}
"""What the page may be made of; other files are not served."""
HIDDEN: Final = ("tests", "node_modules")
SECURITY: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; "
        "connect-src 'self' ws: wss: data: blob:; "
        "img-src 'self' data: blob:; media-src 'self' data: blob:; worker-src 'self' blob:; "
        "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Permissions-Policy": "camera=(), geolocation=()",
}
PAGE: Final = "dist/index.html"
NOT_BUILT: Final = "dist/not_built.txt"
"""Why installing could not build the page, or not anew."""
REMEDY: Final = (
    "Install FaceWire again (`make run`, or `pip install -e .`) to build it; clients work without it."
)

_ERRORS: Final = {
    404: "There is nothing at this address.\n",
    405: "This address does not take that method.\n",
}

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make(service: Service, web_client: Path, metrics: Callable[[], tuple[bytes, str]]) -> web.Application:
    """The application; `metrics` gives the text of `/metrics` and its content type."""
    app = web.Application(middlewares=[_plain_errors])
    app.on_response_prepare.append(_secure)
    site = _Site(service, web_client.resolve(), metrics)
    fault = _page_fault(site.web_client)
    if fault:
        log.warning("%s %s", fault, REMEDY)
    app.add_routes(
        [
            web.get("/v1/stream", site.stream, allow_head=False),
            web.get("/ws/talker", site.talker, allow_head=False),
            web.get("/healthz", site.healthz),
            web.get("/readyz", site.readyz),
            web.get("/metrics", site.metrics),
            web.get("/", site.page),
            web.get("/web/{path:.+}", site.file),
        ]
    )
    return app


class _Site:
    """The handlers."""

    def __init__(
        self, service: Service, web_client: Path, metrics: Callable[[], tuple[bytes, str]]
    ) -> None:
        self._service = service
        self.web_client = web_client
        self._metrics = metrics

    async def stream(self, request: web.Request) -> web.StreamResponse:
        self._check_origin(request)
        socket = await WebSocket.accept(request, self._service.limits.message_bytes)
        await Connection(socket, self._service).run()
        return socket.response

    async def talker(self, request: web.Request) -> web.StreamResponse:
        self._check_origin(request)
        return await Talker(self._service).serve(request)

    async def healthz(self, request: web.Request) -> web.Response:
        return _text("ok\n")

    async def readyz(self, request: web.Request) -> web.Response:
        if not self._service.ready:
            return _text("starting or stopping\n", 503)
        if self._service.sessions.full:
            return _text("full\n", 503)
        return _text("ready\n")

    async def metrics(self, request: web.Request) -> web.Response:
        body, content_type = self._metrics()
        return web.Response(body=body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})

    async def page(self, request: web.Request) -> web.StreamResponse:
        if _inside(self.web_client, PAGE) is None:
            return _text(f"{_page_fault(self.web_client)}\n{REMEDY}\n", 503)
        return self._file(PAGE)

    async def file(self, request: web.Request) -> web.StreamResponse:
        return self._file(request.match_info["path"])

    def _file(self, name: str) -> web.StreamResponse:
        """A file of the web client. Browsers ask again each time whether it has changed."""
        path = _inside(self.web_client, name)
        if path is None:
            raise web.HTTPNotFound
        headers = {"Content-Type": TYPES[path.suffix], "Cache-Control": "no-cache"}
        return web.FileResponse(path, headers=headers)

    def _check_origin(self, request: web.Request) -> None:
        """Without a token a page of another site must not talk to this server through its visitor."""
        origin = request.headers.get("Origin")
        if origin is None or self._service.token is not None:
            return
        host = urlsplit(origin).hostname or ""
        own = (request.headers.get("X-Forwarded-Host") or request.host).rpartition("@")[2]
        if not is_loopback(host) and urlsplit(origin).netloc != own:
            log.warning("refused a page of %r", origin)
            raise web.HTTPForbidden(
                text=f"Pages of {origin} may not use this server: serve them from here, or set a token.\n"
            )


def _page_fault(web_client: Path) -> str | None:
    """What is wrong with the page: there is none, or its last build failed; else None."""
    note = web_client / NOT_BUILT
    reason = f": {note.read_text(encoding='utf-8').strip()}." if note.is_file() else "."
    if not (web_client / PAGE).is_file():
        return f"The page is not built{reason}"
    return f"The page is older than its sources{reason}" if note.is_file() else None


def _inside(folder: Path, name: str) -> Path | None:
    """The file of this name that lies in `folder` and may be served, links followed; else None."""
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder) or path.suffix not in TYPES or not path.is_file():
            return None
    except (ValueError, OSError):  # no name that a file could have
        return None
    parts = path.relative_to(folder).parts
    return None if any(part in HIDDEN or part.startswith(".") for part in parts) else path


def _text(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, headers={"Cache-Control": "no-store"})


@web.middleware
async def _plain_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Errors as one line of plain text."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        text = _ERRORS.get(error.status)
        if text is None:
            raise
        response = _text(text, error.status)
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response


async def _secure(request: web.Request, response: web.StreamResponse) -> None:
    if response.status != 101:
        for name, value in SECURITY.items():
            response.headers.setdefault(name, value)
