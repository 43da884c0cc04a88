"""A living face: the mouth's frames with all layers of life over them, in order, with the closures kept
last.

Order: mouth; pulses (blinks, gaze, beats, brows, breaths, gestures); slow drift and quiet breathing;
mood; then asymmetry, gaze to eyes and lids; last what must hold: sealed lips stay sealed, mouthClose
never exceeds jawOpen, every weight in [0, 1].
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from blend_shapes.arkit import HEAD_ANGLES
from blend_shapes.articulation import shapes
from blend_shapes.articulation.mouth import LOOK_AHEAD_S, checked
from blend_shapes.articulation.score import Constraints, Splitter
from blend_shapes.articulation.windows import (
    Array,
    between,
    smoothstep,
    strongest,
    union,
)
from blend_shapes.face import FaceFrames
from blend_shapes.life import blink
from blend_shapes.life.blink import Blinks
from blend_shapes.life.drift import drift
from blend_shapes.life.ear import Ear
from blend_shapes.life.feelings import Feelings
from blend_shapes.life.finish import finished
from blend_shapes.life.gaze import LARGE_SHIFT_DEG, TALKING, Gaze, shift_deg
from blend_shapes.life.gestures import gesture
from blend_shapes.life.head import HeadRoom
from blend_shapes.life.moods import SPEAKING_SHARE
from blend_shapes.life.phrasing import ClauseEnd, Mark, Onset
from blend_shapes.life.prosody import BREATH_PERIOD_S, Prosody, breath
from blend_shapes.life.pulses import GAZE_AT, HEAD_AT, Pulse, Pulses, by_time
from blend_shapes.phonemes.targets import Seal
from blend_shapes.phonemes.timing import PhoneTiming

WAKE_S: Final = 0.35
"""A turn begins at rest and comes alive within this time."""
SLEEP_S: Final = 0.60
"""After its speech a turn goes back to rest within this time."""
ASKING_S: Final = 0.40
"""After a question it waits so long before."""
_BLOCK: Final = 96
"""Frames composed at once: long runs are cut, so that each meets only the pulses around it."""
_LOOK_BACK_S: Final = 0.06


class LivingFace:
    """One turn of one face. Synchronous; the frames do not depend on how the calls were cut.

    Call `hear`, `feel` and `gesture` for what happens before LOOK_AHEAD_S after the last frame composed;
    then the frames are a function of media time, seed and events. What comes later than that only moves
    later frames.
    """

    def __init__(
        self,
        fps: int,
        seed: int,
        mood: str = "neutral",
        intensity: float = 0.4,
        *,
        ahead_s: float = 0.0,
        hears_questions: bool = True,
    ) -> None:
        """For those who `listen`: `ahead_s` is how far sound is heard beyond the last frame, at least: the
        face driver's look-ahead. With `hears_questions` a clause whose pitch rises at its end asks; not
        where the text is known (`ask`), nor where pitch makes the words, as in Chinese.

        Raises ValueError for an unknown mood, naming those there are, or an intensity outside [0, 1].
        """
        self._fps = fps
        self._seed = seed
        self._feelings = Feelings(mood, intensity)
        self._constraints = Constraints()
        self._splitter = Splitter()
        self._ear = Ear(ahead_s, hears_questions=hears_questions)
        self._ahead = ahead_s
        self._prosody = Prosody(seed, ahead_s)
        self._gaze = Gaze(seed, TALKING)
        self._blinks = Blinks(seed, lambda at: self._feelings.at(at).blink_s)
        self._breaths = 0
        self._coming: list[Pulse] = []
        """Not begun; others may still begin before them."""
        self._pulses = Pulses()
        self._head_room = HeadRoom()
        self._next_time = 0.0
        self._knows_phones = False
        self._rests_from = math.inf
        """Known when the turn settles."""

    def hear(self, phones: Sequence[PhoneTiming] | None, known_until: float) -> None:
        """Take the phones that `Mouth.follow` takes, with the same `known_until`.

        None is sound whose phones nobody knows: for those who do not `listen` all of it counts as speech.
        """
        ordered = None if phones is None else checked(phones)
        self._knows_phones = self._knows_phones or any(p.phone for p in ordered or ())
        self._ear.hear(ordered, known_until)
        for part in self._splitter.split(ordered or ()):
            self._ear.speak(part.start, part.end)
            self._constraints.add(part)

    def listen(self, samples: NDArray[np.int16], rate: int) -> None:
        """Take the next samples of the sound, mono, from time 0 on without a gap; then `hear` what is known
        of them.

        Pitch and loudness move head, brows and blinks. Without phones they do so alone: a microphone may
        `listen` and never `hear`, for hours. Frames are composed up to `ahead_s` before the end of the
        sound, not further. Raises ValueError for a rate outside 8000 to 48000, or another than before.
        """
        self._ear.listen(samples, rate)

    def feel(self, at: float, mood: str, intensity: float) -> None:
        """Change the mood from `at` (seconds) on, fading over. Raises ValueError as __init__ does."""
        self._feelings.change(max(at, self._next_time), mood, intensity)

    def gesture(self, at: float, name: str) -> bool:
        """Make a gesture that begins at `at`. False for one that is not a face's to make."""
        pulses = gesture(name, max(at, self._next_time))
        self._coming += [pulse.from_then(self._next_time) for pulse in pulses]
        return bool(pulses)

    def ask(self, at: float) -> None:
        """What was said up to `at` (seconds) was a question."""
        if not self._ear.ask(at):
            self.gesture(at, "question")

    def look_away(self) -> None:
        """A long turn begins: its speaker looks away to think first. Call it before the first frames."""
        self._gaze.leave(0.0)

    def compose(self, mouth: FaceFrames) -> FaceFrames:
        """All layers over the next frames of the mouth."""
        return self._compose(mouth, None)

    def settle(self, mouth: FaceFrames, end: float) -> FaceFrames:
        """The tail of a turn whose speech ends at `end`: life fades, the last frame is the neutral rest.

        That rest has no mood either, so that a turn can be followed by any loop or any other turn. Who has
        asked waits a moment with raised brows.
        """
        self._ear.finish()
        for mark in self._ear.due(end):
            self._answer(mark)
        self._rests_from = end + (ASKING_S if self._ear.asked(end) else 0.0)
        self._pulses.stop(self._rests_from)
        stop = max(mouth.end, math.ceil((self._rests_from + SLEEP_S) * self._fps) + 1)
        missing = stop - mouth.end
        rest = FaceFrames(
            mouth.end,
            self._fps,
            np.tile(shapes.REST_FACE, (missing, 1)),
            np.zeros((missing, len(HEAD_ANGLES)), np.float32),
        )
        return self._compose(FaceFrames.join([mouth, rest]), end)

    def _answer(self, mark: Mark) -> None:
        self._coming += self._prosody.answer(mark, frowning=self._feelings.at(mark.at - 0.05).frowning)
        known = mark.known - self._ahead
        if isinstance(mark, ClauseEnd):
            self._blinks.occasion(max(mark.at + 0.05, known), blink.AT_CLAUSE_END)
        elif isinstance(mark, Onset) and mark.first:
            self._blinks.occasion(max(mark.at, known), blink.AT_ONSET)

    def _compose(self, mouth: FaceFrames, end: float | None) -> FaceFrames:
        if 0 < len(mouth) <= _BLOCK:
            return self._block(mouth, end)
        blocks = []
        rest = mouth
        while len(rest):
            block, rest = rest.split(rest.first + _BLOCK)
            blocks.append(self._block(block, end))
        return FaceFrames.join(blocks) if blocks else mouth

    def _block(self, mouth: FaceFrames, end: float | None) -> FaceFrames:
        times = mouth.times()
        first, last = float(times[0]), float(times[-1])
        self._make_pulses(last)
        seals = self._constraints.seals
        held = between(seals[Seal.BILABIAL] + seals[Seal.LABIODENTAL], first, last)
        felt = self._feelings.face(times) if self._feelings.show else None
        talk = [] if felt is None else between(self._ear.talk(), first, last)
        life, (spoken, closed) = self._pulses.total(times, talk, held)
        slow = drift(self._seed, times)
        mood = None if felt is None else _mood(*felt, spoken)
        if first < WAKE_S:  # pulses wake up by themselves
            awake = smoothstep(times / WAKE_S)[:, None]
            mood = None if mood is None else mood * awake
            slow *= awake
        if mood is not None:
            life += mood
        if end is not None:
            asleep = smoothstep((times - self._rests_from) / SLEEP_S)[:, None]
            life *= 1.0 - asleep
            slow *= 1.0 - asleep
            # The eyes come back to the listener at once.
            life[:, GAZE_AT] *= 1.0 - smoothstep((times - end) / _LOOK_BACK_S)[:, None]
        shut = strongest(closed) if self._knows_phones else shapes.shut(mouth.weights)
        weights = finished(mouth.weights, life, slow, shut)
        self._next_time = last
        self._forget(last)
        return FaceFrames(mouth.first, mouth.fps, weights, life[:, HEAD_AT].copy())

    def _make_pulses(self, until: float) -> None:
        """What happens up to the last frame; all that it depends on is known by then."""
        horizon = until + 1e-9
        for mark in self._ear.due(until):
            self._answer(mark)
        for now, following in self._gaze.until(horizon):
            self._coming += self._gaze.pulses(now, following)
            if shift_deg(now, following) > LARGE_SHIFT_DEG:
                self._blinks.occasion(following.start, blink.AT_LARGE_SHIFT)
        while self._breaths * BREATH_PERIOD_S < until:
            self._coming.append(breath(self._breaths))
            self._breaths += 1
        self._coming += self._blinks.pulses(horizon)
        self._coming.sort(key=by_time)
        while self._coming and self._coming[0].start < horizon:
            self._pulses.add(self._head_room.admitted(self._coming.pop(0)))

    def _forget(self, before: float) -> None:
        self._pulses.forget(before)
        self._ear.forget(before)
        self._head_room.forget(before)
        self._constraints.forget(before)
        self._feelings.forget(before)


def _mood(upper: Array, mouth: Array, spoken: Array) -> Array:
    """The mood alone, shape (times, 58) or (58,). Its mouth steps back for speech, whose windows are
    `spoken`."""
    if not mouth.any():
        return upper
    return upper + mouth * (1.0 - (1.0 - SPEAKING_SHARE) * union(spoken))[:, None]


__all__ = ["LOOK_AHEAD_S", "SLEEP_S", "WAKE_S", "LivingFace"]
