"""What a service refuses, and that the refusal says what would be right."""

import pytest

from server import config
from server.clock import SystemClock
from server.errors import PeerError
from server.net.service import Service
from server.observe.metrics import Metrics
from server.speech.character import Character
from server.store.memory import MemoryHistories
from server.turn.sessions import Sessions


def service(*, listens: bool, understands: tuple[str, ...] = ()) -> Service:
    clock, tree = SystemClock(), config.Config()
    sessions = Sessions(lambda *terms: None, MemoryHistories(clock), clock, limit=1, window_s=1.0)  # type: ignore[arg-type]
    return Service(
        sessions=sessions,
        clock=clock,
        counts=Metrics(),
        server=tree.server,
        limits=tree.limits,
        face=tree.face,
        pace=tree.pace,
        characters={"mira": Character("Mira")},
        default_character="mira",
        languages=("en",),
        rate=24_000,
        listens=listens,
        understands=understands,
    )


@pytest.mark.parametrize(("understands", "tag"), [(("en",), "en-GB"), ((), "zh-CN"), (("zh", "en"), "cmn")])
def test_a_language_that_is_understood(understands: tuple[str, ...], tag: str) -> None:
    service(listens=True, understands=understands).check_hearing(tag)


def test_a_language_that_is_not_understood() -> None:
    with pytest.raises(PeerError, match=r"understands en, not 'zh-CN'; leave out `hello\.mic`") as refused:
        service(listens=True, understands=("en",)).check_hearing("zh-CN")
    assert refused.value.code == "unknown_language"


def test_nobody_listens() -> None:
    with pytest.raises(PeerError, match="does not listen") as refused:
        service(listens=False).check_hearing("en")
    assert refused.value.code == "not_available"
