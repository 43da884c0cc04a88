"""Conversation by voice on a virtual clock: when the user's turn ends, what is answered, what is not."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from server.engines.detectors.loudness import LoudnessDetector
from server.errors import EngineError
from server.history import Exchange
from server.ports import LISTENING_RATE, WINDOW, RecognizerTraits
from server.speech.barge_in import INTERRUPT_AFTER
from server.speech.character import Answer, Character
from server.speech.echo import DELAY_SAMPLES
from server.speech.endpointing import EndOfSpeech
from server.speech.values import Utterance
from server.turn.conductor import ATTENTION_S
from server.turn.ear import PENDING, STALLED_S, Listening
from server.turn.events import (
    SegmentReady,
    StageTimes,
    StateChanged,
    TurnBegan,
    TurnEnded,
    TurnEvent,
    TurnFailed,
    TurnFlushed,
    UtteranceHeard,
)
from server.turn.microphone import QUEUE_S
from server.turn.session import Session
from tests.fakes.brain import ScriptedBrain
from tests.fakes.ears import Ears, check_media
from tests.fakes.recognizer import ScriptedRecognizer
from tests.fakes.stage import Stage
from tests.fakes.user import LOUD, User
from tests.fakes.voice import SlowVoice
from tests.virtual_time import VirtualLoop, run_virtual

ENDS = EndOfSpeech(finished_s=0.28, unclear_s=0.55, unfinished_s=1.1, longest_s=5.0)
NEARLY = 0.06
"""Seconds: two windows, in which a pause is counted and which sound arrives in."""
ECHO_S = DELAY_SAMPLES / LISTENING_RATE
"""By so much everything is heard later, so that an echo can be taken out."""


class Conversation:
    """A user, an avatar, and all that the avatar's client was told, by clock time."""

    def __init__(
        self,
        *scripts: object,
        brain: ScriptedBrain | None = None,
        latency_s: float = 0.02,
        listening: Listening | None = None,
        character: Character | None = None,
        partials: bool = False,
        rate: int = 16_000,
    ) -> None:
        self.brain = brain or ScriptedBrain("Well, that is so.")
        self.voice = SlowVoice()
        traits = RecognizerTraits(("en",), partials)
        self.recognizer = ScriptedRecognizer(*scripts, latency_s=latency_s, traits=traits)  # type: ignore[arg-type]
        self.stage = Stage(
            self.brain,
            self.voice,
            recognizer=self.recognizer,
            listening=listening or Listening(ENDS),
            character=character,
        )
        self._rate = rate
        self.marks: dict[str, float] = {}

    async def __aenter__(self) -> "Conversation":
        self.session, self.ears = await self.stage.__aenter__()
        self.user = User(self.session, self._rate)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stage.__aexit__(*error)
        assert self.recognizer.open == self.brain.streams.open == self.voice.streams.open == 0

    async def says(self, seconds: float = 0.8, pause: float = 0.0) -> None:
        """Speaks, and notes when the speech ends."""
        await self.user.speak(seconds)
        self.marks["end"] = asyncio.get_running_loop().time()
        await self.user.pause(pause)

    def since(self, kind: type[TurnEvent], nth: int = -1) -> float:
        """Seconds from the last end of speech to the last event of this kind, or the `nth`."""
        return [t for t, e in self.ears.log if isinstance(e, kind)][nth] - self.marks["end"]

    def all(self, kind: type) -> list:  # type: ignore[type-arg]
        return [e for e in self.ears.events if isinstance(e, kind)]

    @property
    def heard(self) -> list[str]:
        """What was finally understood."""
        return [e.text for e in self.all(UtteranceHeard) if e.final]

    @property
    def states(self) -> list[str]:
        return [e.state for e in self.all(StateChanged)]

    @property
    def asked(self) -> list[str]:
        return [exchange.user for exchange in self.session.history.exchanges]


def scene(
    act: Callable[[Conversation], Coroutine[None, None, None]], conversation: Conversation
) -> Conversation:
    async def main() -> None:
        async with conversation:
            await act(conversation)

    run_virtual(main())
    return conversation


# --- the end of a turn -----------------------------------------------------------------------------------


def test_a_question_is_answered() -> None:
    async def act(c: Conversation) -> None:
        await c.user.pause(1.0)
        await c.says(pause=6.0)
        assert c.since(TurnBegan) == pytest.approx(0.28, abs=NEARLY)
        assert c.since(SegmentReady, 0) == pytest.approx(0.28, abs=NEARLY)

    c = scene(act, Conversation("what is that?"))
    assert c.heard == ["what is that?"]
    assert c.states == ["idle", "listening", "thinking", "speaking", "idle"]
    assert [(e.origin, e.turn) for e in c.all(TurnBegan)] == [("speech", 1)]
    assert c.session.history.exchanges == (Exchange("what is that?", "Well, that is so."),)
    check_media(c.ears, 1)


@pytest.mark.parametrize(
    ("text", "pause_s"),
    [("what is that?", 0.28), ("ein Tisch und ein Stuhl", 0.55), ("", 0.55), ("I went to the", 1.1)],
)
def test_the_pause_that_ends_it_depends_on_what_was_said(text: str, pause_s: float) -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=2.0)
        heard = [t for t, e in c.ears.log if isinstance(e, UtteranceHeard) and e.final]
        assert heard[0] - c.marks["end"] == pytest.approx(pause_s + ECHO_S, abs=NEARLY)

    language = "de" if "Tisch" in text else "en"
    scene(act, Conversation(Utterance(text, language)))


def test_a_known_question_is_not_waited_for() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=2.0)
        assert c.since(TurnBegan) == pytest.approx(0.28, abs=NEARLY)

    knows = Character("test", knowledge=(Answer(("Who do you work with?",), ("Nobody.",)),))
    c = scene(act, Conversation("who do you work with", character=knows))
    hints = c.recognizer.transcripts[0].hints
    assert hints.phrases == ("test", "Who do you work with?")


def test_who_goes_on_after_a_pause_is_not_interrupted() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=0.8)
        await c.says(pause=6.0)

    c = scene(act, Conversation([(0.0, "I went to the"), (1.5, "I went to the shop.")]))
    assert c.heard == ["I went to the shop."]
    assert c.asked == ["I went to the shop."]
    assert len(c.recognizer.transcripts) == 1


def test_the_times_count_from_the_true_end_of_speech() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=6.0)

    c = scene(act, Conversation("what is that?", brain=ScriptedBrain(0.4, "It is.")))
    (times,) = (e.stages for e in c.all(StageTimes))
    ms = {stage: times[stage] / 1000 for stage in times}
    assert ms["recognised"] == pytest.approx(0.128 + 0.02, abs=NEARLY)
    assert ms["endpoint"] == pytest.approx(0.28, abs=NEARLY)
    assert ms["thinking"] == pytest.approx(ms["recognised"] + 0.4, abs=0.002)
    assert ms["recognised"] < ms["endpoint"] < ms["thinking"] < ms["voice"] <= ms["segment"]


@pytest.mark.parametrize("rate", [8000, 16_000, 44_100, 48_000])
def test_every_rate_is_heard_whole(rate: int) -> None:
    async def act(c: Conversation) -> None:
        await c.user.pause(1.0)
        await c.says(1.0, pause=1.0)
        (transcript,) = c.recognizer.transcripts
        # preroll, speech, and the pause until it was asked
        assert 0.3 + 1.0 <= transcript.seconds <= 0.36 + 1.0 + 0.36

    scene(act, Conversation("what is that?", rate=rate))


def test_partial_results_are_shown_as_they_come() -> None:
    async def act(c: Conversation) -> None:
        await c.says(3.0, pause=1.0)

    script = [(0.0, ""), (1.0, "what"), (2.0, "what is that")]
    c = scene(act, Conversation(script, partials=True))
    assert [(e.text, e.final) for e in c.all(UtteranceHeard)] == [
        ("what", False),
        ("what is that", False),
        ("what is that", True),
    ]
    assert c.recognizer.transcripts[0].asked == 1, "which cost no question"


# --- what is not answered -------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "Thank you for watching!", "[music]", "a" * 400])
def test_what_is_no_speech_is_not_answered(text: str) -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=ATTENTION_S + 2)

    c = scene(act, Conversation(text))
    assert c.heard == [""]
    assert c.states == ["idle", "listening", "idle"]
    assert c.asked == []
    assert c.brain.streams.opened == 0


def test_the_avatar_thinks_while_it_finds_out_that_nothing_was_said() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=ATTENTION_S + 3)

    c = scene(act, Conversation("", latency_s=0.8))
    assert c.states == ["idle", "listening", "thinking", "listening", "idle"]


def test_a_click_is_nothing() -> None:
    async def act(c: Conversation) -> None:
        await c.user.pause(0.5)
        await c.user.speak(0.02)  # within one window
        await c.user.pause(1.0)

    c = scene(act, Conversation("what?"))
    assert c.states == ["idle"]
    assert c.recognizer.transcripts == []


@pytest.mark.parametrize("error", [EngineError("no more memory"), ZeroDivisionError("bug")])
def test_a_recognizer_that_fails_is_told_at_the_end_and_the_next_one_works(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(ScriptedRecognizer):
        def begin(self, hints):  # type: ignore[no-untyped-def]
            transcript = super().begin(hints)
            if len(self.transcripts) == 1:

                async def fail() -> Utterance:
                    transcript.asked += 1
                    raise error

                transcript.understood = fail  # type: ignore[method-assign]
            return transcript

    async def act(c: Conversation) -> None:
        await c.says(pause=1.5)
        await c.says(pause=6.0)

    c = Conversation()
    c.recognizer = c.stage._recognizer = Failing("", "what is that?")
    scene(act, c)
    (failed,) = c.all(TurnFailed)
    assert (failed.code, failed.turn) == ("engine_failed", None)
    assert c.recognizer.transcripts[0].asked == 2, "once in the pause, once at the end"
    assert c.heard == ["", "what is that?"]


def test_a_recognizer_that_is_never_done_is_not_waited_for_for_ever() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=30)
        assert c.session.state == "idle"

    c = scene(act, Conversation("what is that?", latency_s=3600))
    assert "understood nothing in 10 s" in c.all(TurnFailed)[0].message


def test_speech_faster_than_the_recognizer_is_bounded() -> None:
    async def act(c: Conversation) -> None:
        for _ in range(PENDING + 3):
            await c.says(0.3, pause=0.7)
        assert len(c.recognizer.transcripts) - c.recognizer.open >= 2
        await c.user.pause(60)

    c = scene(act, Conversation(latency_s=8))
    assert "busy" in [e.code for e in c.all(TurnFailed)]


# --- the microphone -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["closed", "muted"])
def test_push_to_talk_ends_at_once(state: str) -> None:
    async def act(c: Conversation) -> None:
        await c.says()
        c.session.microphone(state)  # type: ignore[arg-type]
        await c.user.speak(2.0)
        assert c.since(TurnBegan) == pytest.approx(0.02, abs=0.025)
        assert len(c.recognizer.transcripts) == 1, "nothing is heard until it is opened"
        c.session.microphone("open")
        await c.says(pause=2.0)

    c = scene(act, Conversation("I went to the", "what is that?"))
    assert c.heard == ["I went to the", "what is that?"]


def test_a_microphone_that_is_closed_after_the_pause_uses_what_is_known() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=0.5)
        c.session.microphone("closed")
        await asyncio.sleep(1)
        assert c.recognizer.transcripts[0].asked == 1

    assert scene(act, Conversation("I went to the")).heard == ["I went to the"]


def test_an_utterance_has_an_end() -> None:
    async def act(c: Conversation) -> None:
        await c.user.pause(1.0)
        await c.says(2 * ENDS.longest_s, pause=2.0)
        one, two, *_ = c.recognizer.transcripts
        heard = one.seconds + two.seconds
        assert one.seconds == pytest.approx(ENDS.longest_s, abs=0.04)
        assert heard >= 2 * ENDS.longest_s - 0.1, "nothing is lost between them"

    scene(act, Conversation("one two three.", "and four and five."))


def test_a_microphone_that_falls_silent_ends_what_was_said() -> None:
    async def act(c: Conversation) -> None:
        await c.says()
        await asyncio.sleep(STALLED_S + 0.1)
        assert c.since(TurnBegan) == pytest.approx(STALLED_S, abs=0.1)
        await c.user.pause(10)

    assert scene(act, Conversation("and then")).heard == ["and then"]


@pytest.mark.parametrize(("lost_s", "utterances"), [(0.1, 1), (0.5, 1), (0.6, 2), (1.1, 2)])
def test_lost_sound_is_silence(lost_s: float, utterances: int) -> None:
    async def act(c: Conversation) -> None:
        await c.says()
        c.user.leap(lost_s)
        await c.says(pause=3.0)
        assert len(c.recognizer.transcripts) == utterances

    scene(act, Conversation("I went to the", "the shop"))


def test_what_was_heard_already_is_not_heard_again() -> None:
    async def act(c: Conversation) -> None:
        await c.says()
        for _ in range(20):
            c.user.position -= 320
            c.user.send(320, LOUD)
        await c.user.pause(1.0)
        assert c.recognizer.transcripts[0].seconds < 0.8 + 0.4

    scene(act, Conversation("what is that?"))


def test_sound_twice_as_fast_is_bounded_and_told_once() -> None:
    async def act(c: Conversation) -> None:
        for _ in range(1000):
            c.user.send(640, 0)
            await asyncio.sleep(0.02)
            assert len(c.session._hearer._queue) <= QUEUE_S / 0.04 + 1  # type: ignore[union-attr]
        await c.says(pause=QUEUE_S + 3)

    c = scene(act, Conversation("what is that?"))
    assert [e.code for e in c.all(TurnFailed)] == ["microphone_overflow"]
    assert c.heard == ["what is that?"]


def test_an_hour_of_silence_from_a_clock_that_is_a_little_off() -> None:
    async def act(c: Conversation) -> None:
        for _ in range(18_000):
            c.user.send(3200, 0)
            await asyncio.sleep(0.2 * 0.999)
        assert c.ears.events == [StateChanged("idle")]
        assert c.recognizer.transcripts == []
        await c.says(pause=1.0)
        assert c.since(TurnBegan) == pytest.approx(0.28, abs=NEARLY)

    scene(act, Conversation("what is that?"))


def test_a_detector_that_fails_costs_the_microphone_until_it_is_opened_again(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(c: Conversation) -> None:
        await c.user.speak(0.3)
        with monkeypatch.context() as broken:
            broken.setattr(LoudnessDetector, "probability", lambda *_: 1 / 0)
            await c.user.speak(0.3)
        await c.user.speak(0.3)
        assert c.session.state == "listening"
        c.session.microphone("open")
        await c.says(pause=2.0)

    c = scene(act, Conversation("lost", "what is that?"))
    assert len(c.all(TurnFailed)) == 1
    assert c.heard == ["what is that?"]
    assert "an ear failed" in caplog.text


def test_a_lost_connection_ends_the_microphone_and_the_next_one_begins_anew() -> None:
    async def act(c: Conversation) -> None:
        await c.says()
        c.session.detach(c.ears)
        await asyncio.sleep(1)
        assert c.recognizer.open == 0
        assert c.session.state != "thinking"
        again = Ears()
        await c.session.attach(again)
        user = User(c.session, 8000)
        await user.speak(0.8)
        await user.pause(1.0)
        assert [e.text for e in again.events if isinstance(e, UtteranceHeard) and e.final] == ["again?"]

    scene(act, Conversation("lost", "again?"))


# --- preparing ------------------------------------------------------------------------------------------


def test_a_reply_is_prepared_in_the_pause_and_nobody_learns_of_it_before() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=0.24)
        assert c.brain.streams.opened == c.voice.streams.opened == 1
        assert not c.all(TurnBegan)
        assert c.session.state == "listening"
        assert c.session.history.exchanges == ()
        await c.user.pause(0.1)
        assert c.all(SegmentReady), "it was ready"
        await c.user.pause(6.0)
        assert c.brain.streams.opened == 1, "and was used"

    scene(act, Conversation("what is that?", brain=ScriptedBrain("It is a cat.")))


def test_what_was_prepared_is_thrown_away_without_a_trace_if_the_user_goes_on() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=0.24)
        assert c.brain.streams.open + c.voice.streams.opened > 0
        before = list(c.ears.events)
        await c.user.speak(0.1)
        assert c.brain.streams.open == c.voice.streams.open == 0
        assert c.ears.events == before
        assert c.session.history.exchanges == ()
        await c.says(pause=8.0)

    c = scene(act, Conversation([(0.0, "what is that?"), (1.4, "what is that in the corner?")]))
    assert c.asked == ["what is that in the corner?"]
    assert [e.turn for e in c.all(TurnEnded)] == [1]
    check_media(c.ears, 1)


def test_without_speculation_the_reply_begins_at_the_end() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=0.24)
        assert c.brain.streams.opened == 0
        await c.user.pause(1.0)
        assert c.brain.streams.opened == 1

    listening = Listening(ENDS, speculate=False)
    scene(act, Conversation("what is that?", listening=listening))


@pytest.mark.parametrize("error", [EngineError("overloaded"), ZeroDivisionError("bug")])
def test_what_fails_while_it_is_prepared_is_tried_again(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    class Once(ScriptedBrain):
        async def think(self, history, character):  # type: ignore[no-untyped-def]
            if not self.histories:
                self.histories.append(history)
                raise error
            async for piece in super().think(history, character):
                yield piece

    async def act(c: Conversation) -> None:
        await c.says(pause=6.0)

    c = scene(act, Conversation("what is that?", brain=Once("A cat.")))
    assert not c.all(TurnFailed)
    assert c.session.history.exchanges == (Exchange("what is that?", "A cat."),)


def test_an_error_that_stays_is_told_after_the_turn_has_begun() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=0.24)
        assert not c.all(TurnFailed)
        await c.user.pause(3.0)
        kinds = [type(e) for e in c.ears.events if isinstance(e, TurnBegan | TurnFailed)]
        assert kinds.count(TurnBegan) == 1
        assert TurnFailed in kinds

    scene(act, Conversation("what is that?", brain=ScriptedBrain(EngineError("overloaded"))))


def test_what_was_prepared_for_another_conversation_is_not_used() -> None:
    """Something was said in between."""

    async def act(c: Conversation) -> None:
        await c.says(pause=0.24)
        c.session.say("ha", queue="now")
        await c.user.pause(8.0)
        assert c.asked[-1] == "what is that?"
        assert c.brain.histories[-1].exchanges[-1].user == "what is that?"

    scene(act, Conversation("what is that?"))


def test_another_character_answers_itself() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=0.24)
        c.session.configure(mood="happy")
        await c.user.pause(4.0)
        assert c.brain.streams.opened == 2

    scene(act, Conversation("what is that?"))


# --- the user goes first --------------------------------------------------------------------------------


def test_sustained_speech_interrupts_and_is_the_next_utterance() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=1.5)
        began = asyncio.get_running_loop().time()
        await c.says(1.0, pause=4.0)
        (flushed,) = [t for t, e in c.ears.log if isinstance(e, TurnFlushed)]
        certain = INTERRUPT_AFTER * WINDOW / LISTENING_RATE + ECHO_S
        assert flushed - began == pytest.approx(certain, abs=NEARLY)
        assert c.recognizer.transcripts[1].seconds >= 1.3, "with what was said before it was certain"

    c = scene(act, Conversation("count.", "stop now.", brain=ScriptedBrain("One two three four five six.")))
    assert c.all(TurnFlushed)[0].reason == "user_spoke"
    assert c.heard == ["count.", "stop now."]
    assert c.asked == ["count.", "stop now."]
    assert c.session.history.exchanges[0].reply != "One two three four five six."


def test_what_is_shorter_does_not_interrupt() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=1.5)
        await c.user.speak(0.06)
        await c.user.pause(6.0)

    c = scene(act, Conversation("count.", brain=ScriptedBrain("One two three four.")))
    assert c.heard == ["count."]
    assert not c.all(TurnFlushed)
    assert [e.turn for e in c.all(TurnEnded)] == [1]


def test_what_is_added_before_the_answer_is_heard_joins_it() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=0.6)
        assert [e.turn for e in c.all(TurnBegan)] == [1], "it is thought about"
        await c.says(pause=6.0)

    c = scene(act, Conversation("what is the weather?", "in Paris?", brain=ScriptedBrain(1.0, "Fine.")))
    assert c.heard == ["what is the weather?", "in Paris?"]
    assert c.asked == ["what is the weather? in Paris?"]
    assert c.brain.histories[-1].exchanges[-1].user == "what is the weather? in Paris?"
    assert c.session.history.exchanges[-1].reply == "Fine."
    assert not c.ears.segments(1)


def test_a_noise_before_the_answer_is_heard_holds_it_back_and_loses_nothing() -> None:
    async def act(c: Conversation) -> None:
        await c.says(pause=0.6)
        await c.user.speak(1.0)
        assert not c.all(SegmentReady), "nobody talks into what the user says"
        await c.user.pause(6.0)

    c = scene(act, Conversation("what is the weather?", "", brain=ScriptedBrain(0.5, "Fine.")))
    assert c.heard == ["what is the weather?", ""]
    assert c.asked == ["what is the weather?"]
    assert [e.turn for e in c.all(TurnEnded)] == [1]
    assert c.brain.streams.opened == 1
    check_media(c.ears, 1)


def test_what_is_said_while_the_first_is_still_being_understood_joins_it() -> None:
    async def act(c: Conversation) -> None:
        await c.says(0.5, pause=0.7)
        await c.says(0.5, pause=8.0)

    c = scene(act, Conversation("what is this?", "and this?", latency_s=0.9))
    assert c.heard == ["what is this?", "and this?"]
    assert c.asked == ["what is this? and this?"]


def test_what_was_typed_is_not_lost_either() -> None:
    async def act(c: Conversation) -> None:
        c.session.text("什么天气")
        await c.says(0.4, pause=6.0)

    c = scene(act, Conversation("在巴黎？", brain=ScriptedBrain(1.0, "Fine.")))
    assert c.asked == ["什么天气在巴黎？"]


# --- at every moment ------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["interrupt", "close", "detach"])
@pytest.mark.parametrize("goes_on", [False, True])
def test_cancel_sweep(way: str, goes_on: bool) -> None:
    """Stopped at every scheduling step: no open stream or transcript, no late message, no leaked task."""
    steps = _run_stopped_at(None, way, goes_on)
    assert steps > 150
    for step in range(1, steps, 1 if way == "close" else 2):
        _run_stopped_at(step, way, goes_on)


def _run_stopped_at(step: int | None, way: str, goes_on: bool) -> int:
    """Stop one conversation at a step of the loop, None for never; the steps that it took."""

    async def main() -> int:
        script = [(0.0, "what is that?"), (1.1, "what is that there?")]
        brain = ScriptedBrain("Hello you two. ", 0.05, "Then more.")
        conversation = Conversation(script, brain=brain)
        async with conversation as c:
            loop = asyncio.get_running_loop()
            assert isinstance(loop, VirtualLoop)
            began, stopped = loop.steps, asyncio.Event()

            def stop(now: int) -> None:
                if now - began == step:
                    if way == "interrupt":
                        c.session.interrupt("client_asked")
                    elif way == "detach":
                        c.session.detach(c.ears)
                    stopped.set()

            loop.before_step = stop
            speaking = asyncio.create_task(_speak(c, goes_on))
            stopping = asyncio.create_task(stopped.wait())
            await asyncio.wait({speaking, stopping}, return_when=asyncio.FIRST_COMPLETED)
            taken = loop.steps - began
            if stopped.is_set() and way != "close":
                await _goes_well(c, speaking, way)
            for task in (speaking, stopping):
                task.cancel()
            await asyncio.wait({speaking, stopping})
            return taken

    return run_virtual(main())


async def _speak(c: Conversation, goes_on: bool) -> None:
    await c.says(0.3, pause=0.2)
    if goes_on:
        await c.says(0.3)
    await c.user.pause(1.2)


async def _goes_well(c: Conversation, speaking: "asyncio.Task[None]", way: str) -> None:
    """After it was stopped: what was said meanwhile is answered or forgotten, and turns are whole."""
    if way == "detach":
        speaking.cancel()
        await asyncio.sleep(0.1)
        assert c.recognizer.open == 0
        await c.session.attach(c.ears)
    else:
        await speaking
    c.session.say("ok")
    await asyncio.sleep(12)
    began = list(dict.fromkeys(e.turn for e in c.all(TurnBegan)))  # a resume may repeat one
    over = [e.turn for e in c.all(TurnEnded)] + [e.turn for e in c.all(TurnFlushed)]
    assert began == sorted(began)
    assert set(began) <= set(over)
    assert c.session.state == "idle"
    assert not c.session.busy


def test_who_takes_no_microphone_says_so() -> None:
    async def main() -> None:
        async with Stage(ScriptedBrain()) as (session, _):
            assert isinstance(session, Session)
            with pytest.raises(Exception, match="takes no microphone"):
                session.microphone("open")

    run_virtual(main())
