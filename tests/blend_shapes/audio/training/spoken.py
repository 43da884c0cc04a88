"""A made-up utterance with its phones."""

import numpy as np

from blend_shapes.audio.training.augment import RATE
from blend_shapes.audio.training.lessons import Speech
from blend_shapes.phonemes.timing import PhoneTiming
from tests.blend_shapes.audio.sounds import buzz, noise, rounded

_SYLLABLES = (("m", "a"), ("f", "iː"), ("s", "oː"), ("b", "u"))
CONSONANT_S, VOWEL_S, PAUSE_S = 0.08, 0.17, 0.3


def utterance(times: int = 2) -> Speech:
    """Syllables and then a pause, `times` over: hisses, hums, silences and vowels of the lengths above."""
    phones, pieces, at = [], [np.zeros(0)], 0.0

    def say(phone: str, seconds: float, sound: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> None:
        nonlocal at
        phones.append(PhoneTiming(phone, at, at + seconds, at + seconds))
        pieces.append(sound)
        at += seconds

    for _ in range(times):
        for consonant, vowel in _SYLLABLES:
            count = round(CONSONANT_S * RATE)
            hum = buzz(110.0, RATE, CONSONANT_S, band=(0.0, 400.0))
            hiss = noise(count, 500.0)
            say(consonant, CONSONANT_S, hiss if consonant in "fs" else 0.2 * hum)
            say(vowel, VOWEL_S, buzz(110.0, RATE, VOWEL_S, band=(0.0, 3000.0)))
        say("", PAUSE_S, np.zeros(round(PAUSE_S * RATE)))
    return rounded(np.concatenate(pieces)), tuple(phones)
