"""Echo, detector and policy together, over a part of the set that the bench judges by as a whole."""

import numpy as np
import pytest

from server.engines.detectors.silero import SileroDetector
from server.speech.barge_in import Decision
from tests.sounds import cases, hums, noises, voices
from tests.sounds.scenes import EchoPath, Scene, decisions, scene


@pytest.fixture(scope="module")
def detector() -> SileroDetector:
    return SileroDetector()


def decided(detector: SileroDetector, of: Scene) -> list[Decision]:
    return [decision for _, decision in decisions(of, detector, 0.02)]


@pytest.mark.parametrize("kind", sorted(noises.NOISES))
def test_noises_do_not_interrupt(detector: SileroDetector, kind: str) -> None:
    sound = noises.NOISES[kind](np.random.default_rng(11))
    assert Decision.INTERRUPT not in decided(detector, scene(1, voices.reply("f2", 0), None, sound))


@pytest.mark.parametrize("path", [EchoPath(-6, 20), EchoPath(-20, 400, 0.7), EchoPath(-40, 150)])
def test_the_avatar_does_not_interrupt_itself(detector: SileroDetector, path: EchoPath) -> None:
    assert Decision.INTERRUPT not in decided(detector, scene(2, voices.reply("m3", 1), path))


def test_a_hum_ducks_and_the_voice_comes_back(detector: SileroDetector) -> None:
    sound = hums.hum(np.random.default_rng(4))
    found = decided(detector, scene(3, voices.reply("f2", 0), None, sound))
    assert Decision.INTERRUPT not in found
    assert found.count(Decision.DUCK) == found.count(Decision.RESUME)


@pytest.mark.parametrize("path", [None, EchoPath(-12, 150)])
@pytest.mark.parametrize("n", [1, 8, 15])
def test_speech_interrupts(detector: SileroDetector, path: EchoPath | None, n: int) -> None:
    sound = voices.interruptions()[n][1]
    talk = scene(4, voices.reply("m3", 1), path, sound[voices.onset(sound) :], at_s=4.0)
    found = [(t - 4.0, d) for t, d in decisions(talk, detector) if d is Decision.INTERRUPT]
    assert 0 < found[0][0] < 1.0, "and nothing before it"


def test_the_set_is_the_same_every_time() -> None:
    first, again = ([(c.name, c.scene) for c in cases.false_alarms(every=40)] for _ in range(2))
    assert len(first) > 10
    for (name, a), (same, b) in zip(first, again, strict=True):
        assert name == same
        assert np.array_equal(a.near + a.echo, b.near + b.echo)
