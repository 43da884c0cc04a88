"""Every event and count shows in the text for Prometheus."""

from typing import get_args

from blend_shapes.face import FaceFrames
from server.observe.metrics import Metrics
from server.turn import events as e
from tests.server.turn.test_delivery import segment


def lines(metrics: Metrics) -> dict[str, float]:
    text = metrics.text()[0].decode()
    rows = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, value in rows}


def test_turns_are_counted_by_how_they_ended() -> None:
    metrics = Metrics()
    for event in (
        e.TurnBegan(1, "text", None),
        segment(0),
        e.StageTimes(1, {"voice": 12.0, "segment": 400.0}),
        e.TurnEnded(1, 10),
        e.TurnBegan(2, "say", None),
        e.TurnFailed(2, "engine_failed", "no"),
        e.TurnFlushed(2, "client_asked", 10),
        e.StateChanged("idle"),
        e.MirrorReady(0, FaceFrames.empty(0, 60), 0.004),
    ):
        assert isinstance(event, get_args(e.TurnEvent))
        metrics.observe(event)
    shown = lines(metrics)
    assert shown['facewire_turns_begun_total{origin="text"}'] == 1
    assert shown['facewire_turns_ended_total{reason="complete"}'] == 1
    assert shown['facewire_turns_ended_total{reason="client_asked"}'] == 1
    assert shown['facewire_turn_failures_total{code="engine_failed"}'] == 1
    assert shown['facewire_stage_seconds_sum{stage="voice"}'] == 0.012
    assert shown['facewire_stage_seconds_bucket{le="0.2",stage="segment"}'] == 0
    assert shown['facewire_stage_seconds_bucket{le="0.5",stage="segment"}'] == 1
    assert shown["facewire_segment_lateness_seconds_count"] == 1
    assert shown["facewire_mirror_seconds_sum"] == 0.004


def test_connections_and_sessions() -> None:
    metrics = Metrics()
    alive = [1, 2, 3]
    metrics.watch_sessions(lambda: len(alive), lambda: len(alive) - 1)
    metrics.connected()
    metrics.connected()
    metrics.disconnected(4400)
    metrics.disconnected(None)
    metrics.connected()
    metrics.refused("bad_message")
    shown = lines(metrics)
    assert shown["facewire_connections"] == 1
    assert shown["facewire_sessions"] == 3
    assert shown["facewire_drive_sessions"] == 2
    assert shown['facewire_connections_closed_total{code="4400"}'] == 1
    assert shown['facewire_connections_closed_total{code="lost"}'] == 1
    assert shown['facewire_messages_refused_total{code="bad_message"}'] == 1


def test_two_servers_do_not_share_figures() -> None:
    one, other = Metrics(), Metrics()
    one.connected()
    assert lines(other)["facewire_connections"] == 0
