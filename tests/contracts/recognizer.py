"""What every recognizer promises."""

import asyncio
import re

import numpy as np
import pytest

from server.audio.chunk import Samples
from server.ports import WINDOW, Hints, Recognizer, Transcript
from server.speech.values import Utterance


def follow(transcript: Transcript, sound: Samples, step: int = WINDOW) -> None:
    for at in range(0, len(sound), step):
        transcript.follow(sound[at : at + step])


async def understand(
    recognizer: Recognizer, sound: Samples, hints: Hints | None = None, step: int = WINDOW
) -> Utterance:
    """What one transcript understands of the whole sound."""
    transcript = recognizer.begin(hints or Hints())
    try:
        follow(transcript, sound, step)
        return await transcript.understood()
    finally:
        transcript.close()


def words(text: str) -> list[str]:
    return re.findall(r"[\w']+", text.lower())


class RecognizerContract:
    """Subclass it with fixtures `recognizer`, and `speech` and `other`: two sounds and their words. A
    recognizer that understands them only with hints overrides `hints` too.
    """

    @pytest.fixture
    def hints(self) -> Hints:
        return Hints()

    async def test_speech_is_understood(
        self,
        recognizer: Recognizer,
        speech: tuple[Samples, str],
        other: tuple[Samples, str],
        hints: Hints,
    ) -> None:
        for sound, text in (speech, other):
            utterance = await understand(recognizer, sound, hints)
            assert words(utterance.text) == words(text)
            assert 0 <= utterance.confidence <= 1

    async def test_nothing_followed_is_nothing_understood(
        self, recognizer: Recognizer, hints: Hints
    ) -> None:
        transcript = recognizer.begin(hints)
        transcript.follow(np.zeros(0, np.int16))
        assert (await transcript.understood()).text == ""
        transcript.close()

    async def test_the_cutting_does_not_matter(
        self, recognizer: Recognizer, speech: tuple[Samples, str], hints: Hints
    ) -> None:
        sound, _ = speech
        cut = [await understand(recognizer, sound, hints, step) for step in (160, WINDOW, len(sound))]
        assert len({utterance.text for utterance in cut}) == 1

    async def test_it_may_be_asked_at_any_time_and_again(
        self, recognizer: Recognizer, speech: tuple[Samples, str], hints: Hints
    ) -> None:
        """And what was asked before changes nothing at the end."""
        sound, text = speech
        transcript = recognizer.begin(hints)
        half = len(sound) // 2
        follow(transcript, sound[:half])
        early = await transcript.understood()
        assert await transcript.understood() == early
        follow(transcript, sound[half:])
        assert words((await transcript.understood()).text) == words(text)
        transcript.close()

    async def test_two_who_speak_at_once_are_told_apart(
        self,
        recognizer: Recognizer,
        speech: tuple[Samples, str],
        other: tuple[Samples, str],
        hints: Hints,
    ) -> None:
        spoken = (speech, other)
        transcripts = [recognizer.begin(hints) for _ in spoken]
        for at in range(0, max(len(sound) for sound, _ in spoken), WINDOW):
            for transcript, (sound, _) in zip(transcripts, spoken, strict=True):
                transcript.follow(sound[at : at + WINDOW])
        heard = await asyncio.gather(*(transcript.understood() for transcript in transcripts))
        for utterance, (_, text) in zip(heard, spoken, strict=True):
            assert words(utterance.text) == words(text)
        for transcript in transcripts:
            transcript.close()

    async def test_cancelled_at_any_moment_it_stays_usable(
        self, recognizer: Recognizer, speech: tuple[Samples, str], hints: Hints
    ) -> None:
        """The transcript itself too: it may be asked again."""
        sound, text = speech
        for steps in range(6):
            transcript = recognizer.begin(hints)
            follow(transcript, sound)
            asking = asyncio.create_task(transcript.understood())
            for _ in range(steps):
                await asyncio.sleep(0)
            asking.cancel()
            await asyncio.wait([asking])
            if steps % 2:
                assert words((await transcript.understood()).text) == words(text)
            transcript.close()

    async def test_closed_at_any_time_it_gives_all_back(
        self, recognizer: Recognizer, speech: tuple[Samples, str], hints: Hints
    ) -> None:
        """More transcripts than anybody would hold at once come and go."""
        sound, text = speech
        for count in range(40):
            transcript = recognizer.begin(hints)
            follow(transcript, sound[: WINDOW * (count % 4)])
            transcript.close()
        assert words((await understand(recognizer, sound, hints)).text) == words(text)
