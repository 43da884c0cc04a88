"""Which espeak-ng voice reads a text: by the language asked for, and by the script of the letters.

A voice reads the letters of its own script, and Latin words between them. A text with letters that the
chosen voice cannot read goes to the voice of that script: with an English voice, a sentence that holds
Chinese characters is read by `cmn`, which reads the English words too. A text in Latin letters alone, given
to a voice of another script, is read as English.
"""

import unicodedata
from collections import Counter
from collections.abc import Collection

from server.engines.voices.espeak_library import InstalledVoice
from server.errors import CannotSpeak, EngineError

_ALIASES = {
    "zh": "cmn", "zh-hk": "yue", "zh-mo": "yue", "zh-yue": "yue", "fr": "fr-fr", "no": "nb", "iw": "he",
    "in": "id", "tl": "id", "es-mx": "es-419", "es-ar": "es-419", "es-us": "es-419", "pt-pt": "pt",
    "en": "en-us", "en-au": "en-gb", "en-nz": "en-gb", "en-ie": "en-gb", "en-in": "en-gb", "en-za": "en-gb",
    "vi-vn": "vi",
}  # fmt: skip
_SCRIPT_LANGUAGES = {
    "han": "cmn", "kana": "ja", "hangul": "ko", "cyrillic": "ru", "greek": "el", "arabic": "ar",
    "hebrew": "he", "devanagari": "hi", "bengali": "bn", "gurmukhi": "pa", "gujarati": "gu", "oriya": "or",
    "tamil": "ta", "telugu": "te", "kannada": "kn", "malayalam": "ml", "sinhala": "si", "thai": "th",
    "myanmar": "my", "georgian": "ka", "armenian": "hy", "ethiopic": "am", "cherokee": "chr",
}  # fmt: skip
_LANGUAGES_BY_SCRIPT = {
    "han": "cmn hak yue",
    "kana": "ja",
    "hangul": "ko",
    "cyrillic": "ru uk bg mk be sr kk ky tt ba cv nog uz tk",
    "greek": "el grc",
    "arabic": "ar fa ur sd ug",
    "devanagari": "hi mr ne kok",
    "bengali": "bn as bpy",
    "armenian": "hy hyw",
}
_SCRIPTS = {
    language: script for script, languages in _LANGUAGES_BY_SCRIPT.items() for language in languages.split()
} | {language: script for script, language in _SCRIPT_LANGUAGES.items()}
_NAMES = {"cjk": "han", "ideographic": "han", "hiragana": "kana", "katakana": "kana"}


class EspeakLanguages:
    """The voices of the library by language tag."""

    def __init__(self, voices: Collection[InstalledVoice], variants: Collection[str]) -> None:
        self._by_language = {voice.language.lower(): voice.identifier for voice in reversed(tuple(voices))}
        self._by_identifier = {voice.identifier: voice.language.lower() for voice in voices}
        self._variants = frozenset(variants)
        han = [tag for tag in ("zh", "zh-CN", "zh-TW", "zh-HK") if tag.lower() not in self._by_language]
        self.tags = (*sorted(self._by_language), *han)
        """Language tags that are spoken, lower case but for zh's regions."""

    def choose(self, text: str, language: str, voice: str) -> str:
        """Identifier of the voice, with its variant, that reads `text`.

        `voice` is "" for the language's own, an espeak-ng voice (`en-gb`), a variant (`+f3`), or both
        (`en-us+f3`). Raises `CannotSpeak` for a text without letters and digits and for scripts no voice
        reads, `EngineError` for a voice or language that does not exist.
        """
        name, _, variant = voice.partition("+")
        if variant and variant not in self._variants:
            some = ", ".join(sorted(self._variants)[:8])
            raise EngineError(
                f"espeak-ng has no voice variant {variant!r}; it has {some}, ...", permanent=True
            )
        identifier = self._find(name or language)
        foreign = _foreign_language(text, _native_script(self._by_identifier[identifier], identifier))
        if foreign is not None:
            identifier = self._find(foreign)
        return f"{identifier}+{variant}" if variant else identifier

    def language_of(self, voice: str) -> str:
        """Language tag, lower case, of a voice as `choose` gives it."""
        return self._by_identifier[voice.partition("+")[0]]

    def _find(self, name: str) -> str:
        if name in self._by_identifier:
            return name
        tag = name.lower().replace("_", "-")
        while tag:
            for candidate in (_ALIASES.get(tag), tag):
                if candidate is not None and candidate in self._by_language:
                    return self._by_language[candidate]
            tag = tag.rpartition("-")[0]
        known = ", ".join(sorted(self._by_language))
        raise EngineError(f"espeak-ng has no voice for {name!r}; it has {known}", permanent=True)


def _native_script(language: str, identifier: str) -> str:
    if "-latn" in identifier.lower():
        return "latin"
    return _SCRIPTS.get(language.partition("-")[0], "latin")


def _foreign_language(text: str, native: str) -> str | None:
    """The language whose voice must read this text because a voice of script `native` cannot."""
    if not any(map(str.isalnum, text)):
        raise CannotSpeak("there is nothing to say in this text: it has no letters or digits")
    scripts = _scripts(text)
    if native == "han" and scripts["han"]:
        del scripts["kana"]  # の is fashionable in Chinese
    if scripts["han"] and (scripts["kana"] or native == "kana"):
        raise CannotSpeak(
            "espeak reads Japanese in kana only: write the kanji as kana or take another voice"
        )
    foreign = [(count, script) for script, count in scripts.items() if script not in ("latin", native)]
    readable = [(count, script) for count, script in foreign if script in _SCRIPT_LANGUAGES]
    if readable:
        return _SCRIPT_LANGUAGES[max(readable)[1]]
    if foreign and len(foreign) == len(scripts):
        raise CannotSpeak(
            f"no espeak voice reads {max(foreign)[1]} letters: write the text in another script"
        )
    return "en-us" if scripts["latin"] and not scripts[native] else None


def _scripts(text: str) -> Counter[str]:
    """How many letters there are of each script."""
    letters = list(filter(str.isalpha, text))
    return Counter({"latin": len(letters)} if text.isascii() and letters else map(_script, letters))


def _script(letter: str) -> str:
    """The script of a letter, from the first words of its Unicode name."""
    if letter < "\u0250":
        return "latin"
    first, _, rest = unicodedata.name(letter, "unknown").lower().replace("-", " ").partition(" ")
    if first in ("fullwidth", "halfwidth"):
        first = rest.partition(" ")[0]
    if first in ("modifier", "mathematical"):
        return "latin"
    return _NAMES.get(first, first)
