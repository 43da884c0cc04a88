"""A picture of speech and face on one time axis, for looking at lip-sync."""

import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import INDEX
from blend_shapes.face import FaceFrames
from blend_shapes.metrics import CLOSED, aperture
from blend_shapes.phonemes.timing import PhoneTiming
from server.audio.chunk import AudioChunk
from server.errors import ConfigError
from server.turn.events import WordSpoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, FAINT, GRID = "#22303c", "#8796a3", "#e6ebef"
BLUE, TEAL, ORANGE, RED, VIOLET = "#2f6db3", "#1d8f82", "#d9822b", "#c23b3b", "#7a5bb5"

BILABIAL: Final = frozenset("pbmɓʙ")
INCHES_A_SECOND, NARROWEST, WIDEST = 3.2, 9.0, 80.0
DOTS_PER_INCH: Final = 110
CHINESE_FONTS: Final = (
    "Noto Sans CJK SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Microsoft YaHei",
    "PingFang SC",
)


def plot(
    path: Path,
    frames: FaceFrames,
    phones: Sequence[PhoneTiming],
    audio: AudioChunk | None = None,
    words: Iterable[WordSpoken] = (),
    title: str = "",
) -> None:
    """Draw the face with what is known of its speech to `path` (PNG, SVG or PDF by its ending).

    Raises ConfigError without matplotlib and for a file that cannot be written.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise ConfigError('--plot needs matplotlib: pip install "facewire[plot]"') from None
    seconds = max(len(frames) / frames.fps, audio.seconds if audio is not None else 0.0)
    width = min(max(NARROWEST, seconds * INCHES_A_SECOND), WIDEST)
    with rc_context({"font.family": fonts()}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)  # no font has Chinese here
        figure = Figure(figsize=(width, 9.2), dpi=DOTS_PER_INCH, layout="constrained", facecolor="white")
        axes = figure.subplots(5, 1, sharex=True, height_ratios=[1.5, 1.6, 1.1, 1.1, 1.1])
        for panel in axes:
            style(panel)
            _shade_closures(panel, phones)
        _draw_speech(axes[0], audio, phones, words)
        _draw_opening(axes[1], frames, phones)
        _draw_lips(axes[2], frames)
        _draw_head(axes[3], frames)
        _draw_upper_face(axes[4], frames)
        axes[0].set_xlim(0, seconds)
        axes[-1].set_xlabel("media time, seconds", color=INK, fontsize=9)
        if title:
            figure.suptitle(title, x=0.01, ha="left", fontsize=11, color=INK, fontweight="bold")
        try:
            figure.savefig(path)
        except (OSError, ValueError) as error:
            raise ConfigError(f"{path}: the plot cannot be written ({error})") from None


def fonts() -> list[str]:
    """matplotlib's own font, which has IPA, and whatever is installed that has Chinese."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return ["DejaVu Sans", *(name for name in CHINESE_FONTS if name in installed)]


def style(panel: "Axes") -> None:
    for side in ("top", "right"):
        panel.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        panel.spines[side].set_color(FAINT)
    panel.tick_params(colors=INK, labelsize=8, length=3)
    panel.grid(axis="x", color=GRID, linewidth=0.6)
    panel.set_axisbelow(True)


def _shade_closures(panel: "Axes", phones: Iterable[PhoneTiming]) -> None:
    for p in phones:
        if _bilabial(p):
            panel.axvspan(p.start, p.release, color=RED, alpha=0.10, linewidth=0)


def _bilabial(p: PhoneTiming) -> bool:
    return p.phone[:1] in BILABIAL


def _draw_speech(
    panel: "Axes", audio: AudioChunk | None, phones: Iterable[PhoneTiming], words: Iterable[WordSpoken]
) -> None:
    top = 1.05
    if audio is not None:
        times, low, high = envelope(audio)
        panel.fill_between(times, low, high, color=BLUE, alpha=0.75, linewidth=0)
    panel.set_yticks([])
    panel.spines["left"].set_visible(False)
    panel.set_ylabel("voice", color=INK, fontsize=9)
    for p in phones:
        panel.vlines(p.start, -1.05, 1.05, color=FAINT, linewidth=0.4)
        colour = RED if _bilabial(p) else INK
        weight = "bold" if p.stress == 1 else "normal"
        middle = (p.start + p.end) / 2
        panel.text(
            middle, 1.1, p.phone, ha="center", va="bottom", fontsize=8, color=colour, fontweight=weight
        )
        top = 1.35
    for w in words:
        top = 1.75
        at = w.pts / 1e6
        panel.text(at, 1.45, w.text.strip(), ha="left", va="bottom", fontsize=8.5, color=BLUE, clip_on=True)
    panel.set_ylim(-1.05, top)


def envelope(audio: AudioChunk) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Lowest and highest sample of each 2 ms, scaled to the loudest."""
    size = max(1, audio.format.rate // 500)
    count = max(1, len(audio) // size)
    loudest = max(1, int(np.abs(audio.samples.astype(np.int32)).max(initial=1)))
    cut = np.resize(audio.samples, count * size).reshape(count, size) / loudest
    return np.arange(count) * size / audio.format.rate, cut.min(axis=1), cut.max(axis=1)


def _curve(panel: "Axes", frames: FaceFrames, values: NDArray[Any], colour: str, label: str) -> None:
    panel.plot(frames.times(), values, color=colour, linewidth=1.3, label=label)


def _channel(frames: FaceFrames, *names: str) -> NDArray[Any]:
    """Mean of the named channels."""
    mean: NDArray[Any] = frames.weights[:, [INDEX[n] for n in names]].mean(axis=1)
    return mean


def _legend(panel: "Axes", label: str) -> None:
    panel.set_ylabel(label, color=INK, fontsize=9)
    panel.legend(
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        fontsize=8,
        frameon=False,
        labelcolor=INK,
        handlelength=1.4,
    )


def _draw_opening(panel: "Axes", frames: FaceFrames, phones: Iterable[PhoneTiming]) -> None:
    jaw = _channel(frames, "jawOpen")
    lips = aperture(frames.weights)
    panel.fill_between(frames.times(), 0, lips, color=TEAL, alpha=0.18, linewidth=0)
    _curve(panel, frames, jaw, INK, "jawOpen")
    _curve(panel, frames, lips, TEAL, "lips apart")
    top = max(0.2, float(jaw.max(initial=0)) * 1.35)
    panel.set_ylim(-0.02 * top, top)
    for p in phones:
        if _bilabial(p):
            shut = _narrowest(frames, lips, p) <= CLOSED
            mark, colour = ("v", TEAL) if shut else ("x", RED)
            panel.plot((p.start + p.release) / 2, top * 0.93, mark, color=colour, markersize=5)
    panel.plot([], [], "v", color=TEAL, markersize=5, linestyle="none", label="p b m shut")
    panel.plot([], [], "x", color=RED, markersize=5, linestyle="none", label="p b m not shut")
    _legend(panel, "opening")


def _narrowest(frames: FaceFrames, lips: NDArray[Any], p: PhoneTiming) -> float:
    """The smallest aperture from one frame before the closure to one after it."""
    times, margin = frames.times(), 1 / frames.fps
    inside = (times >= p.start - margin) & (times <= p.release + margin)
    return float(lips[inside].min(initial=1.0))


def _draw_lips(panel: "Axes", frames: FaceFrames) -> None:
    _curve(panel, frames, _channel(frames, "mouthPucker"), VIOLET, "mouthPucker")
    _curve(panel, frames, _channel(frames, "mouthFunnel"), ORANGE, "mouthFunnel")
    _curve(panel, frames, _channel(frames, "mouthStretchLeft", "mouthStretchRight"), BLUE, "mouthStretch")
    _curve(panel, frames, _channel(frames, "mouthSmileLeft", "mouthSmileRight"), TEAL, "mouthSmile")
    panel.set_ylim(-0.02, None)
    _legend(panel, "rounding, spread")


def _draw_head(panel: "Axes", frames: FaceFrames) -> None:
    for i, (name, colour) in enumerate((("yaw", BLUE), ("pitch", ORANGE), ("roll", VIOLET))):
        _curve(panel, frames, frames.head[:, i], colour, name)
    panel.axhline(0, color=FAINT, linewidth=0.6)
    _legend(panel, "head, degrees")


def _draw_upper_face(panel: "Axes", frames: FaceFrames) -> None:
    _curve(panel, frames, _channel(frames, "eyeBlinkLeft", "eyeBlinkRight"), INK, "eyeBlink")
    _curve(panel, frames, _channel(frames, "browInnerUp"), ORANGE, "browInnerUp")
    _curve(panel, frames, _channel(frames, "browOuterUpLeft", "browOuterUpRight"), TEAL, "browOuterUp")
    _curve(panel, frames, _channel(frames, "browDownLeft", "browDownRight"), VIOLET, "browDown")
    panel.set_ylim(-0.03, 1.05)
    _legend(panel, "eyes, brows")
