"""Powers in bands."""

import numpy as np
import pytest

from server.speech.bands import BANDS, EDGES_HZ, RATE, WINDOW, band_powers, spread


@pytest.mark.parametrize("hz", [250.0, 1000.0, 3000.0])
def test_a_tone_is_in_its_band_with_its_power(hz: float) -> None:
    tone = np.rint(8192 * np.sin(2 * np.pi * hz * np.arange(WINDOW) / RATE)).astype(np.int16)
    powers = band_powers(tone)
    assert powers.shape == (BANDS,)
    assert np.searchsorted(EDGES_HZ, hz) - 1 == np.argmax(powers)
    assert powers.sum() == pytest.approx(0.25**2 / 2, rel=0.02)


def test_many_windows_at_once_are_as_one_by_one() -> None:
    windows = np.random.default_rng(1).integers(-9000, 9000, (3, WINDOW)).astype(np.int16)
    assert band_powers(windows) == pytest.approx(np.stack([band_powers(w) for w in windows]), rel=1e-5)


def test_even_gains_are_spread_evenly_and_others_between() -> None:
    assert spread(np.full(BANDS, 0.5, np.float32)) == pytest.approx(np.full(WINDOW // 2 + 1, 0.5))
    lines = spread(np.eye(BANDS, dtype=np.float32)[9])
    assert EDGES_HZ[9] < np.argmax(lines) * RATE / WINDOW < EDGES_HZ[10]
    assert lines.min() == 0
