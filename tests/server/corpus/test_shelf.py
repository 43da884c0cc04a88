"""The corpus on disk."""

import os
from pathlib import Path

import numpy as np
import pytest

from blend_shapes.phonemes.timing import PhoneTiming
from server.corpus import shelf
from server.corpus.cast import Order, speech
from server.corpus.spoken import Spoken
from tests.optional import need_modules

ORDER = Order("espeak", "learn", 1)


def same(one: Spoken, other: Spoken) -> bool:
    return np.array_equal(one.samples, other.samples) and one.phones == other.phones


def test_what_is_written_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_modules("wordfreq")
    said: list[Spoken] = []

    def speak(order: Order) -> list[Spoken]:
        said.extend(speech(order))
        return said

    monkeypatch.setattr(shelf, "speech", speak)
    read = [*shelf.read(shelf._make(tmp_path, ORDER))]
    assert len(read) == len(said) > 10
    assert all(same(a, b) for a, b in zip(read, said, strict=True))
    assert {type(p.word_start) for spoken in read for p in spoken.phones} == {bool}
    assert not [*tmp_path.rglob("*.part")]


def test_what_is_there_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Order] = []
    few = Spoken(np.arange(5, dtype=np.int16), (PhoneTiming("tʃʰ", 0.0, 0.1, 0.25, 2, True),))

    def speak(order: Order) -> list[Spoken]:
        made.append(order)
        return [few, few]

    monkeypatch.setattr(shelf, "speech", speak)
    for _ in range(2):
        path = shelf._make(tmp_path, ORDER)
    assert made == [ORDER]
    assert all(same(spoken, few) for spoken in shelf.read(path))


def test_speech_that_nobody_could_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "speech", lambda order: [])
    assert not [*shelf.read(shelf._make(tmp_path, ORDER))]


def test_the_shelf_is_filled_by_other_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf, "_make", _named)
    orders = [Order("espeak", "learn", seed) for seed in range(9)]
    paths = shelf.fill(tmp_path / "new" / "speech", orders, 2)
    assert [path.name for path in paths] == [str(order.seed) for order in orders], "in their order"
    assert os.getpid() not in {int(path.read_text()) for path in paths}


def _named(folder: Path, order: Order) -> Path:
    path = folder / str(order.seed)
    path.write_text(str(os.getpid()))
    return path


@pytest.mark.parametrize("hours", [0.01, 1.0, 24.0])
def test_orders_are_for_about_so_much_speech(hours: float) -> None:
    orders = shelf.orders(hours * 3600, "learn")
    assert len({*orders}) == len(orders)
    assert len(orders) == pytest.approx(hours * 3600 / shelf._ORDER_S, abs=3)
    shares = [sum(o.engine == engine for o in orders) / len(orders) for engine in shelf.SHARES]
    assert min(shares) > 0
    if hours > 1:
        assert shares == pytest.approx(list(shelf.SHARES.values()), abs=0.01)


def test_flite_is_not_measured_on() -> None:
    assert {o.engine for o in shelf.orders(3600, "unseen")} == {"espeak", "festival"}
    assert {o.part for o in shelf.orders(3600, "unseen")} == {"unseen"}
