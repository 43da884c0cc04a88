"""Everything that espeak-ng says in the main languages is read by the tables, as the sound it is."""

from functools import cache

import pytest

from blend_shapes.phonemes import ipa
from blend_shapes.phonemes.espeak import ipa as name_of
from blend_shapes.phonemes.espeak import is_switch
from blend_shapes.phonemes.normalise import split_stress
from blend_shapes.phonemes.targets import Target
from server.audio.chunk import Samples
from server.engines.voices import espeak_library
from server.engines.voices.espeak_library import PHONE, Event
from tests.blend_shapes.phonemes.sentences import sentences

LANGUAGES = sorted(sentences())


@cache
def harvest(language: str) -> frozenset[str]:
    """Names of all phones, as events have them, that the language's sentences bring up."""
    library = espeak_library.load()
    voice = next(v.identifier for v in library.voices if v.language == language)
    events: list[Event] = []

    def receive(_: Samples, new: list[Event]) -> bool:
        events.extend(new)
        return True

    library.synthesise("\n".join(sentences()[language]), voice, 1.0, 1.0, receive)
    names = [e.name for e in events if e.type == PHONE and e.name and not is_switch(e.name)]
    return frozenset(split_stress(name)[0] for name in names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phone_is_read_by_the_tables(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    strangers: list[str] = []
    by_feature = ipa._by_feature

    def seen(letter: str) -> Target:
        strangers.append(letter)
        return by_feature(letter)

    monkeypatch.setattr(ipa, "_by_feature", seen)
    names = harvest(language)
    assert len(names) >= 30
    for name in names:
        assert ipa.parts.__wrapped__(name_of(name, language)), name
    assert not strangers


def test_the_sentences_cover_the_languages() -> None:
    assert set(LANGUAGES) == set("en-us en-gb cmn ja de fr-fr es es-419 it pt pt-br ru ko hi ar".split())
    everything = frozenset().union(*map(harvest, LANGUAGES))
    # From each language something that the others do not have.
    assert everything >= set("ɚ ɒ ts.h ɯᵝ ɸ pf ʎ ɐ̃ʊ̃ ʝ tʃʲ p- bʰ dˤ ɛ̃ β".split())


@pytest.mark.parametrize(
    ("language", "name", "target"),
    [
        ("ru", "ˈy", "ɨ"),  # сын, against French and German
        ("fr-fr", "ˈy", "y"),
        ("de", "y", "y"),
        ("pt-br", "y", "ɪ"),
        ("RU", 'u"', "y"),
        ("hi", "c", "tɕ"),
        ("fr-fr", "c", "c"),
        ("ko", "ɐ", "a"),
        ("pt", "ɐ", "ɐ"),
        ("en-gb-scotland", "ɐ", "ə"),
        ("ar", "i.", "ɪ"),
        ("cmn", "i.", "ʐ̩"),
        ("en-us", "ɜː", "ɝ"),
        ("en-gb", "ɜː", "ɜ"),
        ("es-419", "ð", "ð̞"),
        ("en-us", "ð", "ð"),
        ("fr-be", "ə", "ɵ"),
        ("", "ə", "ə"),
    ],
)
def test_the_same_letters_mean_other_sounds_in_other_languages(
    language: str, name: str, target: str
) -> None:
    assert [p.target.name for p in ipa.parts(split_stress(name_of(name, language))[0])] == [target]


def test_stress_marks_stay() -> None:
    assert name_of("ˈy", "ru") == "ˈɨ"
    assert name_of("ˌaɪ", "en-us") == "ˌaɪ"
    assert name_of("", "ru") == ""
