"""Figures of the running server for Prometheus: fed by turn events and by the connections."""

from collections.abc import Callable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.process_collector import ProcessCollector

from server.turn.events import (
    MirrorReady,
    PeerSpoke,
    SegmentReady,
    StageTimes,
    TurnBegan,
    TurnEnded,
    TurnEvent,
    TurnFailed,
    TurnFlushed,
)

STAGE_S = (0.002, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
LATENESS_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1)


class Metrics:
    """Its own registry, so several servers may live in one process. No method waits or raises."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._stages = Histogram(
            "facewire_stage_seconds",
            "From the true end of the user's input to the first result of a stage",
            ["stage"],
            buckets=STAGE_S,
            registry=self.registry,
        )
        self._lateness = Histogram(
            "facewire_segment_lateness_seconds",
            "How much later than it could a segment left",
            buckets=LATENESS_S,
            registry=self.registry,
        )
        self._mirror = Histogram(
            "facewire_mirror_seconds",
            "From a sound's arrival to the frames of drive mode that it made certain",
            buckets=LATENESS_S,
            registry=self.registry,
        )
        self._began = Counter(
            "facewire_turns_begun", "Turns begun, by origin", ["origin"], registry=self.registry
        )
        self._ended = Counter(
            "facewire_turns_ended", "Turns ended, by reason", ["reason"], registry=self.registry
        )
        self._failures = Counter(
            "facewire_turn_failures", "What could not be done in a turn", ["code"], registry=self.registry
        )
        self._refused = Counter(
            "facewire_messages_refused", "Messages refused, by error", ["code"], registry=self.registry
        )
        self._connections = Gauge(
            "facewire_connections", "Connections that are open", registry=self.registry
        )
        self._closed = Counter(
            "facewire_connections_closed", "Connections closed, by code", ["code"], registry=self.registry
        )
        self._sessions = Gauge(
            "facewire_sessions",
            "Sessions alive, those waiting for a resume among them",
            registry=self.registry,
        )
        self._driving = Gauge(
            "facewire_drive_sessions", "Those of the sessions in drive mode", registry=self.registry
        )

        self._rooms = Gauge("facewire_rooms", "Rooms with members", registry=self.registry)
        self._members = Gauge("facewire_room_members", "Members of all rooms", registry=self.registry)
        self._forms = Gauge(
            "facewire_peer_segments_encoded",
            "Forms of those segments, each written once for all who take it",
            registry=self.registry,
        )
        self._peer_segments = Counter(
            "facewire_peer_segments", "Segments made of voices in rooms", registry=self.registry
        )

    def watch_sessions(self, count: Callable[[], int], driving: Callable[[], int]) -> None:
        """Ask for the number of sessions, and of those in drive mode, at each scrape."""
        self._sessions.set_function(count)
        self._driving.set_function(driving)

    def watch_rooms(
        self, count: Callable[[], int], members: Callable[[], int], forms: Callable[[], int]
    ) -> None:
        """Ask at each scrape for the number of rooms, of all their members, and of segments encoded."""
        self._rooms.set_function(count)
        self._members.set_function(members)
        self._forms.set_function(forms)

    def observe(self, event: TurnEvent) -> None:
        """The observer of a session."""
        match event:
            case SegmentReady(lateness=lateness):
                self._lateness.observe(lateness)
            case MirrorReady(lateness=lateness):
                self._mirror.observe(lateness)
            case PeerSpoke():
                self._peer_segments.inc()
            case StageTimes(stages=stages):
                for stage, ms in stages.items():
                    self._stages.labels(stage).observe(ms / 1000)
            case TurnBegan(origin=origin):
                self._began.labels(origin).inc()
            case TurnEnded():
                self._ended.labels("complete").inc()
            case TurnFlushed(reason=reason):
                self._ended.labels(reason).inc()
            case TurnFailed(code=code):
                self._failures.labels(code).inc()

    def connected(self) -> None:
        self._connections.inc()

    def disconnected(self, code: int | None) -> None:
        self._connections.dec()
        self._closed.labels("lost" if code is None else str(int(code))).inc()

    def refused(self, code: str) -> None:
        self._refused.labels(code).inc()

    def text(self) -> tuple[bytes, str]:
        """What `/metrics` answers, and its content type."""
        return generate_latest(self.registry), CONTENT_TYPE_LATEST
