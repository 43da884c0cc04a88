"""Voice activity with hysteresis."""

from server.rooms.gate import ONSET, ONSET_WINDOWS, REST, VoiceGate


def judged(gate: VoiceGate, *probabilities: float) -> list[bool]:
    """Whether the gate is open after each window."""
    states = []
    for probability in probabilities:
        before = gate.open
        assert gate.judge(probability) == (gate.open != before)
        states.append(gate.open)
    return states


def test_it_opens_at_two_windows_of_speech_in_a_row() -> None:
    assert ONSET_WINDOWS == 2
    assert judged(VoiceGate(3), ONSET, 0.0, ONSET, ONSET) == [False, False, False, True]
    assert judged(VoiceGate(3), *[ONSET - 0.001] * 5) == [False] * 5


def test_it_closes_after_the_hangover_and_not_before() -> None:
    gate = VoiceGate(3)
    judged(gate, 1.0, 1.0)
    assert judged(gate, 0.0, 0.0, 0.0) == [True, True, False]
    judged(gate, 1.0, 1.0)
    assert judged(gate, 0.0, 0.0, REST, 0.0, 0.0) == [True] * 5, "the count begins anew"
    assert judged(gate, REST - 0.001) == [False]


def test_between_the_thresholds_it_stays_as_it_is() -> None:
    between = (ONSET + REST) / 2
    gate = VoiceGate(2)
    assert judged(gate, *[between] * 5) == [False] * 5
    judged(gate, 1.0, 1.0)
    assert judged(gate, *[between] * 5) == [True] * 5
