import numpy as np
import pytest

from blend_shapes.arkit import INDEX
from blend_shapes.face import Weights
from server.command.face_meter import face_line


def face(**weights: float) -> Weights:
    row = np.zeros(52, np.float32)
    for name, value in weights.items():
        row[INDEX[name]] = value
    return row


@pytest.mark.parametrize(
    ("weights", "shows"),
    [
        ({}, "(•-•)"),
        ({"jawOpen": 0.5}, "(•D•)"),
        ({"jawOpen": 0.5, "mouthClose": 0.5}, "(•-•)"),
        ({"jawOpen": 0.2, "mouthPucker": 0.8}, "(•o•)"),
        ({"jawOpen": 0.6, "mouthFunnel": 0.8}, "(•O•)"),
        ({"eyeBlinkLeft": 1.0}, "(--•)"),
        ({"eyeBlinkRight": 1.0}, "(•--)"),
    ],
)
def test_the_face_shows_the_pose(weights: dict[str, float], shows: str) -> None:
    assert face_line(face(**weights)).startswith(shows)


@pytest.mark.parametrize(("value", "bar"), [(0.0, " "), (0.02, "▁"), (0.5, "▄"), (1.0, "█")])
def test_bars(value: float, bar: str) -> None:
    assert f"jaw {bar} round" in face_line(face(jawOpen=value))


def test_every_pose_is_equally_wide() -> None:
    rng = np.random.default_rng(1)
    assert len({len(face_line(row)) for row in rng.random((200, 52), dtype=np.float32)}) == 1
