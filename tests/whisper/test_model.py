"""The tiny Whisper through faster-whisper: it understands voices that it never heard, and no noises.

One voice may be misheard, so shares of many are asked for; the card has the figures of far more.
"""

import random

import numpy as np
import pytest
from faster_whisper import WhisperModel

from server.corpus import espeak
from server.corpus.cast import UNSEEN_VARIANTS
from server.corpus.spoken import RATE
from server.speech.word_errors import WordErrors, words
from tests.whisper import FOLDER
from tests.whisper.hearing import spoken
from tests.whisper.measure import errors, understand
from tests.whisper.phrases import everything
from tests.whisper.sounds import NO_SPEECH, no_speech


@pytest.fixture(scope="module")
def model() -> WhisperModel:
    return WhisperModel(str(FOLDER), device="cpu", compute_type="int8", cpu_threads=1)


def test_it_is_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < 5_000_000


def test_voices_that_it_never_heard(model: WhisperModel) -> None:
    rng = random.Random(1)
    wrong, exact, languages = WordErrors(0), 0, 0
    phrases = rng.sample(everything(), 30)
    for n, phrase in enumerate(phrases):
        sound = spoken(phrase.text, UNSEEN_VARIANTS[n % len(UNSEEN_VARIANTS)])
        found = understand(model, sound, without_timestamps=True, temperature=0.0)
        wrong += errors(phrase.text, found.text, phrase.language)
        exact += found.text == phrase.text
        languages += found.language == phrase.language
    assert wrong.rate < 0.25
    assert exact > 0.75 * len(phrases)
    assert languages > 0.85 * len(phrases)
    assert {phrase.language for phrase in phrases} == {"en", "zh"}


def test_timestamps_tell_when_it_is_said(model: WhisperModel) -> None:
    text = "Where can I find the milk?"
    segments, _ = model.transcribe(spoken(text).astype(np.float32) / 32768.0, word_timestamps=True)
    (segment,) = segments
    assert segment.text == f" {text}"
    assert segment.words is not None
    phones = [p for p in espeak.speak(text, "en-us", "m7", 1.0, 1.0).phones if p.phone]
    begins = [p.start + 1 / 3 for p in phones if p.word_start]
    # The first begins with the sound, as always where a segment's first word follows silence.
    assert [word.start for word in segment.words[1:]] == pytest.approx(begins[1:], abs=0.2)
    assert segment.end == pytest.approx(phones[-1].end + 1 / 3, abs=0.25)


@pytest.mark.parametrize("kind", NO_SPEECH)
def test_no_speech_is_known(model: WhisperModel, kind: str) -> None:
    """With timestamps nothing is written; without, whatever is has a high probability of no speech."""
    for seed in range(3):
        sound = no_speech(kind, np.random.default_rng(seed)).samples
        assert understand(model, sound).text == ""
        forced = understand(model, sound, without_timestamps=True, temperature=0.0)
        assert forced.no_speech > 0.6
    speech = understand(model, spoken("Good evening."), without_timestamps=True, temperature=0.0)
    assert speech.no_speech < 0.1


def test_what_is_cut_off_is_written_cut_off(model: WhisperModel) -> None:
    sound = spoken("Where can I find the milk?")
    phones = espeak.speak("Where can I find the milk?", "en-us", "m7", 1.0, 1.0).phones
    begins = [p.start for p in phones if p.word_start]
    cut = sound[: int((begins[4] + 1 / 3) * RATE)]
    found = understand(model, cut, without_timestamps=True, temperature=0.0)
    assert words(found.text)[:3] == ["where", "can", "i"]
    assert "milk" not in found.text
