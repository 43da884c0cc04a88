"""Who speaks, and who is kept apart."""

from collections.abc import Iterator
from pathlib import Path

import espeakng_loader
import numpy as np
import pytest

from blend_shapes.phonemes.timing import PhoneTiming
from server.corpus import cast, espeak, festival, flite, texts
from server.corpus.cast import Order, Part, speech
from server.corpus.spoken import RATE, Spoken
from server.engines.voices import espeak_library

MADE = Spoken(np.zeros(RATE, np.int16), (PhoneTiming("a", 0.0, 1.0, 1.0),))


class Studio:
    """Notes who speaks what, instead of speaking."""

    def __init__(self) -> None:
        self.espeak: list[tuple[str, str, str, float, float]] = []
        self.flite: list[tuple[str, str, float, float]] = []
        self.festival: list[str] = []
        self.made = MADE

    def speak_espeak(self, *said: object) -> Spoken:
        self.espeak.append(said)  # type: ignore[arg-type]
        return self.made

    def speak_flite(self, *said: object) -> Spoken:
        self.flite.append(said)  # type: ignore[arg-type]
        return self.made

    def speak_festival(
        self, said: list[str], voice: festival.FestivalVoice, stretch: float
    ) -> Iterator[Spoken]:
        self.festival.append(voice.name)
        yield from (self.made for _ in said)


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Studio:
    there = Studio()
    monkeypatch.setattr(espeak, "speak", there.speak_espeak)
    monkeypatch.setattr(flite, "speak", there.speak_flite)
    monkeypatch.setattr(festival, "speak", there.speak_festival)
    monkeypatch.setattr(texts, "sentence", lambda language, seed: f"{language} {seed}")
    return there


def perform(studio: Studio, part: Part) -> None:
    for seed in range(60):
        for engine in ("espeak", "festival"):
            assert len(list(speech(Order(engine, part, seed)))) == 20


def test_who_is_unseen_is_never_learnt_from(studio: Studio) -> None:
    perform(studio, "learn")
    variants, voices = {said[2] for said in studio.espeak}, {*studio.festival}
    learnt = {said[1] for said in studio.espeak}
    studio.espeak.clear()
    studio.festival.clear()
    perform(studio, "unseen")
    assert variants >= {"m1", "f1", "klatt"} and len(variants) > 40
    assert not variants & {said[2] for said in studio.espeak}
    assert not voices & {*studio.festival} and len(voices) > 6
    assert {said[1] for said in studio.espeak} > {"fi", "cs"} and not learnt & {"fi", "cs"}


def test_an_order_is_the_same_again_and_parts_have_texts_of_their_own_voices(studio: Studio) -> None:
    for engine in ("espeak", "flite"):
        for _ in range(2):
            list(speech(Order(engine, "learn", 3)))
    said: list[list[object]] = [[*studio.espeak], [*studio.flite]]
    for each in said:
        assert each[:20] == each[20:]
    list(speech(Order("espeak", "learn", 4)))
    assert not {*studio.espeak[:20]} & {*studio.espeak[40:]}


def test_speed_and_pitch_are_those_of_many_people(studio: Studio) -> None:
    perform(studio, "learn")
    rates, pitches = zip(*(said[3:] for said in studio.espeak), strict=True)
    assert 0.65 <= min(rates) < 0.7 and 1.4 < max(rates) <= 1.45
    assert 0.73 <= min(pitches) < 0.76 and 1.33 < max(pitches) <= 1.37


@pytest.mark.parametrize(
    ("seconds", "phones", "kept"),
    [(29.9, ("a",), True), (30.0, ("a",), False), (1.0, (), False), (1.0, ("",), False)],
)
def test_what_says_nothing_or_too_much_is_left_out(
    studio: Studio, seconds: float, phones: tuple[str, ...], kept: bool
) -> None:
    studio.made = Spoken(
        np.zeros(round(seconds * RATE), np.int16), tuple(PhoneTiming(p, 0.0, 1.0, 1.0) for p in phones)
    )
    assert bool(list(speech(Order("flite", "learn", 1)))) == kept


def test_what_flite_cannot_say_is_left_out(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    def speak(text: str, *_: object) -> Spoken:
        if text.endswith("5"):
            raise ValueError("flite could not say it")
        return MADE

    monkeypatch.setattr(flite, "speak", speak)
    assert len(list(speech(Order("flite", "learn", 1)))) == 18


def test_every_voice_of_espeak_exists() -> None:
    folder = Path(espeakng_loader.get_data_path()) / "voices" / "!v"
    there = {path.name for path in folder.iterdir()}
    assert {v for v in (*cast.VARIANTS, *cast.UNSEEN_VARIANTS) if v} <= there
    spoken = {v.language.lower() for v in espeak_library.load().voices}
    assert {*cast._LANGUAGES, *cast._UNSEEN_LANGUAGES} <= spoken
