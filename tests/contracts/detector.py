"""What every detector promises."""

import numpy as np
import pytest

from server.audio.chunk import Samples
from server.ports import WINDOW, Detector, VoiceActivity

QUIET, SPOKEN = 40, 60
"""Windows."""


def judged(judge: VoiceActivity, sound: Samples) -> list[float]:
    windows = sound[: len(sound) // WINDOW * WINDOW].reshape(-1, WINDOW)
    return [judge.probability(window) for window in windows]


def room(windows: int, level: float = 10.0, seed: int = 5) -> Samples:
    """The noise of a quiet room."""
    noise = np.random.default_rng(seed).normal(0.0, level, windows * WINDOW)
    return np.rint(noise).astype(np.int16)


class DetectorContract:
    """Subclass it with fixtures `detector` and `speech`: a voice that speaks all the time, 2 s or more."""

    def sound(self, speech: Samples) -> Samples:
        """A quiet room in which somebody speaks, and stops."""
        return np.concatenate([room(QUIET), speech[: SPOKEN * WINDOW], room(QUIET)])

    def test_speech_is_likelier_than_silence(self, detector: Detector, speech: Samples) -> None:
        likely = judged(detector.begin(), self.sound(speech))
        before, spoken, after = np.split(np.array(likely), [QUIET, QUIET + SPOKEN])
        assert before.max() < 0.3
        assert np.mean(spoken > 0.5) > 0.8
        assert after[QUIET // 2 :].max() < 0.3

    def test_a_probability_is_one(self, detector: Detector, speech: Samples) -> None:
        rng = np.random.default_rng(0)
        loudest = rng.choice(np.array([-32_768, 32_767], np.int16), 20 * WINDOW)
        for sound in (self.sound(speech), loudest, np.full(20 * WINDOW, -32_768, np.int16)):
            assert all(0 <= p <= 1 for p in judged(detector.begin(), sound))

    def test_microphones_do_not_disturb_each_other(self, detector: Detector, speech: Samples) -> None:
        sound = self.sound(speech)
        alone = judged(detector.begin(), sound)
        one, other = detector.begin(), detector.begin()
        together = []
        for window, strange in zip(
            sound.reshape(-1, WINDOW), sound[::-1].copy().reshape(-1, WINDOW), strict=True
        ):
            together.append(one.probability(window))
            other.probability(strange)
        assert together == alone

    @pytest.mark.parametrize("level", [0.0, 1.0, 10.0])
    def test_after_a_long_silence_speech_is_found_as_soon(
        self, detector: Detector, speech: Samples, level: float
    ) -> None:
        fresh, tired = detector.begin(), detector.begin()
        judged(tired, room(2000, level))
        found = [int(np.argmax(np.array(judged(judge, speech)) > 0.5)) for judge in (fresh, tired)]
        assert found[1] <= found[0] + 1

    def test_what_was_heard_is_not_written_to(self, detector: Detector, speech: Samples) -> None:
        window = speech[:WINDOW].copy()
        window.flags.writeable = False
        detector.begin().probability(window)
