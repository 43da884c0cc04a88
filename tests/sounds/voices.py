"""What people say to an avatar that talks: by espeak-ng, and by flite and festival where they are."""

import shutil
from functools import lru_cache
from typing import Final

import numpy as np

from server.corpus import espeak, festival, flite
from tests.sounds.noises import RATE, Sound

INTERRUPTIONS: Final = (
    "Wait a moment, please.",
    "Stop, that is not what I asked.",
    "No, I meant the other one.",
    "Excuse me, can I ask something?",
    "Hold on a second.",
    "What do you mean by that?",
    "Sorry, where is the station?",
    "Tell me something else instead.",
    "I have a question about that.",
    "Can you say that again?",
)
BACKCHANNELS: Final = ("mm-hmm", "uh-huh", "hmm")
"""espeak-ng spells "mhm"; its murmurs have vowels in them."""
_ESPEAK: Final = ("", "f2", "m3", "f4", "klatt2", "Annie", "m7", "f5", "Andy", "steph3")
_FLITE: Final = {"slt": 190.0, "rms": 105.0, "awb": 120.0, "kal16": 105.0}


@lru_cache
def interruptions() -> list[tuple[str, Sound]]:
    """Name and sound of each: every phrase in two voices or more."""
    said = [
        (f"{text} ({voice or 'espeak'})", _espeak(text, voice))
        for i, text in enumerate(INTERRUPTIONS)
        for voice in (_ESPEAK[i], _ESPEAK[(i + 3) % len(_ESPEAK)])
    ]
    for i, text in enumerate(INTERRUPTIONS if shutil.which(flite.PROGRAM) else ()):
        voice = list(_FLITE)[i % len(_FLITE)]
        said.append((f"{text} ({voice})", _float(flite.speak(text, voice, 1.0, _FLITE[voice]).samples)))
    if shutil.which(festival.PROGRAM):
        spoken = festival.speak(INTERRUPTIONS, festival.VOICES["ked_diphone"], 1.0)
        said += [
            (f"{text} (ked)", _float(s.samples)) for text, s in zip(INTERRUPTIONS, spoken, strict=False)
        ]
    return said


def backchannels() -> list[tuple[str, Sound]]:
    """Name and sound of each, spoken rather than hummed."""
    said = [(f"{text} ({v or 'espeak'})", _espeak(text, v)) for text in BACKCHANNELS for v in _ESPEAK]
    said += [
        (f"{text} ({v})", _float(flite.speak(text, v, 1.0, hz).samples))
        for text in ("uh-huh", "mm-hmm")
        for v, hz in (_FLITE if shutil.which(flite.PROGRAM) else {}).items()
    ]
    return said


@lru_cache
def reply(voice: str, seed: int) -> Sound:
    """What an avatar says for some seconds."""
    texts = (
        "The museum opens at nine in the morning, and the last visitors leave at six. On Fridays it stays "
        "open until ten, with music in the courtyard and a guided tour of the new wing.",
        "To get to the old town, take the second street on the left and walk along the river until you "
        "reach the stone bridge. It is a pleasant walk of about twenty minutes.",
    )
    return _espeak(texts[seed % len(texts)], voice)


def onset(sound: Sound) -> int:
    """The first sample of what can be heard: 5 ms within 30 dB of the loudest."""
    size = RATE // 200
    power = np.array([np.mean(sound[i : i + size] ** 2) for i in range(0, len(sound) - size, size)])
    return int(np.argmax(power > power.max() / 1000)) * size


def _espeak(text: str, variant: str) -> Sound:
    return _float(espeak.speak(text, "en-us", variant, 1.0, 1.0).samples)


def _float(samples: object) -> Sound:
    return np.asarray(samples, np.float32) / np.float32(32768)
