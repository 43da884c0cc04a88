"""Sound in hops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blend_shapes.audio.hops import LEAST_RATE, Hop, Hops


def hops(sound: "np.ndarray[tuple[int], np.dtype[np.int16]]", rate: int, cuts: list[int]) -> list[Hop]:
    stream = Hops(rate)
    found = [hop for piece in np.split(sound, sorted(cuts)) for hop in stream.feed(piece)]
    assert stream.complete == len(found)
    assert stream.heard == len(sound)
    return found


@given(
    st.lists(st.integers(-32768, 32767), max_size=900),
    st.lists(st.integers(0, 900), max_size=6),
    st.sampled_from([120, 121, 997, 8_000, 22_050]),
)
def test_no_cutting_changes_a_hop(values: list[int], cuts: list[int], rate: int) -> None:
    sound = np.array(values, np.int16)
    cuts = [min(cut, len(sound)) for cut in cuts]
    assert hops(sound, rate, cuts) == hops(sound, rate, [])


def test_energies_are_exact() -> None:
    rate = 16_000
    sound = np.tile(np.array([-32768, 32767], np.int16), rate)
    found = hops(sound, rate, [])
    assert len(found) == 120
    assert found[0].samples == 133 and found[1].samples in (266, 267)  # hop 0 is half a hop
    assert (
        found[5].energy == found[5].samples // 2 * (32768**2 + 32767**2) + found[5].samples % 2 * 32768**2
    )
    assert found[5].power == pytest.approx(1.0, abs=1e-4)
    assert found[5].brightness == pytest.approx(4.0, abs=1e-3)  # the brightest there is
    assert found[5].rough_power == pytest.approx(4.0, abs=1e-3)


def test_brightness_is_that_of_the_sound_at_any_rate() -> None:
    for rate in (16_000, 24_000, 48_000):
        tone = (8000 * np.sin(2 * np.pi * 480 * np.arange(rate) / rate)).astype(np.int16)
        assert hops(tone, rate, [])[30].brightness == pytest.approx(
            (2 * np.pi * 480 / 16_000) ** 2, rel=0.02
        )


def test_rates() -> None:
    assert Hops(LEAST_RATE).feed(np.zeros(3, np.int16))
    with pytest.raises(ValueError, match="at least 120"):
        Hops(LEAST_RATE - 1)
