import numpy as np
import pytest

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.ordering import Ordering


def test_any_order_is_put_right_by_name() -> None:
    names = sorted(CHANNELS)
    weights = np.array([[INDEX[name] / 100 for name in names]])
    face = Ordering(names).apply(weights)
    looks = [i for i, name in enumerate(CHANNELS) if name.startswith("eyeLook")]
    expected = np.arange(52, dtype=np.float32) / 100
    expected[looks] = 0.0
    assert np.allclose(face[0], expected)
    assert face.dtype == np.float32


def test_capitals_do_not_matter_and_a_neutral_face_is_no_shape() -> None:
    ordering = Ordering(["_neutral", "JawOpen", "mouthclose"])
    face = ordering.apply(np.array([[0.9, 0.5, 0.25]]))
    assert ordering.size == 3
    assert {CHANNELS[i]: float(face[0, i]) for i in np.flatnonzero(face[0])} == {
        "jawOpen": 0.5,
        "mouthClose": 0.25,
    }


def test_weights_are_clipped() -> None:
    face = Ordering(["jawOpen", "mouthClose"]).apply(np.array([[1.5, -0.3]]))
    assert face[0, INDEX["jawOpen"]] == 1.0 and face[0, INDEX["mouthClose"]] == 0.0


def test_the_upper_face_and_single_shapes_can_be_left_to_life() -> None:
    full = np.ones((1, 52))
    lower = Ordering(CHANNELS, upper_face=False, without=("mouthShrugUpper",)).apply(full)[0]
    moved = {CHANNELS[i] for i in np.flatnonzero(lower)}
    assert moved == {
        name
        for name in CHANNELS
        if name.startswith(("jaw", "mouth", "cheek", "nose", "tongue")) and name != "mouthShrugUpper"
    }


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["jawOpn"], "'jawOpn' is no shape of ARKit's 52; did it mean jawOpen"),
        (["A25"], "'A25' is no shape"),
        (["jawOpen", "JawOpen"], "jawOpen is there twice"),
        (["eyeLookInLeft", "eyeLookInLeft"], "eyeLookInLeft is there twice"),
    ],
)
def test_names_that_cannot_be_are_refused(names: list[str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Ordering(names)
