"""Where the playhead was when something was heard."""

import pytest

from server.speech.alignment import JUMP_S, SEEN, Alignment


def test_they_move_together() -> None:
    alignment = Alignment()
    assert alignment.playhead(3.0) == 0.0
    alignment.follow(10.0, 2.0)
    assert alignment.playhead(10.5) == pytest.approx(2.5)


def test_lateness_of_the_network_moves_it_little() -> None:
    alignment = Alignment()
    for n in range(100):
        late = 0.09 if n % 10 == 9 else 0.0
        alignment.follow(10 + n * 0.02, 2 + n * 0.02 + late)
    assert alignment.playhead(12.0) == pytest.approx(4.0, abs=0.02)


def test_a_drifting_clock_is_followed() -> None:
    alignment = Alignment()
    for n in range(1000):
        alignment.follow(n * 0.032, n * 0.032 * 1.001)
    assert alignment.playhead(32.0) == pytest.approx(32.032, abs=0.003)


@pytest.mark.parametrize(
    ("gap", "times", "moved"),
    [
        (JUMP_S * 1.1, SEEN - 1, False),
        (JUMP_S * 1.1, SEEN, True),
        (JUMP_S * 0.9, SEEN, False),
        (-3.0, SEEN, True),
    ],
)
def test_a_gap_in_what_is_played_is_believed_when_it_lasts(gap: float, times: int, moved: bool) -> None:
    alignment = Alignment()
    alignment.follow(0.0, 0.0)
    for n in range(times):
        alignment.follow(0.02 * n, 0.02 * n + gap)
    assert (abs(alignment.playhead(1.0) - 1 - gap) < 1e-6) is moved


def test_strays_that_do_not_follow_each_other_are_no_gap() -> None:
    alignment = Alignment()
    for n in range(40):
        alignment.follow(0.02 * n, 0.02 * n + (0.5 if n % SEEN else 0.0))
    assert alignment.playhead(1.0) == pytest.approx(1.0)
