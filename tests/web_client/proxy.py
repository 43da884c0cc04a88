"""A reverse proxy that serves a site under a path prefix, as nginx would."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import WSMsgType, web

PREFIX = "/some/where"


@asynccontextmanager
async def proxied(site: str) -> AsyncIterator[str]:
    """The address at which `site` is found under PREFIX, inside the context."""
    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def handle(request: web.Request) -> web.StreamResponse:
            url = site + request.match_info["path"]
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return await _join(request, session, url)
            async with session.get(url, headers=_passed(request)) as answer:
                kept = {
                    k: v
                    for k, v in answer.headers.items()
                    if k in ("Content-Type", "Etag", "Content-Security-Policy")
                }
                return web.Response(status=answer.status, body=await answer.read(), headers=kept)

        app = web.Application()
        app.router.add_get(PREFIX + "/{path:.*}", handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}{PREFIX}/"
        await runner.cleanup()


def _passed(request: web.Request) -> dict[str, str]:
    return {
        "X-Forwarded-Host": request.host,
        "Origin": request.headers.get("Origin", f"http://{request.host}"),
    }


async def _join(request: web.Request, session: aiohttp.ClientSession, url: str) -> web.WebSocketResponse:
    wanted = [x.strip() for x in request.headers["Sec-WebSocket-Protocol"].split(",")]
    page = web.WebSocketResponse(protocols=wanted, compress=False)
    await page.prepare(request)
    async with session.ws_connect(url, protocols=wanted, headers=_passed(request)) as server:
        await asyncio.wait(
            [asyncio.create_task(_pass(page, server)), asyncio.create_task(_pass(server, page))],
            return_when=asyncio.FIRST_COMPLETED,
        )
    await page.close()
    return page


Socket = web.WebSocketResponse | aiohttp.ClientWebSocketResponse


async def _pass(source: Socket, sink: Socket) -> None:
    async for message in source:
        if message.type != WSMsgType.BINARY or sink.closed:
            return
        await sink.send_bytes(message.data)
