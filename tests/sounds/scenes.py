"""An avatar that talks and a microphone beside it, played through echo, detector and policy, window by window."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.ports import LISTENING_RATE, WINDOW, Detector
from server.speech.alignment import Alignment
from server.speech.bands import band_powers
from server.speech.barge_in import BargeIn, Decision
from server.speech.echo import Echo
from server.speech.sent_voice import TAIL_S, SentVoice
from tests.sounds import rooms
from tests.sounds.noises import Sound

REPLY_DB: Final = -20.0
"""Of the avatar's voice as it is sent."""
PERSON_DB: Final = -26.0
"""Of whoever is near the microphone."""
NOISE_DB: Final = -65.0
LEAD_S: Final = 0.5
"""How far ahead of the playhead the reply is sent."""


@dataclass(frozen=True, slots=True)
class EchoPath:
    """From the playhead to the microphone."""

    level_db: float
    """Power of the echo against what is played."""
    delay_ms: float
    decay_s: float = 0.4
    """Reverberation time."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A reply, and what the microphone hears meanwhile. The reply begins with the microphone's stream."""

    reply: Samples
    microphone: Samples
    onset_s: float = 0.0
    """When somebody, or something, becomes audible."""


def scene(
    seed: int, reply: Sound, path: EchoPath | None = None, near: Sound | None = None, at_s: float = 3.0
) -> Scene:
    """`near` sounds at `at_s`, in a room; without a `path` the avatar is heard in headphones."""
    rng = np.random.default_rng(seed)
    reply = rooms.levelled(reply, REPLY_DB)
    heard = np.zeros(len(reply) + LISTENING_RATE, np.float32)
    if path is not None:
        echo = rooms.echo(reply, rng, level_db=path.level_db, delay_ms=path.delay_ms, decay_s=path.decay_s)
        heard[: len(echo)] += echo[: len(heard)]
    if near is not None:
        sound = rooms.reverberant(rooms.levelled(near, PERSON_DB), rng, 0.3, -6.0)
        begin = round(at_s * LISTENING_RATE)
        heard = np.pad(heard, (0, max(0, begin + len(sound) + LISTENING_RATE - len(heard))))
        heard[begin : begin + len(sound)] += sound
    heard += rng.normal(0.0, 10 ** (NOISE_DB / 20), len(heard)).astype(np.float32)
    return Scene(_pcm(reply), _pcm(heard), at_s)


def decisions(
    scene: Scene, detector: Detector, jitter_s: float = 0.0, echo: Echo | None = None
) -> Iterator[tuple[float, Decision]]:
    """What the policy decides, each with the microphone's time in seconds; nothing is done about it.

    The server learns where the playhead is up to `jitter_s` late.
    """
    rng = np.random.default_rng(len(scene.microphone))
    activity, policy, alignment, echo = detector.begin(), BargeIn(), Alignment(), echo or Echo()
    sent, at, ended = SentVoice(LISTENING_RATE), 0, False
    length_s = len(scene.reply) / LISTENING_RATE
    for end in range(WINDOW, len(scene.microphone) + 1, WINDOW):
        time = end / LISTENING_RATE
        until = min(len(scene.reply), end + round(LEAD_S * LISTENING_RATE))
        if at < until:
            sent.add(AudioChunk(scene.reply[at:until], AudioFormat(LISTENING_RATE), at))
        elif not ended:
            sent.end()
            ended = True
        at = until
        alignment.follow(time, time + rng.uniform(0, jitter_s))
        plays = alignment.playhead(time) < length_s + TAIL_S
        clean = echo.remove(
            scene.microphone[end - WINDOW : end], sent.before(alignment.playhead(time)) if plays else None
        )
        decision = policy.hear(activity.probability(clean), band_powers(clean))
        if decision is not Decision.IGNORE:
            yield time, decision


def _pcm(sound: Sound) -> Samples:
    return np.asarray(np.rint(np.clip(sound, -1, 1) * 32767), np.int16)
