import numpy as np

from blend_shapes.arkit import INDEX
from protocol import messages as m
from protocol.face_format import FaceLayout
from server.command.chat_stage import Screen, StagedReply


def reply() -> StagedReply:
    staged = StagedReply(1, FaceLayout(), fps=60)
    weights = np.zeros((60, 52), np.float32)
    weights[:, INDEX["jawOpen"]] = np.linspace(0, 1, 60)
    staged.add_face(FaceLayout().pack(weights[:20]))
    staged.add_face(FaceLayout().pack(weights[20:]))
    staged.captions += [m.Caption(1, 0, 300_000, "Hello, "), m.Caption(1, 400_000, 700_000, "you.")]
    return staged


def test_words_appear_when_they_begin() -> None:
    assert reply().text_until(0) == "Hello,"
    assert reply().text_until(399_999) == "Hello,"
    assert reply().text_until(400_000) == "Hello, you."


def test_the_face_is_the_one_at_the_playhead() -> None:
    jaw = INDEX["jawOpen"]
    assert reply().face_at(0)[jaw] == 0
    assert abs(reply().face_at(500_000)[jaw] - 30 / 59) < 0.01
    assert reply().face_at(9_000_000)[jaw] == 1
    assert StagedReply(1, FaceLayout(), 60).face_at(0).shape == (52,)


def test_a_terminal_line_never_wraps() -> None:
    screen = Screen("Mira", 40, terminal=True)
    shown = screen.live("(•-•)", "word " * 50).removeprefix("\r\x1b[2K")
    assert len(shown) < 40
    assert shown.endswith("word ")


def test_without_a_terminal_there_are_only_whole_lines() -> None:
    screen = Screen("Mira", 40, terminal=False)
    assert screen.live("(•-•)", "hello") == ""
    assert screen.said("hello", cut=False) == "Mira: hello\n"
    assert screen.said("hel", cut=True) == "Mira: hel -\n"
