"""A voice that knows no phones."""

from server.ports import VoiceTraits
from tests.fakes.voice import FORMAT, SlowVoice


class MuteVoice(SlowVoice):
    def __init__(self) -> None:
        super().__init__()
        self.traits = VoiceTraits(FORMAT.rate, phones=False)
