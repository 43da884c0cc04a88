import numpy as np
import pytest
from scipy import signal

from blend_shapes.evaluation.noise import KINDS, ROOM_DB, room, with_noise
from blend_shapes.evaluation.recording import Recording
from tests.blend_shapes.evaluation.made import RATE, voice

SAID = Recording("made", voice([(0.5, 2.5)], 3.0) // 8, RATE)


def added(snr_db: float, kind: str) -> np.ndarray:
    noisy = with_noise(SAID, snr_db, kind)
    return (noisy.samples.astype(np.float64) - SAID.samples) / 32768


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("snr_db", [0.0, 10.0, 20.0])
def test_noise_is_so_far_below_the_speech(kind: str, snr_db: float) -> None:
    sections = signal.butter(4, 150, "highpass", fs=RATE, output="sos")
    noise = signal.sosfilt(sections, added(snr_db, kind))
    voiced = SAID.samples[round(0.6 * RATE) : round(2.4 * RATE)] / 32768
    ratio = 10 * np.log10(np.mean(voiced**2) / np.mean(noise**2))
    assert ratio == pytest.approx(snr_db, abs=0.4)


def test_shaped_noise_has_the_spectrum_of_the_speech() -> None:
    """The made-up voice lies between 300 and 3,000 Hz."""
    for kind, most in (("shaped", 0.05), ("white", 1.0)):
        hz, power = signal.welch(added(10, kind), RATE, nperseg=1024)
        above = power[hz > 3500].sum() / power.sum()
        assert above < most
        assert (above > 0.5) == (kind == "white")


def test_noise_is_the_same_again_unless_the_seed_changes() -> None:
    first = with_noise(SAID, 10, "white").samples
    assert (first == with_noise(SAID, 10, "white").samples).all()
    assert (first != with_noise(SAID, 10, "white", seed=2).samples).any()


def test_what_is_known_stays_known_and_kinds_are_checked() -> None:
    labelled = Recording("made", SAID.samples, RATE, ())
    assert with_noise(labelled, 10, "white").phones == ()
    with pytest.raises(ValueError, match="white or shaped"):
        with_noise(SAID, 10, "pink")


def test_silence_stays_silence() -> None:
    silence = Recording("made", np.zeros(RATE, np.int16), RATE)
    assert not with_noise(silence, 10, "white").samples.any()


def test_the_room_is_quiet_and_hums() -> None:
    found = room(4.0)
    sound = found.samples / 32768
    assert found.seconds == 4.0
    assert 10 * np.log10(np.mean(sound**2)) == pytest.approx(ROOM_DB, abs=0.3)
    hz, power = signal.welch(sound, found.rate, nperseg=found.rate)
    assert abs(hz[np.argmax(power[hz > 30]) + 31] - 50) <= 1
