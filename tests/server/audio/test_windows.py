"""Windows of one size from sound of any rate, however it was cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.audio.windows import Windows

SIZE = 512


def noise(samples: int) -> np.ndarray:
    return np.random.default_rng(3).integers(-9000, 9000, samples).astype(np.int16)


@given(st.lists(st.integers(0, 2000), max_size=12), st.sampled_from([8000, 16_000, 44_100, 48_000]))
def test_the_cutting_does_not_matter(cuts: list[int], rate: int) -> None:
    sound = noise(sum(cuts))
    whole, pieces = Windows(rate, 16_000, SIZE), Windows(rate, 16_000, SIZE)
    once = [*whole.feed(sound), *whole.finish()]
    cut = [window for piece in np.split(sound, np.cumsum(cuts[:-1])) for window in pieces.feed(piece)]
    cut += pieces.finish()
    assert len(once) == len(cut)
    for one, other in zip(once, cut, strict=True):
        assert np.abs(one.astype(int) - other).max() <= 1


@pytest.mark.parametrize(("samples", "windows"), [(0, 0), (1, 1), (511, 1), (512, 1), (513, 2), (1024, 2)])
def test_the_last_window_is_filled_with_silence(samples: int, windows: int) -> None:
    sound = noise(samples)
    cutter = Windows(16_000, 16_000, SIZE)
    cut = [*cutter.feed(sound), *cutter.finish()]
    assert [len(window) for window in cut] == [SIZE] * windows
    joined = np.concatenate([np.zeros(0, np.int16), *cut])
    assert np.array_equal(joined[:samples], sound)
    assert not joined[samples:].any()


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 44_100, 48_000])
def test_a_click_stays_where_it_was(rate: int) -> None:
    """To a tenth of a millisecond."""
    sound = np.zeros(rate, np.int16)
    sound[rate // 2] = 30_000
    cutter = Windows(rate, 16_000, SIZE)
    heard = np.concatenate([*cutter.feed(sound), *cutter.finish()])
    assert abs(int(np.argmax(np.abs(heard.astype(int)))) - 16_000 * (rate // 2) / rate) <= 1.6
