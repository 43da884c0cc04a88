"""Who moves the head when."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from blend_shapes.articulation.windows import evaluate, row
from blend_shapes.life.gestures import GESTURES, gesture
from blend_shapes.life.head import FASTEST_DEG_S, PULSES_DEG_S, HeadRoom
from blend_shapes.life.pulses import HEAD_AT, Pulse, by_time, expression, total


def speed(pulses: list[Pulse]) -> float:
    """The fastest that the head turns, degrees a second."""
    t = np.arange(0, 6, 1 / 500)
    head = total([p.vector for p in pulses], evaluate([p.window for p in pulses], t))[:, HEAD_AT]
    return float(np.sqrt((np.diff(head.astype(float), axis=0) ** 2).sum(axis=1)).max() * 500)


def nod(at: float, size: float = 4.0, rise: float = 0.18) -> Pulse:
    return Pulse(row(at, at + rise, at + rise, at + rise + 0.35), expression({"headPitch": -size}))


@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 4.0),
            st.floats(0.05, 0.6),
            st.floats(0.0, 0.5),
            st.floats(-12.0, 12.0),
            st.floats(-12.0, 12.0),
        ),
        max_size=12,
    )
)
@settings(max_examples=80)
def test_whatever_comes_the_head_is_not_too_fast(
    moves: list[tuple[float, float, float, float, float]],
) -> None:
    pulses = [
        Pulse(
            row(at, at + rise, at + rise + hold, at + 2 * rise + hold),
            expression({"headYaw": yaw, "headRoll": roll}),
        )
        for at, rise, hold, yaw, roll in moves
    ]
    room = HeadRoom()
    assert (
        speed([room.admitted(p) for p in sorted(pulses, key=by_time)]) <= PULSES_DEG_S + 0.1 < FASTEST_DEG_S
    )


def test_what_has_room_is_left_as_it_is() -> None:
    room = HeadRoom()
    for at in (0.0, 0.6, 1.2):
        pulse = nod(at)
        assert room.admitted(pulse) is pulse
    brows = Pulse(row(0.0, 0.1, 0.1, 0.2), expression({"browInnerUp": 1.0}))
    assert room.admitted(brows) is brows


def test_two_at_once_share() -> None:
    room = HeadRoom()
    first, second = room.admitted(nod(0.0)), room.admitted(nod(0.1))
    assert first.vector[HEAD_AT].min() == -4.0
    assert -4.0 < second.vector[HEAD_AT].min() <= 0.0
    room.forget(5.0)
    assert room.admitted(nod(5.1)).vector[HEAD_AT].min() == -4.0


def test_what_is_left_of_the_face_stays() -> None:
    room = HeadRoom()
    room.admitted(nod(0.0))
    vector = expression({"headPitch": -6.0, "gazePitch": 6.0, "browInnerUp": 0.3})
    found = room.admitted(Pulse(row(0.01, 0.2, 0.2, 0.5), vector)).vector
    assert found[HEAD_AT][1] == -found[HEAD_AT.stop + 1] > -6.0
    assert found.max() >= np.float32(0.3)


def test_gestures_keep_their_size() -> None:
    for name in GESTURES:
        room = HeadRoom()
        for pulse in gesture(name, 1.0):
            size = np.abs(pulse.vector[HEAD_AT]).max()
            assert np.abs(room.admitted(pulse).vector[HEAD_AT]).max() >= size, name
