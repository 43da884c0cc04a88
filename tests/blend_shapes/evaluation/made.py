"""Made-up recordings and faces with known answers."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.evaluation.recording import Capture, Recording, Track
from blend_shapes.evaluation.speech import FPS
from blend_shapes.face import FaceFrames
from blend_shapes.phonemes.timing import PhoneTiming

RATE = 16_000
LOUD_DB, QUIET_DB = -20.0, -70.0


def voice(spans: Sequence[tuple[float, float]], seconds: float, seed: int = 5) -> NDArray[np.int16]:
    """Noise between 300 and 3,000 Hz: loud within the spans, nearly silent elsewhere."""
    n = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / RATE)
    sound = np.fft.irfft(np.where((hz > 300) & (hz < 3000), spectrum, 0), n)
    times = np.arange(n) / RATE
    level = np.full(n, QUIET_DB)
    for start, end in spans:
        level[(times >= start) & (times < end)] = LOUD_DB
    scaled = np.rint(32767 * sound / sound.std() * 10 ** (level / 20))
    return np.asarray(scaled.clip(-32768, 32767), np.int16)


def phones(text: str, start: float = 0.5, length: float = 0.1) -> tuple[PhoneTiming, ...]:
    """Phones of equal length after a pause; ``_`` is a pause of half a second."""
    found = [PhoneTiming("", 0.0, start, start)]
    for name in text.split():
        last = found[-1].end
        end = last + (0.5 if name == "_" else length)
        found.append(PhoneTiming("" if name == "_" else name, last, end, end))
    return tuple(found)


def spoken(text: str, length: float = 0.1, **known: Capture | Track | None) -> Recording:
    """A recording that says phones, sounding where they are, with half a second of silence around."""
    labels = phones(text, length=length)
    spans = [(p.start, p.end) for p in labels if p.phone]
    seconds = labels[-1].end + 0.5
    return Recording(f"made/{text[:8]}", voice(spans, seconds), RATE, labels, **known)  # type: ignore[arg-type]


def face(seconds: float, **curves: NDArray[np.floating] | float) -> FaceFrames:
    """A face whose named shapes follow curves; a name without side sets both."""
    count = len(grid(seconds))
    weights = np.zeros((count, len(CHANNELS)), np.float32)
    for name, curve in curves.items():
        for channel in (name, name + "Left", name + "Right"):
            if channel in INDEX:
                weights[:, INDEX[channel]] = curve if np.isscalar(curve) else np.asarray(curve)[:count]
    return FaceFrames(0, FPS, weights, np.zeros((count, 3), np.float32))


def grid(seconds: float) -> NDArray[np.float64]:
    """The times of `face`'s frames."""
    return np.arange(math.ceil(seconds * FPS) + 1) / FPS


def opening(recording: Recording, moved: float = 0.0, early: float = 0.0) -> NDArray[np.float64]:
    """A jaw that is closed exactly in m b p and in pauses, open elsewhere; `moved` seconds late, closing
    `early` seconds before."""
    times = grid(recording.seconds)
    jaw = np.zeros(len(times))
    for p in recording.phones or ():
        if p.phone and p.phone[0] not in "mbp":
            jaw[(times >= p.start + moved - 1e-9) & (times < p.end + moved - early - 1e-9)] = 0.4
    return jaw
