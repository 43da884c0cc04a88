import pytest

from server.command.address import stream_url
from server.command.faults import NoServer


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("localhost:8765", "ws://localhost:8765/v1/stream"),
        ("http://127.0.0.1:8765/", "ws://127.0.0.1:8765/v1/stream"),
        ("https://face.example", "wss://face.example/v1/stream"),
        ("wss://face.example/avatar/v1/stream", "wss://face.example/avatar/v1/stream"),
        ("[::1]:8765", "ws://[::1]:8765/v1/stream"),
    ],
)
def test_addresses(address: str, url: str) -> None:
    assert stream_url(address) == url


@pytest.mark.parametrize("address", ["", "ftp://x", "http://", "http://[", "http://x:y"])
def test_no_addresses(address: str) -> None:
    with pytest.raises(NoServer, match="one looks like http"):
        stream_url(address)
