"""What the sheets show: poses, cameras, labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.articulation import Mouth
from blend_shapes.audio.sound_mouth import SoundMouth
from blend_shapes.face import FaceFrames
from blend_shapes.layers import LivingFace
from blend_shapes.life.loops import loop
from blend_shapes.life.moods import MOODS
from server.corpus.espeak import speak
from server.corpus.spoken import RATE
from tests.blend_shapes.speech import SENTENCE, life_of, mouth_of, spoken

Cell = dict[str, Any]
CLOSE: Final[Cell] = {"distance": 0.62, "at": [0.0, -0.02, 0.0]}
MOUTH: Final[Cell] = {"distance": 0.42, "at": [0.0, -0.045, 0.0]}
EYES: Final[Cell] = {"distance": 0.42, "at": [0.0, 0.005, 0.0]}
THREE_QUARTERS: Final = [-36.0, 3.0]

VISEMES: Final = "ɑ æ ɛ i ɪ ɔ o u w p f θ t s ʃ k ɹ l".split()
"""Phones with a shape of their own (FACE.md 2.7), each held."""
BREAKERS: Final[dict[str, dict[str, float]]] = {
    "smile + jawOpen": {"mouthSmile": 1.0, "jawOpen": 0.6},
    "smile + pucker": {"mouthSmile": 0.7, "mouthPucker": 0.8},
    "funnel + jawOpen": {"mouthFunnel": 1.0, "jawOpen": 0.6},
    "blink + squint + smile": {"eyeBlink": 1.0, "eyeSquint": 0.6, "mouthSmile": 1.0, "cheekSquint": 0.7},
    "open = close .25": {"jawOpen": 0.25, "mouthClose": 0.25},
    "open = close .5": {"jawOpen": 0.5, "mouthClose": 0.5},
    "open = close .75": {"jawOpen": 0.75, "mouthClose": 0.75},
    "open = close 1": {"jawOpen": 1.0, "mouthClose": 1.0},
    "left + smile": {"mouthLeft": 1.0, "mouthSmile": 0.8},
    "f": {"jawOpen": 0.07, "mouthUpperUp": 0.18, "mouthRollLower": 0.42, "mouthShrugUpper": 0.04},
    "tongue + jawOpen": {"tongueOut": 1.0, "jawOpen": 0.4},
    "laugh": {"mouthSmile": 0.9, "jawOpen": 0.45, "cheekSquint": 0.8, "eyeSquint": 0.5, "eyeBlink": 0.3},
}


@dataclass(frozen=True)
class Sheet:
    cells: Sequence[Cell]
    columns: int
    width: int = 240
    height: int = 270


def both_sides(weights: Mapping[str, float]) -> dict[str, float]:
    """Names without a side stand for both."""
    full = {}
    for name, value in weights.items():
        for channel in (name,) if name in INDEX else (name + "Left", name + "Right"):
            full[channel] = value
    return full


def _named(row: np.ndarray[Any, Any]) -> dict[str, float]:
    return {name: float(v) for name, v in zip(CHANNELS, row, strict=True) if v > 0.0}


def angles() -> Sheet:
    views = (
        ("front", [0, 0]),
        ("three quarters", [-36, 4]),
        ("other side", [36, 4]),
        ("profile", [90, 0]),
        ("back", [150, 8]),
    )
    return Sheet([{"from": way, "label": label} for label, way in views], 5, 300, 340)


def portrait() -> Sheet:
    """A look at a glance."""
    smile = both_sides({"mouthSmile": 0.35, "cheekSquint": 0.25, "eyeSquint": 0.1, "browInnerUp": 0.1})
    cells = [{"weights": smile, "from": way, "distance": 0.94} for way in ([0, 0], [-34, 3])]
    return Sheet(cells, 2, 300, 340)


def shapes() -> Sheet:
    cells = [{"weights": {name: 1.0}, "label": name, **CLOSE} for name in CHANNELS]
    return Sheet(cells, 9, 200, 220)


def moods() -> Sheet:
    """Each mood as the driver holds it, at an intensity for showing."""
    cells = []
    for name in MOODS:
        weights, turn = _held(name)
        cells.append({"weights": weights, "turn": turn, "label": name})
    return Sheet(cells, 6, 250, 285)


def _held(mood: str) -> tuple[dict[str, float], list[float]]:
    life = LivingFace(60, 7, mood, 0.9)
    frames = life.compose(Mouth(60).follow([], 6.0))
    blink = frames.weights[:, INDEX["eyeBlinkLeft"]]
    steady = np.arange(120, len(frames))
    best = int(steady[np.argmin(blink[steady])])
    return _named(frames.weights[best]), [float(a) for a in frames.head[best]]


def visemes() -> Sheet:
    cells = []
    for phone in VISEMES:
        frames = mouth_of(spoken(["_", "ə", f"ˈ{phone}", "ə", "_"], length=0.20))
        times = frames.times()
        at = int(np.argmin(np.abs(times - 0.87 if phone in "ptk" else times - 0.90)))
        cells.append({"weights": _named(frames.weights[at]), "label": phone, **MOUTH})
    return Sheet(cells, 9, 200, 170)


def sentence() -> Sheet:
    frames = life_of(spoken(SENTENCE), mood="happy", intensity=0.5, seed=3)
    last = spoken(SENTENCE)[-1].end
    cells = []
    for t in np.linspace(0.1, last - 0.05, 12):
        i = int(np.argmin(np.abs(frames.times() - t)))
        turn = [float(a) for a in frames.head[i]]
        cells.append(
            {"weights": _named(frames.weights[i]), "turn": turn, "label": f"{t:.2f} s", "from": [-14, 2]}
        )
    return Sheet(cells, 6, 250, 285)


def gaze() -> Sheet:
    cells = []
    for up in (1.0, 0.0, -1.0):
        for left in (-1.0, 0.0, 1.0):
            weights = {
                "eyeLookUp": max(up, 0.0) * 0.7,
                "eyeLookDown": max(-up, 0.0) * 0.7,
                "eyeLookOutLeft": max(left, 0.0) * 0.8,
                "eyeLookInRight": max(left, 0.0) * 0.8,
                "eyeLookInLeft": max(-left, 0.0) * 0.8,
                "eyeLookOutRight": max(-left, 0.0) * 0.8,
            }
            cells.append({"weights": both_sides(weights), **EYES})
    return Sheet(cells, 3, 320, 170)


def blink() -> Sheet:
    steps = [
        {"weights": both_sides({"eyeBlink": w}), "label": f"blink {w}", **EYES}
        for w in (0, 0.25, 0.5, 0.75, 1)
    ]
    side = [{**cell, "from": [-48, 8]} for cell in steps]
    return Sheet(steps + side, 5, 280, 160)


def life() -> Sheet:
    """Moments of the loops, and of a turn: away at first, an accent, a question, a pause."""
    cells = []
    for name, times in (("idle", (0.6, 4.5)), ("listening", (1.0, 4.5)), ("thinking", (1.0, 4.0))):
        frames = loop(name, 30)
        cells += [_moment(frames, at, f"{name} {at:g} s") for at in times]
    phones = spoken([*SENTENCE, "_", "_", "_", *SENTENCE])
    first, last = phones[len(SENTENCE)].start, phones[-1].end
    mouth, face = Mouth(60), LivingFace(60, 12, "neutral")
    face.look_away()
    face.ask(first)
    face.hear(phones, last)
    frames = FaceFrames.join(
        [face.compose(mouth.follow(phones, last)), face.settle(mouth.settle(last), last)]
    )
    spoken_part = slice(60, round(60 * first))
    nod = (60 + int(frames.head[spoken_part, 1].argmin())) / 60
    brow = frames.weights[:, INDEX["browInnerUp"]] - frames.weights[:, INDEX["eyeBlinkLeft"]]
    asked = round(60 * (first - 0.1))
    lift = (asked + int(brow[asked : asked + 60].argmax())) / 60
    lids = int(frames.weights[40:, INDEX["eyeBlinkLeft"]].argmax()) + 40
    moments = {
        "away": 0.5,
        "chin down": nod,
        "asks": lift,
        "lids close": (lids - 2) / 60,
        "shut": lids / 60,
    }
    cells += [_moment(frames, at, f"{name} {at:.2f} s") for name, at in moments.items()]
    cells.append(_moment(frames, last + 0.3, "after the turn"))
    return Sheet(cells, 6, 250, 285)


def heard() -> Sheet:
    """Phones of one spoken sentence: the mouth from the phones above, from the sound alone below."""
    said = speak("Papa may have five blue shoes from Bombay.", "en-us", "", 0.9, 1.0)
    told = mouth_of(said.phones)
    sound = SoundMouth(60, RATE)
    by_ear = FaceFrames.join([sound.follow(said.samples), sound.settle()])
    phones = [p for p in said.phones if p.phone][::3][:9]
    moments = [((p.start + p.release) / 2, p.phone) for p in phones]
    cells = [
        {**_moment(frames, at, f"{who}: {phone} {at:.2f} s"), **MOUTH}
        for who, frames in (("phones", told), ("sound", by_ear))
        for at, phone in moments
    ]
    return Sheet(cells, len(moments), 210, 200)


def _moment(frames: FaceFrames, at: float, label: str) -> Cell:
    i = min(round(at * frames.fps), len(frames) - 1)
    return {
        "weights": _named(frames.weights[i]),
        "turn": [float(a) for a in frames.head[i]],
        "label": label,
    }


def breakers() -> Sheet:
    front = [{"weights": both_sides(w), "label": name, **CLOSE} for name, w in BREAKERS.items()]
    turned = [{**cell, "from": THREE_QUARTERS} for cell in front]
    return Sheet(front + turned, 6, 240, 260)


SHEETS: Final = {
    "angles": angles,
    "portrait": portrait,
    "shapes": shapes,
    "moods": moods,
    "visemes": visemes,
    "sentence": sentence,
    "gaze": gaze,
    "blink": blink,
    "life": life,
    "heard": heard,
    "breakers": breakers,
}
