"""What each phone asks of the mouth: ARKit targets for running speech in a neutral style.

Source: our own table, calibrated on two sets of measurements. Heights and spread of the jaw come from
eleven minutes of captured Mandarin speech (standard deviation .135; peaks: median .31, 95th percentile
.54); the proportions between shapes, and the nearly neutral lips of p b m, come from the mean Live Link
Face trajectories of held syllables in yuesheng21/Phoneme-to-Lip-14DOF (arXiv 2604.01756), scaled by 0.6
to 0.8 for running speech.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

CORE: Final[tuple[str, ...]] = (
    "jawOpen",
    "mouthSmile",
    "mouthStretch",
    "mouthLowerDown",
    "mouthUpperUp",
    "mouthDimple",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthPress",
    "tongueOut",
    "mouthClose",
    "mouthFunnel",
    "mouthPucker",
    "jawForward",
)
"""The shapes that speech moves, left and right as one; in blocks by the group that owns them, rounding
last."""

GROUPS: Final[dict[str, slice]] = {
    "jaw": slice(0, 1),
    "lips": slice(1, 11),
    "tongue": slice(11, 12),
    "rounding": slice(12, 16),
}


class Kind(Enum):
    """How a phone acts on the mouth."""

    VOWEL = "vowel"
    """Vowels and glides: the slow track."""
    CONSONANT = "consonant"
    """The fast track, laid over the vowels on the channels the consonant owns."""
    FREE = "free"
    """h and the glottal stop: the mouth belongs to the neighbours."""


class Seal(Enum):
    """What must hold whatever the neighbours ask."""

    NONE = "none"
    BILABIAL = "bilabial"
    LABIODENTAL = "labiodental"
    SIBILANT = "sibilant"


@dataclass(frozen=True, slots=True)
class Target:
    """One row of the table. `weights` follows CORE, `dominance` follows GROUPS (0 does not care, 1
    insists)."""

    name: str
    kind: Kind
    weights: tuple[float, ...]
    dominance: tuple[float, float, float, float]
    seal: Seal = Seal.NONE
    stop: bool = False
    """Has a closure with a release: its `start` and `release` differ."""
    reduced: bool = False
    """A reduced vowel: articulated less than its neighbours."""


_SHORT: Final[dict[str, str]] = {
    "jaw": "jawOpen",
    "cl": "mouthClose",
    "fun": "mouthFunnel",
    "puc": "mouthPucker",
    "smi": "mouthSmile",
    "str": "mouthStretch",
    "low": "mouthLowerDown",
    "upp": "mouthUpperUp",
    "dim": "mouthDimple",
    "rol": "mouthRollLower",
    "rou": "mouthRollUpper",
    "shl": "mouthShrugLower",
    "shu": "mouthShrugUpper",
    "pre": "mouthPress",
    "fwd": "jawForward",
    "ton": "tongueOut",
}

# Columns: name; what it owns (J jaw, L lips, R rounding, T tongue; a small letter is dominance .4);
# weights.
_VOWELS: Final = """
a   JL  jaw .48 str .10 low .28 upp .06
ɑ   JL  jaw .50 str .06 low .26 upp .04
æ   JL  jaw .45 smi .06 str .16 low .28 upp .10
ʌ   Jl  jaw .36 str .08 low .20 upp .05
ɐ   Jl  jaw .31 str .08 low .20 upp .05
ə   jl  jaw .20 str .05 low .12 upp .03
ɤ   Jl  jaw .25 str .06 low .16 upp .04
ɛ   JL  jaw .33 smi .10 str .14 low .24 upp .08 dim .04
e   JL  jaw .26 smi .18 str .14 low .24 upp .10 dim .05
ɪ   Jl  jaw .20 smi .14 str .12 low .20 upp .08
i   JL  jaw .12 smi .30 str .14 low .28 upp .16 dim .05 shu .05
ɨ   Jl  jaw .12 smi .08 str .12 low .16 upp .06
ɯᵝ  Jlr jaw .12 puc .16 low .08 upp .02 pre .02
y   JR  jaw .14 cl .06 fun .24 puc .52 low .11 upp .05 fwd .04
ʏ   JR  jaw .18 cl .06 fun .28 puc .36 low .12 upp .06 fwd .03
ø   JR  jaw .26 cl .06 fun .32 puc .34 low .16 upp .06 fwd .04
œ   JR  jaw .35 cl .06 fun .32 puc .24 low .18 upp .06 fwd .04
ɵ   jlR jaw .18 cl .04 fun .22 puc .26 low .12 upp .04
ɝ   Jr  jaw .20 fun .20 puc .14 str .04 low .16 upp .05
ɜ   Jl  jaw .25 fun .10 puc .06 str .05 low .18 upp .05
ɔ   JR  jaw .42 cl .06 fun .32 puc .20 str .08 low .20 upp .06 fwd .04
ɒ   Jr  jaw .46 cl .04 fun .22 puc .10 str .06 low .24 upp .05
o   JR  jaw .34 cl .09 fun .34 puc .30 str .06 low .18 upp .05 fwd .04
ʊ   JR  jaw .22 cl .12 fun .26 puc .32 str .04 low .12 upp .03
u   JR  jaw .26 cl .18 fun .22 puc .58 str .04 low .10 upp .02 rou .03 fwd .05
w   JR  jaw .20 cl .13 fun .22 puc .60 low .06 fwd .05
ɥ   JR  jaw .14 cl .08 fun .28 puc .54 low .10 upp .04 fwd .05
j   jl  jaw .09 smi .20 str .10 low .16 upp .08
ʐ̩   Jr  jaw .10 fun .20 low .20 upp .08
z̩   Jl  jaw .07 smi .05 str .12 low .22 upp .08
"""
# Of neighbours that sound alike the table keeps apart what a viewer sees: a and ɑ (spread or not), ɔ and ɒ
# (rounded or merely open), ø and œ, y and ʏ (how open), ɝ and ɜ (r rounds), ɵ (a rounded schwa). ɯᵝ is the
# Japanese u: lips drawn together without protrusion. ʐ̩ and z̩ are the vowels after Mandarin zh ch sh r and
# after z c s.

_CONSONANTS: Final = """
p   JL  jaw .02 cl .02 shl .06
b   JL  jaw .02 cl .02 shl .06
m   JL  jaw .02 cl .02 shl .04
ɸ   JLr jaw .07 cl .03 puc .08 low .08 pre .02
β   JL  jaw .09 cl .03 low .08 pre .01
f   JL  jaw .06 smi .02 str .05 upp .28 rol .50 shu .04
v   JL  jaw .06 smi .02 str .05 upp .28 rol .50 shu .04
ʋ   Jl  jaw .10 str .05 upp .10 rol .20
θ   JTl jaw .10 str .06 low .20 upp .07 ton .22
ð   JTl jaw .10 str .06 low .20 upp .07 ton .22
ð̞   Jtl jaw .12 str .06 low .16 upp .05 ton .08
t   Jt  jaw .07 str .06 low .16 upp .05
d   Jt  jaw .07 str .06 low .16 upp .05
n   Jt  jaw .07 str .06 low .16 upp .05
tˤ  Jr  jaw .09 fun .14 puc .12 low .14 upp .04
dˤ  Jr  jaw .09 fun .14 puc .12 low .14 upp .04
ʈ   Jt  jaw .12 str .03 low .14 upp .04
ɖ   Jt  jaw .12 str .03 low .14 upp .04
ɳ   Jt  jaw .12 str .03 low .14 upp .04
c   Jl  jaw .07 smi .12 str .10 low .18 upp .08
ɟ   Jl  jaw .07 smi .12 str .10 low .18 upp .08
ɲ   Jl  jaw .08 smi .10 str .09 low .17 upp .07
l   Jt  jaw .11 str .06 low .18 upp .05 ton .03
s   JLr jaw .05 smi .05 str .12 low .24 upp .10
z   JLr jaw .05 smi .05 str .12 low .24 upp .10
ts  JLr jaw .05 smi .05 str .12 low .24 upp .10
dz  JLr jaw .05 smi .05 str .12 low .24 upp .10
sˤ  JLr jaw .06 fun .16 puc .12 str .08 low .20 upp .08
ʃ   JRl jaw .08 cl .03 fun .48 puc .24 str .06 low .24 upp .15 fwd .05
ʒ   JRl jaw .08 cl .03 fun .48 puc .24 str .06 low .24 upp .15 fwd .05
tʃ  JRl jaw .08 cl .03 fun .48 puc .24 str .06 low .24 upp .15 fwd .05
dʒ  JRl jaw .08 cl .03 fun .48 puc .24 str .06 low .24 upp .15 fwd .05
ɕ   JLr jaw .07 fun .08 smi .16 str .12 low .22 upp .10
tɕ  JLr jaw .07 fun .08 smi .16 str .12 low .22 upp .10
ʂ   JRl jaw .10 cl .03 fun .42 puc .20 str .06 low .22 upp .13 fwd .03
ʈʂ  JRl jaw .10 cl .03 fun .42 puc .20 str .06 low .22 upp .13 fwd .03
ç   jL  jaw .09 smi .16 str .10 low .20 upp .10
ɹ   jRl jaw .12 cl .03 fun .24 puc .26 low .12 upp .04
r   j   jaw .11 str .05 low .14 upp .04
k   j   jaw .13 str .05 low .14 upp .04
ɡ   j   jaw .13 str .05 low .14 upp .04
ŋ   j   jaw .13 str .05 low .14 upp .04
x   j   jaw .14 str .05 low .14 upp .04
q   j   jaw .18 str .04 low .15 upp .04
χ   j   jaw .18 str .04 low .15 upp .04
ħ   j   jaw .26 str .04 low .18 upp .04
"""
# The farther back the tongue works, the freer the jaw: k, uvular q χ ʁ, and ħ ʕ, for which it drops.
# Retroflexes want it lower than t d n; palatals draw the corners back; Arabic's emphatics round a little.
# β and the Spanish ð̞ only approach: no seal, no tongue between the teeth.

_SEALS: Final[dict[Seal, frozenset[str]]] = {
    Seal.BILABIAL: frozenset("pbm"),
    Seal.LABIODENTAL: frozenset("fv"),
    Seal.SIBILANT: frozenset("s z ts dz sˤ ʃ ʒ tʃ dʒ ɕ tɕ ʂ ʈʂ".split()),
}
_STOPS: Final = frozenset("p b t d tˤ dˤ ʈ ɖ c ɟ k ɡ q ts dz tʃ dʒ tɕ ʈʂ".split())
_REDUCED: Final = frozenset("əɵ")
_VOWEL_FLOOR: Final = (1.0, 0.7, 0.4, 0.35)
"""A vowel's dominance over a group it does not own: an unrounded vowel does want unrounded lips."""
_SPREAD: Final = 0.10
_SPREAD_DOMINANCE: Final = 0.6
"""A vowel that spreads the lips this far (a smile's weight) keeps them from its neighbours' rounding."""


def _dominance(owned: str, kind: Kind, *, spread: bool) -> tuple[float, float, float, float]:
    own = [1.0 if c in owned else 0.4 if c.lower() in owned else 0.0 for c in "JLTR"]
    if kind is Kind.VOWEL:
        own = [max(a, 0.4 * b) if a else b for a, b in zip(own, _VOWEL_FLOOR, strict=True)]
        if spread:
            own[3] = _SPREAD_DOMINANCE
    return (own[0], own[1], own[2], own[3])


def _row(line: str, kind: Kind) -> Target:
    name, owned, *cells = line.split()
    given = {_SHORT[k]: float(v) for k, v in zip(cells[::2], cells[1::2], strict=True)}
    seal = next((s for s, names in _SEALS.items() if name in names), Seal.NONE)
    return Target(
        name,
        kind,
        tuple(given.get(c, 0.0) for c in CORE),
        _dominance(owned, kind, spread=given.get("mouthSmile", 0.0) >= _SPREAD),
        seal,
        stop=name in _STOPS,
        reduced=name in _REDUCED,
    )


FREE: Final = Target("h", Kind.FREE, (0.0,) * len(CORE), (0.0, 0.0, 0.0, 0.0))

TARGETS: Final[dict[str, Target]] = {
    t.name: t
    for t in (
        *(_row(line, Kind.VOWEL) for line in _VOWELS.strip().splitlines()),
        *(_row(line, Kind.CONSONANT) for line in _CONSONANTS.strip().splitlines()),
        FREE,
    )
}
"""Every target by the IPA letter that names it."""

REST: Final[dict[str, float]] = {"jawOpen": 0.01, "mouthClose": 0.01, "mouthPress": 0.02}
"""The mouth in silence."""
