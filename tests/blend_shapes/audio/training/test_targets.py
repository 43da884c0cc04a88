"""What the network should answer."""

import numpy as np

from blend_shapes.arkit import INDEX
from blend_shapes.articulation import Effort, Mouth
from blend_shapes.audio.hearing import STEP_HZ
from blend_shapes.audio.speaking_mouth import face, rest
from blend_shapes.audio.training.augment import RATE
from blend_shapes.audio.training.targets import CLASSES, GAP, JAW, SEALS, answers, at_rest
from blend_shapes.face import FaceFrames
from blend_shapes.phonemes.targets import TARGETS, Seal
from tests.blend_shapes.audio.training.spoken import utterance

BILABIAL, LABIODENTAL, SPEECH = SEALS.index(Seal.BILABIAL), SEALS.index(Seal.LABIODENTAL), len(SEALS)


def steps(begin: float, end: float) -> slice:
    """Inside of this time, in seconds."""
    return slice(int(np.ceil(begin * STEP_HZ)) + 1, int(end * STEP_HZ))


def test_answers_are_the_articulation_drivers_mouth() -> None:
    samples, phones = utterance()
    seconds = len(samples) / RATE
    made = answers(phones, samples, RATE, int(seconds * STEP_HZ))
    effort = Effort(RATE)
    effort.hear(samples)
    mouth = Mouth(STEP_HZ, effort=effort)
    driven = FaceFrames.join([mouth.follow([p for p in phones if p.phone], seconds), mouth.settle(seconds)])
    weights = face(made.core)
    for name in ("jawOpen", "mouthClose", "mouthFunnel", "mouthRollLower"):
        column = INDEX[name]
        assert np.allclose(weights[:, column], driven.weights[: len(weights), column], atol=1e-5), name


def test_seals_are_where_the_phones_are() -> None:
    samples, phones = utterance()
    made = answers(phones, samples, RATE, round(len(samples) / RATE * STEP_HZ))
    assert made.core.shape == (len(made.seals), 16) and made.seals.shape[1] == len(SEALS) + 1
    for phone in phones:
        inside = steps(phone.start, phone.end)
        if phone.phone in ("m", "b"):
            assert made.seals[inside, BILABIAL].max() == 1.0
            assert made.core[inside, GAP].min() < 1e-6
        if phone.phone == "f":
            assert made.seals[inside, LABIODENTAL].max() == 1.0
        if phone.phone == "a":
            middle = steps(phone.start + 0.06, phone.end - 0.06)
            assert made.seals[middle, : len(SEALS)].max() == 0.0
            assert made.core[middle, JAW].min() > 0.1
        assert made.seals[inside, SPEECH].mean() > 0.9 or not phone.phone


def test_classes_are_those_of_the_phones() -> None:
    samples, phones = utterance(1)
    made = answers(phones, samples, RATE, round(len(samples) / RATE * STEP_HZ))
    assert CLASSES[0] == "" and set(CLASSES[1:]) == set(TARGETS)
    for phone in phones:
        found = {CLASSES[c] for c in made.classes[steps(phone.start, phone.end)]}
        assert len(found) == 1
        assert (found == {""}) == (not phone.phone)
    pause = steps(phones[-1].start + 0.2, phones[-1].end)
    assert made.seals[pause, SPEECH].max() < 0.5


def test_nobody_speaks() -> None:
    made = at_rest(50)
    assert np.allclose(made.core, rest(50))
    assert not made.seals.any() and not made.classes.any()
