"""Everything that one face shows over one recording, before any mean is taken."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from blend_shapes.arkit import INDEX
from blend_shapes.evaluation import closures, curves, phones, quiet
from blend_shapes.evaluation.closures import Closure, Lips
from blend_shapes.evaluation.curves import Agreement
from blend_shapes.evaluation.jaw import JawMotion, jaw_motion
from blend_shapes.evaluation.recording import Curve, Recording, Track
from blend_shapes.evaluation.speech import FPS, Mask, Speech, speech
from blend_shapes.face import FaceFrames, Weights
from blend_shapes.metrics import aperture, pair

FORMS: Final = ("head", "proxy")
"""The two apertures: of the generated head, and FACE.md 4.1's without a mesh."""


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What a face shows over a recording. Dictionaries are keyed by FORMS or by what is compared."""

    recording: str
    seconds: float
    closures: dict[str, list[Closure]]
    false: dict[str, tuple[int, int]]
    labiodentals: list[tuple[bool, bool]]
    rounded: Curve
    spread: Curve
    alike: dict[str, Agreement]
    jaw: JawMotion
    captured_jaw: JawMotion | None
    pauses: Curve
    starts: Curve
    loudness: Agreement
    """Mean aperture against level, second by second; it has no lag."""
    turning: Curve
    """Absolute offsets of the steepest rises and falls from the true ones, seconds."""


def gather(frames: FaceFrames, rest: Weights, recording: Recording) -> Evidence:
    """Measure a face, and how it is at rest, against all that is known of a recording."""
    heard = speech(recording)
    frames = to_the_end(frames, len(heard.level))
    lips = {"head": closures.head_lips(frames), "proxy": closures.proxy_lips(frames)}
    labelled = recording.phones is not None
    rounded, spread = phones.rounding(frames, recording)
    jaw = Track(np.asarray(frames.weights[:, INDEX["jawOpen"]], np.float64), FPS)
    truth = recording.capture
    captured = None if truth is None else truth.channel("jawOpen")
    return Evidence(
        recording.name,
        recording.seconds,
        {form: closures.closures(lips[form], recording, heard) for form in FORMS},
        {form: _false(lips[form], recording, heard) if labelled else (0, 0) for form in FORMS},
        phones.labiodentals(frames, recording),
        rounded,
        spread,
        _alike(frames, jaw, recording, heard),
        jaw_motion(jaw, heard, captured),
        None if captured is None else jaw_motion(captured, heard, captured),
        quiet.in_pauses(frames, rest, heard),
        quiet.first_movements(frames, heard),
        _by_seconds(frames, heard),
        _turning(frames, recording, heard),
    )


def _false(lips: Lips, recording: Recording, heard: Speech) -> tuple[int, int]:
    return closures.false_closures(lips, recording, heard)


def to_the_end(frames: FaceFrames, count: int) -> FaceFrames:
    """The frames of the recording, the last one held where they end before it."""
    if frames.first != 0 or frames.fps != FPS or not len(frames):
        raise ValueError(
            f"a driver gives frames from 0 on at {FPS} a second, got {frames.first} at {frames.fps}"
        )
    missing = max(0, count - len(frames))
    return FaceFrames(
        0,
        FPS,
        np.pad(frames.weights[:count], ((0, missing), (0, 0)), mode="edge"),
        np.pad(frames.head[:count], ((0, missing), (0, 0)), mode="edge"),
    )


def _alike(frames: FaceFrames, jaw: Track, recording: Recording, heard: Speech) -> dict[str, Agreement]:
    """Curves against captured and sensed ones."""
    everywhere: Mask = np.ones(len(heard.level), bool)
    found = {}
    if recording.lips is not None:
        opening = {"lips head": aperture(frames.weights), "lips proxy": closures.proxy(frames.weights)}
        for name, values in opening.items():
            found[name] = curves.agreement(Track(values, FPS), recording.lips, heard.speaking)
    truth = recording.capture
    if truth is not None:
        true_jaw = truth.channel("jawOpen")
        lower = truth.track(pair(truth.weights, "mouthLowerDown"))
        found["jaw"] = curves.agreement(jaw, true_jaw, everywhere)
        found["jaw in speech"] = curves.agreement(jaw, true_jaw, heard.speaking)
        round_lips = Track(phones.rounding_of(frames.weights), FPS)
        found["rounding"] = curves.agreement(round_lips, truth.track(truth.rounding), everywhere)
        lower_lip = Track(pair(frames.weights, "mouthLowerDown"), FPS)
        found["lower lip"] = curves.agreement(lower_lip, lower, everywhere)
    return found


def _by_seconds(frames: FaceFrames, heard: Speech) -> Agreement:
    """Correlation of mean aperture with mean power in dB, second by second."""
    whole = len(heard.level) // FPS
    if whole < 4:
        return Agreement(float("nan"), 0.0, 0.0)
    opening = aperture(frames.weights)[: whole * FPS].reshape(whole, FPS).mean(axis=1)
    power = (10.0 ** (heard.level[: whole * FPS] / 10.0)).reshape(whole, FPS).mean(axis=1)
    return Agreement(curves.pearson(opening, 10.0 * np.log10(power)), 0.0, float(whole))


def _turning(frames: FaceFrames, recording: Recording, heard: Speech) -> Curve:
    truth = recording.lips
    if recording.capture is not None:
        truth = recording.capture.track(aperture(recording.capture.weights))
    if truth is None:
        return np.zeros(0)
    times, own = heard.times(), aperture(frames.weights)
    known = heard.speaking & (times >= truth.start) & (times <= truth.times()[-1])
    return curves.turning_offsets(own, truth.at(times), FPS, known)
