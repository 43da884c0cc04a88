"""One connection's microphone: what its messages may hold, and the sound in them."""

from protocol import messages as m
from protocol import opus_packets
from protocol.codes import BadMessage
from server.audio import opus
from server.audio.chunk import BYTES_PER_SAMPLE, AudioChunk, AudioFormat
from server.errors import PeerError
from server.net import translate


class Microphone:
    """In the codec of `hello.mic`, at most `longest_ms` in a message. Opus is always decoded to 48 kHz."""

    def __init__(self, declared: m.AudioFormatInfo, longest_ms: int) -> None:
        self._opus = opus.OpusDecoder() if declared.codec == "opus" else None
        self.format = AudioFormat(declared.rate) if self._opus is None else opus.FORMAT
        self.info = m.AudioFormatInfo(declared.codec, self.format.rate)
        """As `welcome` says it."""
        self._longest_ms = longest_ms

    def sound(self, message: m.Microphone) -> AudioChunk:
        """What was heard, at its place.

        Raises PeerError for too much at once and a time out of reach, BadMessage for what is no sound. The
        next message is heard as if this one had not come.
        """
        if self._opus is None:
            self._check(len(message.audio) // BYTES_PER_SAMPLE)
            return translate.sound(message, self.format)
        position = translate.position(message.pts, self.format)
        packets = opus_packets.unpack(message.audio)
        self._check(sum(map(opus_packets.duration, packets)))
        try:
            return AudioChunk(self._opus.decode(packets), self.format, position)
        except ValueError as error:
            raise BadMessage("bad_message", str(error)) from error

    def _check(self, samples: int) -> None:
        if samples * 1000 > self._longest_ms * self.format.rate:
            raise PeerError(f"send at most {self._longest_ms} ms of audio in a message", "too_large")
