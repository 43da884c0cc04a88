"""Turns whose face listens to the voice."""

import asyncio
from collections.abc import Sequence

import numpy as np

from blend_shapes.arkit import INDEX
from blend_shapes.face import FaceFrames
from server.engines.faces.loudness import LoudnessDriver
from server.turn.turn import LONG_BYTES
from tests.fakes.brain import ScriptedBrain
from tests.fakes.ears import check_media
from tests.fakes.phoneless_voice import CHARACTER_S, PhonelessVoice
from tests.fakes.stage import Stage
from tests.virtual_time import run_virtual

TEXT = "All of this is said without a word of phones."
ACCENTS = (0.6, 1.4, 2.0)
END = len(TEXT) * CHARACTER_S


def said(text: str, accents: Sequence[float] = (), repeats: int = 1) -> list[FaceFrames]:
    """The faces of turns with this text, one seed after the other."""

    async def main() -> list[FaceFrames]:
        voice, face = PhonelessVoice(accents), LoudnessDriver()
        async with Stage(ScriptedBrain(), voice, face=face) as (session, ears):
            for _ in range(repeats):
                session.say(text)
            await asyncio.sleep(repeats * (0.06 * len(text) + 3.0))
            for turn in range(1, repeats + 1):
                check_media(ears, turn)
            return [
                FaceFrames.join(s.frames for s in ears.segments(turn)) for turn in range(1, repeats + 1)
            ]

    return run_virtual(main())


def test_a_voice_without_phones_moves_head_and_brows_where_its_pitch_is_high() -> None:
    down, raised = [], []
    for accented, level in zip(said(TEXT, ACCENTS, 6), said(TEXT, (), 6), strict=True):
        n = min(len(accented), len(level))
        pitch = accented.head[:n, 1] - level.head[:n, 1]
        brow = accented.weights[:n, INDEX["browInnerUp"]] - level.weights[:n, INDEX["browInnerUp"]]
        for at in ACCENTS:
            window = slice(round(60 * at), round(60 * (at + 0.5)))
            down.append(pitch[window][0] - pitch[window].min() > 1.0)
            raised.append(brow[window].max() > 0.15)
    assert np.mean(down) > 0.6
    assert 0.15 < np.mean(raised) < 0.8


def test_a_question_mark_asks() -> None:
    for text, asks in ((TEXT, False), (TEXT[:-1] + "?", True), (TEXT[:-1] + "？", True)):
        for face in said(text, (), 3):
            lifted = face.weights[round(60 * (END - 0.2)) :, INDEX["browInnerUp"]].max()
            assert (lifted > 0.2) == asks, text


def test_a_long_turn_begins_with_a_look_away() -> None:
    def away(face: FaceFrames) -> bool:
        eyes = [i for name, i in INDEX.items() if name.startswith("eyeLook")]
        return bool(face.weights[6:40, eyes].max() > 0.15)

    long_one = "x" * (LONG_BYTES - 1) + "."
    assert all(away(face) for face in said(long_one, (), 8))
    assert np.mean([away(face) for face in said(long_one[1:], (), 8)]) < 0.7
