"""ARPABET to IPA: the CMU dictionary's phones and flite's additions, with or without a stress digit."""

from typing import Final

# Source: the CMU Pronouncing Dictionary's phone list; flite's US English phone set for the second block.
IPA: Final[dict[str, str]] = dict(
    pair.split(":")
    for pair in """
    aa:ɑ ae:æ ah:ʌ ao:ɔ aw:aʊ ay:aɪ b:b ch:tʃ d:d dh:ð eh:ɛ er:ɝ ey:eɪ f:f g:ɡ hh:h ih:ɪ iy:i jh:dʒ k:k l:l
    m:m n:n ng:ŋ ow:oʊ oy:ɔɪ p:p r:ɹ s:s sh:ʃ t:t th:θ uh:ʊ uw:u v:v w:w y:j z:z zh:ʒ
    ax:ə axr:ɚ ix:ɪ ux:u dx:ɾ nx:n el:əl em:əm en:ən hv:ɦ q:ʔ
    """.split()
)
PAUSES: Final = frozenset(("", "pau", "sil", "sp", "spn", "h#", "#h", "brth", "ssil"))


def to_ipa(label: str) -> tuple[str, int]:
    """IPA and stress (0 none, 1 primary, 2 secondary) of an ARPABET label such as ``AH0`` or ``axr``.

    A pause gives the empty string; a label that is not ARPABET comes back as it is, for `ipa.parts` to
    read.
    """
    name = label.strip().lower()
    stress = 0
    if name[-1:] in ("0", "1", "2"):
        if name[:-1] == "ah" and name[-1] == "0":
            return "ə", 0
        stress, name = int(name[-1]), name[:-1]
    if name in PAUSES:
        return "", 0
    return IPA.get(name, label.strip()), stress
