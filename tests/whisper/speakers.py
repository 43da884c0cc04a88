"""Who says it: voices of three synthesisers, some learnt from, some kept apart to be measured on."""

import random
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from server.corpus import espeak, festival, flite
from server.corpus.cast import UNSEEN_VARIANTS, VARIANTS, Engine, Part
from server.corpus.spoken import Spoken
from tests.whisper.phrases import Said

_ACCENTS: Final[dict[Part, tuple[str, ...]]] = {
    "learn": ("en-us", "en-us", "en-us", "en-gb", "en-gb", "en-gb-x-rp", "en-gb-scotland", "en-029"),
    "unseen": ("en-us", "en-gb"),
}
_RECORDED: Final[dict[Part, tuple[tuple[Engine, str], ...]]] = {
    "learn": (("flite", "slt"), ("flite", "awb"), ("flite", "kal16"), ("festival", "kal_diphone")),
    "unseen": (("flite", "rms"), ("festival", "ked_diphone")),
}
_RECORDED_SHARE: Final = 0.35
"""Of English speech."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice and how it is used; `accent` is espeak-ng's language tag, `voice` its variant."""

    engine: Engine
    voice: str
    accent: str = "en-us"
    rate: float = 1.0
    pitch: float = 1.0

    def say(self, text: str) -> Spoken | None:
        """None for what this voice cannot say. Raises OSError where its program is not installed."""
        if self.engine == "espeak":
            return espeak.speak(text, self.accent, self.voice, self.rate, self.pitch)
        if self.engine == "flite":
            with suppress(ValueError):
                return flite.speak(text, self.voice, 1.0 / self.rate, _PITCH_HZ[self.voice] * self.pitch)
            return None
        return next(festival.speak([text], festival.VOICES[self.voice], 1.0 / self.rate), None)


_PITCH_HZ: Final = {"slt": 190.0, "awb": 120.0, "rms": 105.0, "kal16": 105.0}


def speaker(of: Said, part: Part, rng: random.Random, engines: Sequence[str]) -> Speaker:
    """Somebody who can say it, of those `engines` that are installed."""
    rate, pitch = rng.uniform(0.75, 1.35), 2.0 ** rng.uniform(-0.35, 0.35)
    recorded = [(engine, voice) for engine, voice in _RECORDED[part] if engine in engines]
    if of.language == "en" and recorded and rng.random() < _RECORDED_SHARE:
        engine, voice = rng.choice(recorded)
        return Speaker(engine, voice, "en-us", rate, pitch)
    variant = rng.choice(VARIANTS if part == "learn" else UNSEEN_VARIANTS)
    accent = rng.choice(_ACCENTS[part]) if of.language == "en" else "cmn"
    return Speaker("espeak", variant, accent, rate, pitch)
