import math
import re
from collections import defaultdict

import pytest

from server.engines.recognizers.phrases import MOST_WORDS, arpa, spelled

KNOWN = set("how do i use it in unity face wire can't v. r. vr".split()) - {"vr"}


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("How do I use it in Unity?", "how do i use it in unity"),
        ("FaceWire", "face wire"),
        ("I can't use VR", "i can't use v. r."),
        ("vr", None),
        ("use blendshapes", None),
        ("", None),
        ("?!", None),
        ("use 3 d", None),
        ("怎么用", None),
        ("in " * MOST_WORDS, "in " * MOST_WORDS),
        ("in " * (MOST_WORDS + 1), None),
    ],
)
def test_phrases_are_spelled_as_the_dictionary_has_them(phrase: str, words: str | None) -> None:
    assert spelled(phrase, KNOWN.__contains__) == (None if words is None else tuple(words.split()))


SENTENCES = [tuple(text.split()) for text in ("how are you", "how old are you", "who are you", "who")]


def grams(text: str) -> dict[tuple[str, ...], tuple[float, float]]:
    """Probability and weight of the shorter ones, by n-gram."""
    found = {}
    for line in text.splitlines():
        if re.match(r"-?\d", line):
            first, *rest = line.split()
            back = float(rest.pop()) if re.match(r"-?\d", rest[-1]) else 0.0
            found[tuple(rest)] = (float(first), back)
    return found


def test_the_file_counts_its_n_grams() -> None:
    text = arpa(SENTENCES)
    counts = [int(n) for n in re.findall(r"ngram \d=(\d+)", text)]
    sizes: defaultdict[int, int] = defaultdict(int)
    for gram in grams(text):
        sizes[len(gram)] += 1
    assert counts == [sizes[1], sizes[2], sizes[3]]
    assert text.startswith("\\data\\\n") and text.endswith("\n\\end\\\n")


def test_after_any_context_probabilities_add_up_to_one() -> None:
    model = grams(arpa(SENTENCES))
    vocabulary = [gram[0] for gram in model if len(gram) == 1 and gram != ("<s>",)]

    def likely(context: tuple[str, ...], word: str) -> float:
        if (*context, word) in model:
            return float(model[*context, word][0])
        return likely(context[1:], word) + (model[context][1] if context in model else 0.0)

    for context in [(), *(gram for gram in model if len(gram) < 3 and gram[-1] != "</s>")]:
        total = math.fsum(10 ** likely(context, word) for word in vocabulary)
        assert total == pytest.approx(1.0, abs=2e-3), context


def test_what_was_there_is_likelier_than_what_was_not() -> None:
    model = grams(arpa(SENTENCES))
    assert model["how", "are"][0] > model["are",][0] + model["how",][1] - 1e-9
    assert ("you", "who") not in model
