"""Sessions, turns and history. Async, but no sockets and no vendors."""
