"""Face and audio payloads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol import pcm16
from protocol.codes import BadMessage
from protocol.face_format import FaceLayout, Floats, frame_time
from protocol.messages import FaceFormat, FaceFormatInfo

layouts = st.builds(FaceLayout, st.sampled_from(["q8", "f32"]), st.integers(1, 60), st.booleans())


def frames(layout: FaceLayout, n: int, seed: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    return random.random((n, layout.channels), np.float32), (
        (random.random((n, 3), np.float32) - np.float32(0.5)) * np.float32(300)
    )


@given(layouts, st.integers(0, 9), st.integers(0, 9))
def test_round_trip(layout: FaceLayout, n: int, seed: int) -> None:
    weights, head = frames(layout, n, seed)
    payload = layout.pack(weights, head)
    assert len(payload) == n * layout.frame_bytes and layout.count(payload) == n
    found_weights, found_head = layout.unpack(payload)
    steps = (0.5 / 255, 0.005) if layout.format == "q8" else (0.0, 0.0)
    np.testing.assert_allclose(found_weights, weights, atol=steps[0] + 1e-6)
    np.testing.assert_allclose(found_head, head if layout.head else 0 * head, atol=steps[1] + 1e-4)
    assert layout.pack(found_weights, found_head) == payload


@pytest.mark.parametrize(("form", "size"), [("q8", 58), ("f32", 220)])
def test_sizes_of_arkit(form: FaceFormat, size: int) -> None:
    info = FaceFormatInfo(form, 60, "arkit", tuple(f"c{i}" for i in range(52)), True)
    assert FaceLayout.of(info) == FaceLayout(form)
    assert FaceLayout(form).frame_bytes == size


@pytest.mark.parametrize("form", ["q8", "f32"])
def test_out_of_range_is_clamped_and_nan_is_rest(form: FaceFormat) -> None:
    layout = FaceLayout(form, 3)
    weights = np.array([[-1, 2, np.nan]], np.float32)
    found, head = layout.unpack(layout.pack(weights, np.array([[np.nan, 0, -1]], np.float32)))
    assert found.tolist() == [[0, 1, 0]]
    np.testing.assert_allclose(head, [[0, 0, -1]])


def test_q8_head_saturates() -> None:
    layout = FaceLayout("q8", 1)
    _, head = layout.unpack(
        layout.pack(np.zeros((1, 1), np.float32), np.array([[400, -400, 0]], np.float32))
    )
    np.testing.assert_allclose(head, [[327.67, -327.67, 0]], atol=1e-4)


@pytest.mark.parametrize("form", ["q8", "f32"])
@pytest.mark.parametrize("excess", [-1, 1])
def test_no_whole_number_of_frames(form: FaceFormat, excess: int) -> None:
    layout = FaceLayout(form)
    with pytest.raises(BadMessage, match=f"{layout.frame_bytes} bytes a frame"):
        layout.unpack(bytes(2 * layout.frame_bytes + excess))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("place", [0, 1])
def test_numbers_that_are_none(value: float, place: int) -> None:
    values = np.zeros(4, "<f4")
    values[place] = value
    with pytest.raises(BadMessage, match="NaN or infinite"):
        FaceLayout("f32", 1).unpack(values.tobytes())


def test_wrong_shapes() -> None:
    with pytest.raises(ValueError, match="expected"):
        FaceLayout().pack(np.zeros((2, 51), np.float32))
    with pytest.raises(ValueError, match="expected"):
        FaceLayout().pack(np.zeros((2, 52), np.float32), np.zeros((1, 3), np.float32))


def test_an_unpacked_array_is_the_callers_own() -> None:
    for form in ("q8", "f32"):
        weights, head = FaceLayout(form, 1).unpack(bytes(2 * FaceLayout(form, 1).frame_bytes))
        weights += 1
        head += 1


@given(st.integers(0, 10**9), st.integers(1, 240))
def test_frame_times_are_rounded_from_the_exact_quotient(index: int, fps: int) -> None:
    assert abs(frame_time(index, fps) * fps - index * 10**6) * 2 <= fps


@given(st.lists(st.integers(-(2**15), 2**15 - 1), max_size=20))
def test_pcm16_round_trip(values: list[int]) -> None:
    samples = np.array(values, np.int16)
    assert pcm16.unpack(pcm16.pack(samples)).tolist() == values


def test_pcm16_of_odd_length() -> None:
    with pytest.raises(BadMessage, match="2 bytes"):
        pcm16.unpack(b"\0\0\0")


@given(st.integers(0, 10**10), st.integers(8000, 48000))
def test_pcm16_times_are_rounded_from_the_exact_quotient(samples: int, rate: int) -> None:
    assert abs(pcm16.micros(samples, rate) * rate - samples * 10**6) * 2 <= rate
