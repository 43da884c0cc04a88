"""Who speaks in the corpus, and who is kept apart to be measured on.

Speakers whose voice is a recorded person's (flite, festival) count as many utterances as the rules of
espeak-ng allow many voices; what is unseen shares neither voice nor variant with what is learnt from.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from server.corpus import espeak, festival, flite, texts
from server.corpus.spoken import Spoken

Engine = Literal["espeak", "flite", "festival"]
Part = Literal["learn", "unseen"]

_LANGUAGES: Final = {
    language: int(count)
    for language, count in (
        entry.split(":")
        for entry in """
        en-us:20 en-gb:12 en-gb-scotland:2 cmn:14 ja:3 de:5 fr-fr:4 es:4 es-419:2 it:4 pt:2 pt-br:3 ru:4
        ko:3 hi:3 ar:3 nl:2 pl:2 sv:2 tr:2 uk:1 el:1 vi:1 id:1
        """.split()
    )
}
"""Languages of espeak-ng and how often each is heard."""
VARIANTS: Final = (
    *("", "", ""),
    *"""
    m1 m2 m3 m4 m5 m6 m8 f1 f2 f3 f4 klatt klatt2 klatt4 klatt5 Alex Alicia Andrea Annie Denis Diogo Hugo
    Jacky Lee Marco Michael Mike Nguyen Reed adam anika antonio aunty belinda benjamin boris caleb croak ed
    edward gustave iven john kaukovalta linda marcelo max michel miguel norbert pablo paul pedro quincy rob
    sandro shelby steph travis victor whisper whisperf zac
    """.split(),
)
"""Variants of espeak-ng that are learnt from."""
UNSEEN_VARIANTS: Final = (
    "m7",
    "f5",
    "klatt3",
    "klatt6",
    "Andy",
    "Mario",
    "robert",
    "iven3",
    "steph3",
    "grandpa",
)
"""Variants that are only measured on."""
_UNSEEN_LANGUAGES: Final = (
    "en-us",
    "en-gb",
    "cmn",
    "de",
    "fr-fr",
    "es",
    "it",
    "pt-br",
    "ru",
    "hi",
    "fi",
    "cs",
)
_FLITE: Final = {"slt": 190.0, "awb": 120.0, "rms": 105.0, "kal16": 105.0}
"""flite's voices with a usual pitch of each in Hz."""
_FESTIVAL_UNSEEN: Final = ("ked_diphone", "pc_diphone", "czech_dita")
_FESTIVAL: Final = tuple(v for v in festival.VOICES if v not in _FESTIVAL_UNSEEN and v != "kal_diphone")
"""kal is one of flite's already."""
_BATCH: Final = 20


@dataclass(frozen=True, slots=True)
class Order:
    """A batch of utterances to be made: the same order says the same in the same voices.

    Not to the sample: the jitter of espeak-ng goes on from whatever it spoke before.
    """

    engine: Engine
    part: Part
    seed: int


def speech(order: Order) -> Iterator[Spoken]:
    """The utterances of an order, those left out that an engine cannot say."""
    rng = random.Random(f"{order}")
    made = {"espeak": _espeak, "flite": _flite, "festival": _festival}[order.engine](order, rng)
    for spoken in made:
        if any(p.phone for p in spoken.phones) and spoken.seconds < 30.0:
            yield spoken


def _espeak(order: Order, rng: random.Random) -> Iterator[Spoken]:
    unseen = order.part == "unseen"
    for n in range(_BATCH):
        language = (
            rng.choice(_UNSEEN_LANGUAGES)
            if unseen
            else rng.choices(list(_LANGUAGES), list(_LANGUAGES.values()), k=1)[0]
        )
        variant = rng.choice(UNSEEN_VARIANTS if unseen else VARIANTS)
        text = texts.sentence(language, order.seed * _BATCH + n)
        yield espeak.speak(
            text, language, variant, rng.uniform(0.65, 1.45), 2.0 ** rng.uniform(-0.45, 0.45)
        )


def _flite(order: Order, rng: random.Random) -> Iterator[Spoken]:
    voice = rng.choice(list(_FLITE))
    for n in range(_BATCH):
        text = texts.sentence("en-us", order.seed * _BATCH + n)
        stretch, pitch = rng.uniform(0.75, 1.35), _FLITE[voice] * 2.0 ** rng.uniform(-0.3, 0.4)
        with suppress(ValueError):
            yield flite.speak(text, voice, stretch, pitch)


def _festival(order: Order, rng: random.Random) -> Iterator[Spoken]:
    voice = festival.VOICES[rng.choice(_FESTIVAL_UNSEEN if order.part == "unseen" else _FESTIVAL)]
    said = [texts.sentence(voice.language, order.seed * _BATCH + n) for n in range(_BATCH)]
    yield from festival.speak(said, voice, rng.uniform(0.8, 1.3))
