"""IPA, in any source's spelling, to the targets of the table.

Reads plain IPA and what espeak-ng 1.52 emits in its events: compounds (``aɪɐ``, ``ɛɹ``, ``tɕh``, ``onɡ``),
ASCII leftovers (``s.`` ``i.`` ``o-`` ``p-``), combining marks. Whatever it does not know falls back to the
nearest target by feature: reading a phone never fails.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from blend_shapes.phonemes.targets import FREE, TARGETS, Kind, Target


@dataclass(frozen=True, slots=True)
class Part:
    """A simple phone inside an event, and its share of the event's time; shares sum to 1."""

    target: Target
    share: float


# What stands left of the colon is articulated like what stands right of it. Multi-letter spellings first.
_SPELLINGS: Final = """
ts.:ʈʂ s.:ʂ z.:ʐ r.:ɳ dʐ:ʈʂ tʂ:ʈʂ ʈʂ:ʈʂ ɖʐ:ʈʂ tɕ:tɕ dʑ:tɕ tʃ:tʃ dʒ:dʒ tɬ:t ts:ts dz:dz
i.:ʐ̩ i̪:z̩ ɿ:z̩ ʅ:ʐ̩ ʐ̩:ʐ̩ z̩:z̩ o-:ɤ oe:ø r̝:ʒ nɡ:ŋ ng:ŋ ər:ɝ ɯᵝ:ɯᵝ ɔ̃:o ɛ̃:æ ɑ̃:ɒ ð̞:ð̞ ə̹:ɵ tʃʲ:tɕ dʒʲ:tɕ
tˤ:tˤ dˤ:dˤ sˤ:sˤ zˤ:sˤ ðˤ:ð tʲ:c dʲ:ɟ nʲ:ɲ lʲ:ɲ ɫʲ:ɲ sʲ:ɕ zʲ:ɕ tsʲ:tɕ dzʲ:tɕ kʲ:c ɡʲ:ɟ xʲ:ç
""".split()
# French ɔ̃ is closer and rounder than ɔ, ɛ̃ more open than ɛ, ɑ̃ further back than ɑ.

_LETTERS: Final = """
a:aäᴀɶ ɑ:ɑ æ:æ ʌ:ʌ ɐ:ɐ ə:əɘᵊ ɤ:ɤ ɛ:ɛ e:e ɪ:ɪ i:iI ɨ:ɨɯᵻ y:yʉ ʏ:ʏ ø:ø œ:œɞ ɵ:ɵ ɝ:ɝɚ ɜ:ɜ ɔ:ɔ ɒ:ɒ o:o
ʊ:ʊᵿ u:u w:wʍ ɥ:ɥ j:jʝ p:pʘ b:bɓʙ m:m ɸ:ɸ β:β f:f v:vɱⱱ ʋ:ʋ θ:θ ð:ð t:tǀǃǂǁ d:dɗ n:n ʈ:ʈ ɖ:ɖᶑ ɳ:ɳɭɽɺ
c:c ɟ:ɟʄ ɲ:ɲʎ l:lɫʟɬɮ s:s z:z ʃ:ʃɧ ʒ:ʒ tʃ:ʧ dʒ:ʤ ts:ʦ dz:ʣ tɕ:ʨʥ ɕ:ɕʑ ʂ:ʂʐ ç:ç ɹ:ɹɻ r:rɾ k:k ɡ:ɡgɠ
ŋ:ŋ x:xɣɰ q:qɢʛ χ:χʁʀɴ ħ:ħʕʜʢʡ
""".split()

_SPELLED: Final[dict[str, Target]] = {
    spelling: TARGETS["ʂ" if name == "ʐ" else name]
    for spelling, _, name in (entry.rpartition(":") for entry in _SPELLINGS)
} | {letter: TARGETS[entry[0]] for entry in (e.split(":") for e in _LETTERS) for letter in entry[1]}
_TIES: Final = dict.fromkeys(map(ord, "\u0361\u035c"))
_FREE_LETTERS: Final = frozenset("hɦʔ")
_GLIDES: Final = frozenset("wɥj")
_HIGH: Final = frozenset("iyu") | _GLIDES
_LONGEST: Final = max(map(len, _SPELLED))

_ASPIRATED: Final = frozenset("ptkcqbdɡgʈɖɟ.ʂɕʃs-")
"""Letters after which espeak-ng writes aspiration as a plain h."""


def is_pause(phone: str) -> bool:
    return not phone.strip()


@lru_cache(maxsize=4096)
def parts(phone: str) -> tuple[Part, ...]:
    """The simple phones of one event in order, with their shares of its time. A pause has none.

    Two parts share 60 to 40, nucleus and glide, or 40 to 60 where the glide comes first (``uo``); three
    45, 25, 30 (``aɪɚ``), or 25, 45, 30 (``iou``). Repeated targets are one (``ɯɯ``).
    """
    if is_pause(phone):
        return ()
    found: list[Target] = []
    for target in _read(unicodedata.normalize("NFC", phone.translate(_TIES))):
        if not found or found[-1] is not target:
            found.append(target)
    if not found:
        found = [TARGETS["ə"]]
    return tuple(Part(t, share) for t, share in zip(found, _shares(found), strict=True))


def _shares(found: list[Target]) -> tuple[float, ...]:
    if len(found) == 2:
        rising = found[0].name in _HIGH and found[1].kind is Kind.VOWEL and found[1].name not in _HIGH
        return (0.4, 0.6) if rising else (0.6, 0.4)
    if len(found) == 3:
        return (0.25, 0.45, 0.30) if found[0].name in _HIGH else (0.45, 0.25, 0.30)
    return (1.0 / len(found),) * len(found)


def _read(text: str) -> list[Target]:
    found: list[Target] = []
    i = 0
    while i < len(text):
        for size in range(min(_LONGEST, len(text) - i), 0, -1):
            target = _SPELLED.get(text[i : i + size])
            if target is not None:
                found.append(target)
                i += size
                break
        else:
            found += _single(text, i)
            i += 1
    return found


def _single(text: str, i: int) -> list[Target]:
    """A letter that the tables do not spell: free, decomposable, a mark to ignore, or a stranger."""
    letter = text[i]
    if letter == "ʲ" and len(text) == 1:  # palatalisation as an event of its own
        return [TARGETS["j"]]
    if letter in _FREE_LETTERS:
        return [] if i and text[i - 1] in _ASPIRATED else [FREE]
    plain = unicodedata.normalize("NFD", letter)[0]
    if plain != letter:
        return _read(plain)
    if unicodedata.category(letter) in ("Ll", "Lu", "Lo"):
        return [_by_feature(letter)]
    return []  # length, stress, tone, ties, diacritics, modifier letters


def _by_feature(letter: str) -> Target:
    """Nearest target of a letter outside IPA, from what its Unicode name says it sounds like."""
    known = _SPELLED.get(letter.lower())
    if known is not None:
        return known
    name = unicodedata.name(letter, "")
    last = name.rsplit(" ", 1)[-1].lower()  # "HIRAGANA LETTER KA" -> "ka"
    vowels = [c for c in last if c in "aeiou"] if len(last) <= 4 else []
    if vowels:
        return TARGETS[vowels[-1]]
    return TARGETS["o"] if "ROUND" in name or " O" in name else TARGETS["ə"]


def is_vowel(phone: str) -> bool:
    """Whether the event holds a true vowel (a glide alone is none)."""
    return any(p.target.kind is Kind.VOWEL and p.target.name not in _GLIDES for p in parts(phone))


_VOICELESS: Final = frozenset("ptkcqʈ")


def is_stop(phone: str) -> bool:
    """Whether the event begins with a closure that ends in a burst."""
    found = parts(phone)
    return bool(found) and found[0].target.stop


def is_voiceless_stop(phone: str) -> bool:
    return is_stop(phone) and phone[0] in _VOICELESS
