"""Real servers on the loopback interface."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from server import app
from tests.fakes.client import Serve, tree


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """`await serve(limits={...})` is a server with fakes for engines, stopped after the test."""
    async with AsyncExitStack() as stack:

        async def start(
            environ: dict[str, str] | None = None, **sections: dict[str, object]
        ) -> app.Running:
            sections.setdefault("server", {}).setdefault("grace_s", 0)
            return await stack.enter_async_context(app.running(tree(**sections), environ=environ or {}))

        yield start


@pytest.fixture
async def server(serve: Serve) -> app.Running:
    return await serve()
