"""Who is heard where more speak than a listener is to get."""

import numpy as np
import pytest

from server.rooms.floor import CLEARLY_DB, HELD_S, QUIETEST_DB, Floor, level_db

PIECE_S = 0.04
LISTENER = 100


def sound(db: float) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """A square wave of this level."""
    return np.tile(np.array([1, -1], np.int16), 480) * np.int16(round(32768 * 10 ** (db / 20)))


def speak(floor: Floor, levels: dict[int, float], seconds: float) -> None:
    """All of them at once, in turn, at these levels."""
    for _ in range(round(seconds / PIECE_S)):
        for number, db in levels.items():
            floor.hear(number, sound(db), PIECE_S)


def heard(floor: Floor, most: int, listener: int = LISTENER) -> set[int]:
    return {number for number in range(10) if floor.heard(number, listener, most)}


def test_level_is_relative_to_full_scale() -> None:
    assert level_db(sound(-20)) == pytest.approx(-20, abs=0.01)
    assert level_db(np.zeros(9, np.int16)) == level_db(np.zeros(0, np.int16)) == QUIETEST_DB
    assert level_db(np.full(4, -32768, np.int16)) == pytest.approx(0)


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5])
def test_at_most_so_many_are_heard_the_first_first(most: int) -> None:
    floor = Floor()
    speak(floor, dict.fromkeys(range(4), -20.0), 2.0)
    assert heard(floor, most) == set(range(min(most, 4)))


def test_nobody_hears_themselves_and_their_own_voice_takes_no_place() -> None:
    floor = Floor()
    speak(floor, dict.fromkeys(range(3), -20.0), 0.1)
    assert heard(floor, 2) == {0, 1}
    assert heard(floor, 2, listener=0) == {1, 2}
    assert heard(floor, 2, listener=1) == {0, 2}
    assert heard(floor, 2, listener=2) == {0, 1}


def test_one_who_is_clearly_louder_is_heard_instead_of_the_softest() -> None:
    floor = Floor()
    speak(floor, {0: -40.0, 1: -20.0, 2: -20.0, 3: -15.0}, HELD_S + 0.5)
    assert heard(floor, 3) == {1, 2, 3}


def test_a_little_louder_is_not_enough() -> None:
    floor = Floor()
    speak(floor, {0: -20.0, 1: -20.0 + CLEARLY_DB - 0.5}, 5.0)
    assert heard(floor, 1) == {0}
    speak(floor, {0: -20.0, 1: -20.0 + CLEARLY_DB + 0.5}, 5.0)
    assert heard(floor, 1) == {1}


def test_whoever_has_a_place_keeps_it_for_a_moment() -> None:
    floor = Floor()
    speak(floor, {0: -50.0, 1: -10.0}, HELD_S - 2 * PIECE_S)
    assert heard(floor, 1) == {0}
    speak(floor, {0: -50.0, 1: -10.0}, 3 * PIECE_S)
    assert heard(floor, 1) == {1}


def test_two_who_take_turns_in_loudness_do_not_flicker() -> None:
    """Syllables: each is 20 dB louder than the other five times a second."""
    floor = Floor()
    changes, before = 0, {0}
    for k in range(250):
        loud = k // 5 % 2
        floor.hear(0, sound(-15.0 if loud else -35.0), PIECE_S)
        floor.hear(1, sound(-35.0 if loud else -15.0), PIECE_S)
        changes += heard(floor, 1) != before
        before = heard(floor, 1)
    assert changes == 0


def test_one_who_has_not_been_heard_yet_has_a_place() -> None:
    floor = Floor()
    floor.hear(1, sound(-20)[:0], 0.0)
    assert heard(floor, 1) == {1}
    speak(floor, {2: -20.0, 1: -20.0}, 0.5)
    assert heard(floor, 1) == {1}


def test_who_rests_leaves_its_place() -> None:
    floor = Floor()
    speak(floor, dict.fromkeys(range(3), -20.0), 0.2)
    floor.rest(0)
    floor.rest(7)
    assert heard(floor, 2) == {1, 2}
    speak(floor, {0: -20.0}, 0.04)
    assert heard(floor, 2) == {1, 2}
    assert heard(floor, 3) == {0, 1, 2}
    assert len(floor) == 3
