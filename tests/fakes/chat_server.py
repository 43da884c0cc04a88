"""A server of chat completions that does what the test wrote: well, badly, or not at all."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Piece = str | float | dict[str, Any]
"""Text of the reply, a pause in seconds, or a delta as it stands on the wire."""
Script = Sequence[Piece] | Callable[[web.Request], web.StreamResponse]


class ChatServer:
    """Answers the requests with the scripts one after the other, the last one again and again."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.broken_off = 0
        self.url = ""

    @asynccontextmanager
    async def running(self) -> AsyncIterator["ChatServer"]:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        async with TestServer(app) as server:
            self.url = str(server.make_url("/v1"))
            yield self

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(await request.json())
        self.keys.append(request.headers.get("Authorization"))
        script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
        if callable(script):
            return script(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            for piece in script:
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                else:
                    delta = {"content": piece} if isinstance(piece, str) else piece
                    await response.write(_event(choices=[{"index": 0, "delta": delta}]))
            usage = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
            await response.write(_event(choices=[], usage=usage))
            await response.write(b"data: [DONE]\n\n")
        except (ConnectionError, asyncio.CancelledError):
            self.broken_off += 1
            raise
        return response


def calling(name: str, arguments: str) -> list[Piece]:
    """The pieces with which a model calls a tool."""
    half = len(arguments) // 2
    first = {"index": 0, "id": "call_1", "type": "function"}
    return [
        {"tool_calls": [{**first, "function": {"name": name, "arguments": arguments[:half]}}]},
        {"tool_calls": [{"index": 0, "function": {"arguments": arguments[half:]}}]},
    ]


def failing(status: int, message: str) -> Callable[[web.Request], web.StreamResponse]:
    body = {"error": {"message": message, "type": "error", "code": None}}
    return lambda request: web.json_response(body, status=status)


def page(request: web.Request) -> web.StreamResponse:
    return web.Response(text="<html><body>Welcome!</body></html>", content_type="text/html")


def _event(**fields: Any) -> bytes:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m", **fields}
    return b"data: " + json.dumps(chunk).encode() + b"\n\n"
