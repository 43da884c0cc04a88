"""Things to say."""

import re

import pytest

from server.corpus import cast, texts
from server.corpus.festival import VOICES
from tests.optional import need_modules

SPOKEN = sorted({*cast._LANGUAGES, *cast._UNSEEN_LANGUAGES, *(v.language for v in VOICES.values())})


@pytest.fixture(autouse=True)
def _words() -> None:
    need_modules("wordfreq")


@pytest.mark.parametrize("language", SPOKEN)
def test_every_language_of_the_cast_has_words(language: str) -> None:
    said = [texts.sentence(language, seed) for seed in range(20)]
    assert len({*said}) == 20
    for text in said:
        assert text[-1] in ".?!"
        assert any(c.isalpha() for c in text)
        if language not in ("cmn", "ja"):
            assert 4 <= len(text.split()) <= 14


def test_a_seed_says_the_same_again() -> None:
    for language in ("en-us", "cmn", "te"):
        assert texts.sentence(language, 7) == texts.sentence(language, 7) != texts.sentence(language, 8)
    assert texts.sentence("en-us", 7) != texts.sentence("en-gb", 7), "accents read other texts"


def test_chinese_and_japanese_are_not_spaced() -> None:
    assert not any(" " in texts.sentence(language, seed) for language in ("cmn", "ja") for seed in range(9))
    assert all(
        re.fullmatch(r"[\u3040-\u30ff]+,?[\u3040-\u30ff]*[.?!]", texts.sentence("ja", s)) for s in range(9)
    )


def test_common_words_are_said_more_often() -> None:
    words = [w.strip(".,?!") for seed in range(300) for w in texts.sentence("en-us", seed).split()]
    common = [*texts._common("en")]
    ranks = [common.index(w) for w in words]
    assert sum(rank < 600 for rank in ranks) > 0.25 * len(ranks)
    assert max(ranks) > 4000
