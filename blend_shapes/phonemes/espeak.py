"""What espeak-ng 1.52 writes otherwise than IPA, by language.

Its phone tables give most events an IPA name; the rest keep the table's own letters, which mean other
sounds in other languages: Russian ``y`` is the ы of сын and not the u of French, Hindi ``c`` the च of चाचा
and not a palatal stop. Found by speaking every phone of each language's table, and sentences.
"""

from typing import Final

_NAMES: Final[dict[str, dict[str, str]]] = {
    language: dict(pair.split(":") for pair in " ".join(pairs).split())
    for language, *pairs in (
        ("ar", "t̪:tˤ s̪:sˤ z̪:zˤ a.:ɑ i.:ɪ u.:u"),
        ("cmn", "r:ɻ ər:ɚ"),
        ("de", "r:ʁ ɾ:ʁ ɜ:ɐ"),
        ("en", "ɐ:ə"),
        ("en-us", "ɐ:ə ɜː:ɝː"),
        ("es", "ð:ð̞"),
        ("fr", "ə:ə̹ ə-:ə̹"),
        ("hi", "c:tɕ cʰ:tɕʰ ɟ:dʑ ɟʰ:dʑʰ r.:ɽ"),
        ("it", "ss:sː"),
        ("ja", "ɽ:ɾ ũ:ɯ̃"),
        ("ko", "ɐ:a ɫ:l q:k tʃ:tɕ p-:p͈ t-:t͈ d-:t͈ k-:k͈ q-:k͈ s-:s͈"),
        ("pt", "y:ɪ"),
        ("ru", 'y:ɨ u":ʉ ɪ^:ɪ ɭ:ɫ tʃʲ:tɕ'),
    )
}
_STRESS: Final = "ˈˌ"


def is_switch(name: str) -> bool:
    """Whether the event says that another language begins, as ``(en)`` does."""
    return name.startswith("(")


def ipa(name: str, language: str) -> str:
    """IPA of an event's name, stress marks kept; `language` is a tag such as ``pt-br``, any case."""
    bare = name.lstrip(_STRESS)
    tag = language.lower()
    names = _NAMES.get(tag) or _NAMES.get(tag.partition("-")[0], {})
    return name[: len(name) - len(bare)] + names.get(bare, bare)
