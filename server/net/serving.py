"""Listening, and stopping without cutting anybody off: the two halves of a server's life."""

import asyncio
import contextlib
import logging
import signal
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import WSCloseCode, web

from protocol.codes import Close
from server import config
from server.errors import ConfigError
from server.net.service import Service

POLL_S = 0.05

log = logging.getLogger(__name__)


def tls_context(tls: config.Tls | None) -> ssl.SSLContext | None:
    """What serves https and wss. Raises ConfigError for files that cannot be used."""
    if tls is None:
        return None
    for key, path in (("certificate", tls.certificate), ("key", tls.key)):
        try:
            Path(path).open("rb").close()
        except OSError as error:
            raise ConfigError(f"server.tls.{key}: cannot read {path}: {error.strerror}") from None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(tls.certificate, tls.key, password=lambda: "")
    except (ssl.SSLError, ValueError) as error:
        raise ConfigError(
            f"server.tls: {tls.certificate} and {tls.key} are no PEM certificate with its key "
            f"without a passphrase ({error})"
        ) from None
    return context


@asynccontextmanager
async def listening(app: web.Application, server: config.Server) -> AsyncGenerator[int, None]:
    """Accept connections inside the context; gives the port. Raises ConfigError if it is taken.

    On leaving nothing new is accepted and what is still open is closed.
    """
    context = tls_context(server.tls)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handle_signals=False)
    await runner.setup()
    try:
        site = web.TCPSite(runner, server.host, server.port, ssl_context=context)
        try:
            await site.start()
        except OSError as error:
            raise ConfigError(_cannot_listen(server, error)) from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def _cannot_listen(server: config.Server, error: OSError) -> str:
    reason = error.strerror or str(error)
    if "in use" in reason or "in use" in str(error):
        return (
            f"port {server.port} of {server.host} is in use: stop the program that has it, "
            f"or choose another one with --port"
        )
    return f"cannot listen on {server.host} port {server.port}: {reason}; change server.host or server.port"


async def stop(service: Service, at_once: asyncio.Event) -> None:
    """Let replies under way finish within the grace period, then say goodbye to every client.

    Nobody new is let in from the first moment on; the address still answers, so that `/readyz` can say so.
    `at_once` cuts the wait short.
    """
    service.ready = False
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(service.server.grace_s):
            while _speaking(service) and not at_once.is_set():
                await service.clock.sleep_until(service.clock.now() + POLL_S)
    for connection in list(service.connections):
        connection.end(Close.GOING_AWAY, "the server is stopping")
    talkers = list(service.talkers)
    await asyncio.gather(
        *(t.close(code=WSCloseCode.GOING_AWAY, message=b"the server is stopping") for t in talkers),
        return_exceptions=True,
    )
    while service.connections and not at_once.is_set():
        await service.clock.sleep_until(service.clock.now() + POLL_S)


def _speaking(service: Service) -> bool:
    return any(c.session is not None and c.session.busy for c in service.connections)


def on_signals(first: Callable[[], None], second: Callable[[], None]) -> None:
    """Call `first` at the first interrupt or termination of this process, `second` at every later one."""
    loop = asyncio.get_running_loop()
    calls = [first]

    def called() -> None:
        (calls.pop() if calls else second)()

    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, called)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(called))
