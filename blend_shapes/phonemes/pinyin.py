"""Pinyin to IPA: syllables, and the initials and finals that aligners of Mandarin label."""

from typing import Final

# Source: the usual broad transcription of Standard Chinese (e.g. Lin, The Sounds of Chinese, 2007).
INITIALS: Final[dict[str, str]] = dict(
    pair.split(":")
    for pair in """
    zh:ʈʂ ch:ʈʂʰ sh:ʂ b:p p:pʰ m:m f:f d:t t:tʰ n:n l:l g:k k:kʰ h:x j:tɕ q:tɕʰ x:ɕ r:ʐ z:ts c:tsʰ s:s
    """.split()
)
FINALS: Final[dict[str, str]] = dict(
    pair.split(":")
    for pair in """
    a:a o:o e:ɤ ê:ɛ i:i u:u v:y ai:aɪ ei:eɪ ao:aʊ ou:oʊ an:an en:ən ang:aŋ eng:əŋ ong:ʊŋ er:ɚ
    ia:ja ie:jɛ iao:jaʊ iu:joʊ iou:joʊ ian:jɛn in:in iang:jaŋ ing:iŋ iong:jʊŋ io:jo
    ua:wa uo:wo uai:waɪ ui:weɪ uei:weɪ uan:wan un:wən uen:wən uang:waŋ ueng:wəŋ
    ve:ɥɛ van:ɥɛn vn:yn ii:z̩ iii:ʐ̩
    """.split()
)
"""``ii`` is the vowel after z c s, ``iii`` the one after zh ch sh r, as charsiu's aligner writes them."""
_APICAL: Final = {**dict.fromkeys(("z", "c", "s"), "ii"), **dict.fromkeys(("zh", "ch", "sh", "r"), "iii")}
_BARE: Final[dict[str, str]] = dict(
    pair.split(":")
    for pair in """
    yi:i ya:ia ye:ie yao:iao you:iou yan:ian yin:in yang:iang ying:ing yong:iong yo:io yu:v yue:ve
    yuan:van yun:vn wu:u wa:ua wo:uo wai:uai wei:uei wan:uan wen:uen wang:uang weng:ueng
    """.split()
)


def _bare(label: str) -> str:
    name = label.strip().lower().replace("ü", "v").replace("u:", "v")
    return name.rstrip("012345")


def to_ipa(label: str) -> str:
    """IPA of one initial or final, tone digit or not. A stranger comes back as it is, for `ipa.parts`."""
    name = _bare(label)
    return INITIALS.get(name) or FINALS.get(name) or label.strip()


def split(syllable: str) -> tuple[str, str]:
    """A written syllable as (initial, final) in the names of the two tables; the initial may be empty.

    ``zhi4`` gives (zh, iii), ``xu`` gives (x, v), ``you3`` gives ("", iou).
    """
    name = _bare(syllable)
    if name in _BARE:
        return "", _BARE[name]
    for size in (2, 1):
        initial, final = name[:size], name[size:]
        if initial in INITIALS and final:
            if final == "i" and initial in _APICAL:
                return initial, _APICAL[initial]
            if initial in ("j", "q", "x") and final[0] == "u":
                return initial, "v" + final[1:]
            return initial, final
    return "", name
