"""The golden vectors against the codec, and against the program that made them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from protocol import codec
from protocol.codes import ERRORS, BadMessage
from protocol.face_format import FaceLayout
from protocol.messages import FromClient, FromServer
from tests.protocol.make_vectors import FOLDER, files


def cases(folder: str) -> list[Any]:
    found = sorted((FOLDER / folder).glob("*.json"))
    assert found, f"no vectors in {folder}"
    return [pytest.param(path, id=path.stem) for path in found]


def data_of(twin: Path) -> bytes | str:
    binary = twin.with_name(twin.name.removesuffix(".json") + ".bin")
    if binary.exists():
        return binary.read_bytes()
    return binary.with_suffix(".txt").read_bytes().decode()


def decode(sender: str, data: bytes | str) -> FromClient | FromServer:
    return codec.decode_from_client(data) if sender == "client" else codec.decode_from_server(data)


@pytest.mark.parametrize("path", cases("canonical"))
def test_canonical(path: Path) -> None:
    twin, data = json.loads(path.read_bytes()), data_of(path)
    assert isinstance(data, bytes)
    message = decode(twin["from"], data)
    assert message == decode(twin["from"], json.dumps(twin["message"]))
    assert codec.encode(message) == data
    assert json.loads(codec.encode_json(message)) == twin["message"]


@pytest.mark.parametrize("path", cases("canonical"))
def test_every_truncation_of_a_canonical_message_is_refused(path: Path) -> None:
    sender, data = json.loads(path.read_bytes())["from"], data_of(path)
    for length in sorted({*range(min(len(data), 200)), *range(max(0, len(data) - 20), len(data))}):
        with pytest.raises(BadMessage) as caught:
            decode(sender, data[:length])
        assert caught.value.code == "bad_message"


@pytest.mark.parametrize("path", cases("decode_only"))
def test_decode_only(path: Path) -> None:
    twin, data = json.loads(path.read_bytes()), data_of(path)
    message = decode(twin["from"], data)
    assert message == decode(twin["from"], json.dumps(twin["message"]))
    assert codec.encode(message) != data


@pytest.mark.parametrize("path", cases("reject"))
def test_reject(path: Path) -> None:
    twin, data = json.loads(path.read_bytes()), data_of(path)
    with pytest.raises(BadMessage) as caught:
        decode(twin["from"], data)
    assert caught.value.code == twin["error"]
    assert caught.value.code in ERRORS
    assert 10 < len(caught.value.text) < 500


@pytest.mark.parametrize("path", cases("face"))
def test_face(path: Path) -> None:
    twin, payload = json.loads(path.read_bytes()), data_of(path)
    assert isinstance(payload, bytes)
    layout = FaceLayout(twin["format"], twin["channels"], twin["head"])
    if "error" in twin:
        with pytest.raises(BadMessage) as caught:
            layout.unpack(payload)
        assert caught.value.code == twin["error"]
        return
    weights, head = layout.unpack(payload)
    np.testing.assert_allclose(weights, np.reshape(twin["weights"], (-1, twin["channels"])), atol=1e-6)
    if twin["head"]:
        np.testing.assert_allclose(head, np.reshape(twin["angles"], (-1, 3)), atol=1e-4)
        assert layout.pack(weights, head) == payload


def test_the_vectors_are_those_that_the_program_makes() -> None:
    stored = {p.relative_to(FOLDER): p.read_bytes() for p in FOLDER.rglob("*") if p.is_file()}
    assert {
        path: data for path, data in stored.items() if path.parts[0] not in ("timeline", "README.md")
    } == files()
