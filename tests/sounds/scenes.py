"""An avatar that talks and a microphone beside it, and what the server makes of what that hears."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from server.audio.chunk import AudioChunk, AudioFormat, Samples
from server.ports import LISTENING_RATE, WINDOW, Detector
from server.speech.barge_in import Decision
from server.speech.sent_voice import SentVoice
from server.turn.events import VoiceDucked
from server.turn.interruption import Interruption, Playing
from tests.sounds import rooms
from tests.sounds.noises import Sound

REPLY_DB: Final = -20.0
"""Of the avatar's voice as it is sent."""
PERSON_DB: Final = -26.0
"""Of whoever is near the microphone."""
NOISE_DB: Final = -65.0
LEAD_S: Final = 0.5
"""How far ahead of the playhead the reply is sent."""
OBEYS_S: Final = 0.1
"""From a decision to the loudness that it asks for: the way to the client, a block and the fade."""


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
    near: Sound
    """What does not come from the loudspeaker, as long as `echo`."""
    echo: Sound
    delay_s: float
    """Of the echo."""
    onset_s: float
    """When somebody, or something, becomes audible."""


def scene(
    seed: int, reply: Sound, path: EchoPath | None = None, near: Sound | None = None, at_s: float = 3.0
) -> Scene:
    """`near` sounds at `at_s`, in a room; without a `path` the avatar is heard in headphones."""
    rng = np.random.default_rng(seed)
    reply = rooms.levelled(reply, REPLY_DB)
    begin = round(at_s * LISTENING_RATE)
    sound = np.zeros(0, np.float32)
    if near is not None:
        sound = rooms.reverberant(rooms.levelled(near, PERSON_DB), rng, 0.3, -6.0)
    size = max(len(reply), begin + len(sound)) + LISTENING_RATE
    echo = np.zeros(size, np.float32)
    if path is not None:
        back = rooms.echo(reply, rng, level_db=path.level_db, delay_ms=path.delay_ms, decay_s=path.decay_s)
        echo[: len(back)] = back[:size]
    heard = rng.normal(0.0, 10 ** (NOISE_DB / 20), size).astype(np.float32)
    heard[begin : begin + len(sound)] += sound
    return Scene(_pcm(reply), heard, echo, 0.0 if path is None else path.delay_ms / 1000, at_s)


def decisions(scene: Scene, detector: Detector, jitter_s: float = 0.0) -> Iterator[tuple[float, Decision]]:
    """What is decided, each with the microphone's time in seconds. A duck is obeyed, an interruption not.

    The server learns where the playhead is up to `jitter_s` late.
    """
    rng = np.random.default_rng(len(scene.near))
    told: list[VoiceDucked] = []
    interruption, activity = Interruption(told.append), detector.begin()
    voice, sent = SentVoice(LISTENING_RATE), 0
    loudness = np.ones(len(scene.echo) + LISTENING_RATE, np.float32)
    for end in range(WINDOW, len(scene.near) + 1, WINDOW):
        time = end / LISTENING_RATE
        sent = _send(scene.reply, voice, sent, end)
        playing = Playing(1, time + rng.uniform(0, jitter_s), voice) if end < len(scene.reply) else None
        interruption.follow(time, playing)
        part = slice(end - WINDOW, end)
        window = interruption.clean(_pcm(scene.near[part] + loudness[part] * scene.echo[part]), time)
        ago = interruption.hear(window, activity.probability(window), playing)
        for duck in told:
            yield time, Decision.DUCK if duck.level < 1 else Decision.RESUME
            loudness[end + round((OBEYS_S + scene.delay_s) * LISTENING_RATE) :] = duck.level
        told.clear()
        if ago:
            yield time, Decision.INTERRUPT


def _send(reply: Samples, voice: SentVoice, sent: int, playhead: int) -> int:
    """Send what is due; how much has been sent then."""
    until = min(len(reply), playhead + round(LEAD_S * LISTENING_RATE))
    if sent < until:
        voice.add(AudioChunk(reply[sent:until], AudioFormat(LISTENING_RATE), sent))
        if until == len(reply):
            voice.end()
    return until


def _pcm(sound: Sound) -> Samples:
    return np.asarray(np.rint(np.clip(sound, -1, 1) * 32767), np.int16)
