"""The only place that speaks aiohttp: HTTP, WebSocket, outbox, translation to the wire."""
