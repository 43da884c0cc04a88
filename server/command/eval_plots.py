"""Pictures of measured faces: closures under the waveform, the jaw against a captured one, the lips against
sensors."""

import math
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from blend_shapes.arkit import INDEX
from blend_shapes.evaluation.evaluate import Result
from blend_shapes.evaluation.recording import Curve, Recording, is_bilabial
from blend_shapes.evaluation.speech import speech
from blend_shapes.metrics import CLOSED, aperture
from server.audio.chunk import AudioChunk, AudioFormat
from server.command.face_plot import (
    BLUE,
    FAINT,
    INK,
    ORANGE,
    RED,
    TEAL,
    VIOLET,
    envelope,
    fonts,
    style,
)
from server.command.faults import BadFile
from server.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS: Final = (TEAL, ORANGE, VIOLET, BLUE, RED)
"""Of drivers, in order."""
ROW_S: Final = 7.0
"""Seconds of speech in one row of a picture of closures."""
WIDE_ROW_S: Final = 14.0
MOST_ROWS: Final = 9
WIDTH: Final = 15.0
DOTS_PER_INCH: Final = 90


def draw(folder: Path, recordings: Sequence[Recording], results: Sequence[Result]) -> list[Path]:
    """Draw every recording that can be; the files written. Raises ConfigError without matplotlib, BadFile
    for a folder that cannot be written."""
    try:
        from matplotlib import rc_context
    except ImportError:
        raise ConfigError('--plots needs matplotlib: pip install "facewire[plot]"') from None
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with rc_context({"font.family": fonts()}), warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)
            for recording in recordings:
                own = [(r, COLOURS[i % len(COLOURS)]) for i, r in enumerate(_drivers(results, recording))]
                for kind, figure in _figures(recording, own):
                    path = folder / f"{kind}-{recording.name.replace('/', '-')}.png"
                    figure.savefig(path)
                    written.append(path)
    except OSError as error:
        raise BadFile(f"{folder}: cannot be written ({error.strerror or error})") from None
    return written


def _drivers(results: Sequence[Result], recording: Recording) -> list[Result]:
    return [r for r in results if recording.name in r.faces and r.driver.needs != "capture"]


_Own = list[tuple[Result, str]]


def _figures(recording: Recording, own: _Own) -> "list[tuple[str, Figure]]":
    if not own:
        return []
    found = []
    if recording.phones is not None:
        found.append(("closures", _closures(recording, own)))
    if recording.capture is not None:
        found.append(("jaw", _jaw(recording, own)))
    if recording.lips is not None and speech(recording).speaking.any():
        found.append(("lips", _lips(recording, own)))
    return found


def _figure(title: str, rows: int, heights: list[float]) -> "tuple[Figure, list[Axes]]":
    from matplotlib.figure import Figure

    figure = Figure(
        figsize=(WIDTH, 0.7 + rows * sum(heights)),
        dpi=DOTS_PER_INCH,
        layout="constrained",
        facecolor="white",
    )
    axes = figure.subplots(rows * len(heights), 1, height_ratios=heights * rows, squeeze=False)[:, 0]
    for panel in axes:
        style(panel)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK, fontweight="bold")
    return figure, list(axes)


def _spans(seconds: float, row_s: float) -> list[tuple[float, float]]:
    count = min(MOST_ROWS, max(1, math.ceil(seconds / row_s)))
    length = min(row_s, seconds)
    return [(i * length, (i + 1) * length) for i in range(count)]


def _closures(recording: Recording, own: _Own) -> "Figure":
    """Rows of the waveform with m b p shaded, and below it the aperture of each driver with its hits."""
    spans = _spans(recording.seconds, ROW_S)
    title = f"{recording.name}: closures of m b p (shaded); triangle: closes, cross: does not"
    figure, axes = _figure(title, len(spans), [0.9, *([0.8] * len(own))])
    wave = envelope(AudioChunk(recording.samples, AudioFormat(recording.rate)))
    for i, (start, end) in enumerate(spans):
        voice, *panels = axes[i * (1 + len(own)) : (i + 1) * (1 + len(own))]
        inside = (wave[0] >= start) & (wave[0] <= end)
        voice.fill_between(
            wave[0][inside], wave[1][inside], wave[2][inside], color=BLUE, alpha=0.75, linewidth=0
        )
        voice.set_yticks([])
        voice.set_ylim(-1.05, 1.4)
        for p in recording.phones or ():
            if start <= p.start < end:
                colour = RED if is_bilabial(p) else INK
                voice.text(0.5 * (p.start + p.end), 1.08, p.phone, ha="center", fontsize=8, color=colour)
        for panel, (result, colour) in zip(panels, own, strict=True):
            _opening(panel, result, recording, colour)
        for panel in (voice, *panels):
            panel.set_xlim(start, end)
            panel.tick_params(labelbottom=panel is panels[-1])
            for p in recording.phones or ():
                if is_bilabial(p):
                    panel.axvspan(p.start, p.release, color=RED, alpha=0.14, linewidth=0)
    axes[-1].set_xlabel("seconds", color=INK, fontsize=9)
    return figure


def _opening(panel: "Axes", result: Result, recording: Recording, colour: str) -> None:
    frames = result.faces[recording.name]
    lips = aperture(frames.weights)
    panel.fill_between(frames.times(), 0, lips, color=colour, alpha=0.25, linewidth=0)
    panel.plot(frames.times(), lips, color=colour, linewidth=1.2)
    panel.axhline(CLOSED, color=FAINT, linewidth=0.6)
    panel.set_ylim(0, 0.6)
    panel.set_yticks([0, 0.5])
    panel.set_ylabel(result.driver.name.replace(":", "\n"), color=INK, fontsize=8)
    evidence = next(e for e in result.evidence if e.recording == recording.name)
    for c in evidence.closures["head"]:
        panel.plot(
            0.5 * (c.start + c.end),
            0.53,
            "v" if c.hit else "x",
            color=colour if c.hit else RED,
            markersize=5,
        )


def _jaw(recording: Recording, own: _Own) -> "Figure":
    """jawOpen of each driver over the captured one."""
    assert recording.capture is not None
    spans = _spans(recording.seconds, WIDE_ROW_S)
    figure, axes = _figure(f"{recording.name}: jawOpen, captured (grey) and driven", len(spans), [1.5])
    true = recording.capture.channel("jawOpen")
    for panel, (start, end) in zip(axes, spans, strict=True):
        panel.fill_between(
            true.times(), 0, true.values, color=FAINT, alpha=0.45, linewidth=0, label="captured"
        )
        for result, colour in own:
            frames = result.faces[recording.name]
            jaw = frames.weights[:, INDEX["jawOpen"]]
            panel.plot(frames.times(), jaw, color=colour, linewidth=1.2, label=result.driver.name)
        panel.set_xlim(start, end)
        panel.set_ylim(0, 1.0)
    _legend(axes[0])
    return figure


def _lips(recording: Recording, own: _Own) -> "Figure":
    """Distance of the lip sensors and aperture of each driver, each from its least to its 95th percentile
    in speech."""
    assert recording.lips is not None
    figure, axes = _figure(f"{recording.name}: lips, articulograph (grey) and driven, scaled", 1, [3.2])
    panel, heard = axes[0], speech(recording)
    times = heard.times()
    said = times[heard.speaking]
    panel.fill_between(
        times,
        0,
        _scaled(recording.lips.at(times), recording.lips.at(said)),
        color=FAINT,
        alpha=0.45,
        linewidth=0,
        label="sensors",
    )
    for result, colour in own:
        frames = result.faces[recording.name]
        lips = aperture(frames.weights)
        there = np.interp(said, frames.times(), lips)
        panel.plot(
            frames.times(), _scaled(lips, there), color=colour, linewidth=1.3, label=result.driver.name
        )
    for p in recording.phones or ():
        if p.start < said[-1]:
            panel.text(
                0.5 * (p.start + min(p.end, said[-1])),
                1.28,
                p.phone,
                ha="center",
                fontsize=9,
                color=RED if is_bilabial(p) else INK,
            )
        if is_bilabial(p):
            panel.axvspan(p.start, p.release, color=RED, alpha=0.14, linewidth=0)
    panel.set_xlim(max(0.0, said[0] - 0.3), said[-1] + 0.4)
    panel.set_ylim(-0.05, 1.4)
    _legend(panel)
    return figure


def _scaled(values: Curve, within: Curve) -> Curve:
    low, high = float(within.min()), float(np.percentile(within, 95))
    return (values - low) / max(high - low, 1e-9)


def _legend(panel: "Axes") -> None:
    panel.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=8, frameon=False, labelcolor=INK)
