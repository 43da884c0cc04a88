"""A mouth when nobody speaks: how still it is in pauses and in a room, and when it first moves."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS
from blend_shapes.evaluation.recording import Curve, Recording
from blend_shapes.evaluation.speech import FPS, PAUSE_S, Speech, runs, within
from blend_shapes.face import FaceFrames, Weights
from blend_shapes.metrics import aperture

MOUTH: Final = [
    i for i, name in enumerate(CHANNELS) if name.startswith(("jaw", "mouth", "tongue", "cheekPuff"))
]
AFTER_SPEECH_S: Final = 0.15
BEFORE_SPEECH_S: Final = 0.20
"""So long after and before speech a mouth may move in a pause: it comes to rest, and it goes first."""
MOVED: Final = 0.05
_LOOKED_AT_S: Final = (-0.2, 0.3)
"""The first movement is looked for from before to after the sound begins."""
_LEAST_LEAD_IN_S: Final = 0.25
"""A recording that begins with less silence than this does not show how its first phrase begins."""


def unrest(frames: FaceFrames, rest: Weights) -> Curve:
    """Of each frame the largest of: how far any mouth shape is from where silence has it (`rest`, shape
    (52,)), and the aperture of the lips."""
    away = np.abs(frames.weights[:, MOUTH] - rest[MOUTH]).max(axis=1, initial=0.0)
    return np.asarray(np.maximum(away.astype(np.float64), aperture(frames.weights)))


def in_pauses(frames: FaceFrames, rest: Weights, heard: Speech) -> Curve:
    """`unrest` in pauses of 0.4 s and more, without 150 ms after speech and 200 ms before it."""
    spans = [
        (start + AFTER_SPEECH_S * (start > 0.0), end - BEFORE_SPEECH_S * (end < len(heard.level) / FPS))
        for start, end in heard.pauses()
    ]
    times = frames.times()
    still = within(times, [(a, b) for a, b in spans if b > a]) & (times < len(heard.level) / FPS)
    return np.asarray(unrest(frames, rest)[still])


def phrase_starts(heard: Speech) -> list[float]:
    """Seconds at which sound begins after a pause of 0.4 s and more, or after the silence that a recording
    begins with."""
    starts = []
    for begin, end in runs(heard.silent):
        least = PAUSE_S if begin > 0 else _LEAST_LEAD_IN_S
        if end - begin >= least * FPS and end < len(heard.level):
            starts.append((end - 0.5) / FPS)  # between the last silent frame and the first that is not
    return starts


def first_movements(frames: FaceFrames, heard: Speech) -> Curve:
    """For each phrase, seconds from the first sound to where a mouth shape has moved by .05 from where it
    was 200 ms before, below 0 where the mouth moves first. Phrases without movement to 300 ms after are
    left out."""
    times, mouth = frames.times(), np.asarray(frames.weights[:, MOUTH], np.float64)
    found = [_movement(times, mouth, start) for start in phrase_starts(heard)]
    return np.array([at for at in found if at == at], np.float64)


def _movement(times: Curve, mouth: NDArray[np.float64], start: float) -> float:
    low, high = np.searchsorted(times, [start + _LOOKED_AT_S[0], start + _LOOKED_AT_S[1]])
    if high - low < 2:
        return float("nan")
    moved = np.abs(mouth[low:high] - mouth[low]).max(axis=1)
    after = int(np.argmax(moved > MOVED))
    if moved[after] <= MOVED:
        return float("nan")
    share = (MOVED - moved[after - 1]) / (moved[after] - moved[after - 1])
    return float(times[low + after - 1] + share / FPS - start)


def silence_of(recording: Recording, heard: Speech, seconds: float = 10.0) -> Recording | None:
    """The longest pause of a recording, without its ends, over and over, with 20 ms crossfades; None
    without a pause of some sound."""
    spans = [(a + AFTER_SPEECH_S, b - BEFORE_SPEECH_S) for a, b in heard.pauses()]
    start, end = max(spans, default=(0.0, 0.0), key=lambda s: s[1] - s[0])
    piece = recording.samples[round(start * recording.rate) : round(end * recording.rate)].astype(
        np.float64
    )
    fade = round(0.02 * recording.rate)
    if len(piece) <= 2 * fade or not piece.any():
        return None
    ramp = np.linspace(0.0, 1.0, fade)
    joint = piece[-fade:] * (1.0 - ramp) + piece[:fade] * ramp
    loop = np.concatenate([piece[fade:-fade], joint])
    samples = np.resize(loop, round(seconds * recording.rate))
    return Recording(f"{recording.name}, its silence", np.rint(samples).astype(np.int16), recording.rate)
