"""What stands out from a background, hop by hop."""

import pytest

from blend_shapes.audio.background import Background
from blend_shapes.audio.correlation import HOP_HZ


def heard(*levels: float) -> list[bool]:
    background = Background()
    return [background.stands_out(level) for level in levels]


@pytest.mark.parametrize(("above", "out"), [(8.0, False), (9.0, False), (10.0, True)])
def test_a_voice_is_nine_decibels_above_the_noise(above: float, out: bool) -> None:
    noise = [-50.0] * 200
    assert heard(*noise, -50.0 + above)[-1] == out


@pytest.mark.parametrize(("level", "out"), [(-61.0, False), (-60.0, False), (-59.0, True)])
def test_nothing_faint_stands_out_of_silence(level: float, out: bool) -> None:
    assert heard(*[-120.0] * 100, level)[-1] == out


def test_a_stream_that_begins_with_a_voice_is_heard_from_its_first_hop() -> None:
    assert heard(-20.0)[0]


def test_noise_that_stays_becomes_the_background() -> None:
    """Four decibels a second; what is fainter is followed within some hops."""
    found = heard(*[-70.0] * HOP_HZ, *[-40.0] * 7 * HOP_HZ)
    assert found[HOP_HZ : 5 * HOP_HZ] == [True] * 4 * HOP_HZ
    assert not found[-1]
    assert heard(*[-40.0] * 7 * HOP_HZ, *[-75.0] * 10, -55.0)[-1]
