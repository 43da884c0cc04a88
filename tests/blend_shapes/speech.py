"""Made-up speech for tests: sentences of phones, hypothesis strategies, and ways to cut them into calls."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from blend_shapes.articulation import Mouth
from blend_shapes.face import FaceFrames
from blend_shapes.layers import LivingFace
from blend_shapes.phonemes.ipa import is_stop
from blend_shapes.phonemes.timing import PhoneTiming

SENTENCE = "m ˈaɪ p ˈʌ p i h ˈæ p ɪ l i m ˈuː v d _ b ˈɒ b b ˈɔː t f ˈaɪ v b j ˈuː t ɪ f əl ʃ ˈuː z".split()
PHONES = [
    *"ptkbdɡmnŋfvθðszʃʒhlɹwjaeiouəæʌɪʊɔ",
    "aɪ",
    "tʃ",
    "dʒ",
    "oʊ",
    "tɕh",
    "s.",
    "i.",
    "ɑːɹ",
    "y",
    "ø",
    "",
]


def spoken(names: Sequence[str], start: float = 0.0, length: float = 0.08) -> list[PhoneTiming]:
    """Phones one after another, `length` seconds each; stops let go at 60 %, ``_`` is a pause three times
    as long."""
    phones = []
    for name in names:
        phone = "" if name == "_" else name.replace("ˈ", "")
        end = start + (3 * length if name == "_" else length)
        release = start + 0.6 * (end - start) if is_stop(phone) else end
        phones.append(PhoneTiming(phone, start, release, end, int("ˈ" in name)))
        start = end
    return phones


def mouth_of(phones: Sequence[PhoneTiming], fps: int = 60, cuts: Sequence[float] = ()) -> FaceFrames:
    """A mouth that hears the phones in calls cut at these times, and settles after the last."""
    end = max((p.end for p in phones), default=0.0)
    mouth = Mouth(fps)
    runs, given = [], 0
    for known in [*sorted(c for c in cuts if c < end), end]:
        now = [p for p in phones[given:] if p.start < known or known == end]
        given += len(now)
        runs.append(mouth.follow(now, known))
    return FaceFrames.join([*runs, mouth.settle(end)])


def life_of(
    phones: Sequence[PhoneTiming],
    fps: int = 60,
    cuts: Sequence[float] = (),
    mood: str = "neutral",
    intensity: float = 0.5,
    seed: int = 3,
) -> FaceFrames:
    """The same with all layers of life."""
    end = max((p.end for p in phones), default=0.0)
    mouth, life = Mouth(fps), LivingFace(fps, seed, mood, intensity)
    runs, given = [], 0
    for known in [*sorted(c for c in cuts if c < end), end]:
        now = [p for p in phones[given:] if p.start < known or known == end]
        given += len(now)
        life.hear(now, known)
        runs.append(life.compose(mouth.follow(now, known)))
    return FaceFrames.join([*runs, life.settle(mouth.settle(end), end)])


@st.composite
def speeches(draw: st.DrawFn, shortest: float = 0.0, longest: float = 0.3) -> list[PhoneTiming]:
    """Any phones with any lengths, touching or with gaps, releases anywhere."""
    phones, start = [], draw(st.floats(0.0, 0.5))
    for name in draw(st.lists(st.sampled_from(PHONES), max_size=25)):
        length = draw(st.floats(shortest, longest))
        release = start + length * draw(st.floats(0.0, 1.0))
        end = start + length
        phones.append(PhoneTiming(name, start, min(release, end), end, draw(st.integers(0, 2))))
        start = end + draw(st.sampled_from([0.0, 0.0, 0.0, 0.02, 0.2, 0.7]))
    return phones


def assert_valid(frames: FaceFrames) -> None:
    """What every face must be."""
    assert frames.weights.dtype == np.float32
    assert frames.weights.shape == (len(frames), 52)
    assert frames.head.shape == (len(frames), 3)
    assert np.isfinite(frames.weights).all()
    assert np.isfinite(frames.head).all()
    assert frames.weights.min(initial=0.0) >= 0.0
    assert frames.weights.max(initial=0.0) <= 1.0
    assert (frames.weights[:, 18] <= frames.weights[:, 17]).all(), "mouthClose above jawOpen"
