import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.audio.resample import Resampler

RATES = st.sampled_from([8_000, 16_000, 22_050, 24_000, 44_100, 48_000])


@settings(deadline=None, max_examples=60)
@given(RATES, RATES, st.lists(st.integers(0, 3000), max_size=8))
def test_counts_are_exact_and_cutting_changes_nothing(source: int, target: int, cuts: list[int]) -> None:
    total = sum(cuts)
    sound = np.random.default_rng(total).integers(-9000, 9000, total).astype(np.int16)
    pieces = np.split(sound, np.cumsum(cuts)[:-1]) if cuts else []
    cut, whole = Resampler(source, target), Resampler(source, target)
    one = np.concatenate([*(cut.feed(piece) for piece in pieces), cut.finish()])
    other = np.concatenate([whole.feed(sound), whole.finish()])
    assert one.dtype == np.int16
    assert len(one) == len(other) == cut.position(total)
    assert np.array_equal(one, other)


def test_position_rounds_to_nearest() -> None:
    resampler = Resampler(22_050, 24_000)
    assert resampler.position(0) == 0
    assert resampler.position(22_050) == 24_000
    assert resampler.position(147) == 160
    assert resampler.position(1) == 1


def test_a_tone_stays_where_and_what_it_is() -> None:
    """A 440 Hz burst in the middle of silence keeps its time to a sample or two, and its level."""
    time = np.arange(22_050) / 22_050
    envelope = np.exp(-(((time - 0.5) / 0.05) ** 2))
    sound = (12_000 * envelope * np.sin(2 * np.pi * 440 * time)).astype(np.int16)
    resampler = Resampler(22_050, 24_000)
    result = np.concatenate([resampler.feed(sound), resampler.finish()])
    after = np.arange(24_000) / 24_000
    wanted = 12_000 * np.exp(-(((after - 0.5) / 0.05) ** 2)) * np.sin(2 * np.pi * 440 * after)
    assert np.abs(result - wanted).max() < 60


def test_the_same_rate_passes_through() -> None:
    sound = np.arange(10, dtype=np.int16)
    resampler = Resampler(16_000, 16_000)
    assert np.array_equal(resampler.feed(sound), sound)
    assert len(resampler.finish()) == 0


@pytest.mark.parametrize(("source", "target"), [(0, 8_000), (8_000, -1)])
def test_impossible_rates_are_refused(source: int, target: int) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        Resampler(source, target)
