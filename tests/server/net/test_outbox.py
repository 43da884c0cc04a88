"""The outbox against a socket that can be congested, blocked and broken at will."""

import asyncio

import numpy as np
import pytest

from blend_shapes.face import FaceFrames
from protocol import codec
from protocol import messages as m
from protocol.face_format import FaceLayout
from server.audio.chunk import AudioChunk, AudioFormat
from server.net.outbox import LIVE_BYTES, LIVE_ROOM, ROOM, URGENT_ROOM, Outbox
from server.net.translate import Payload, Wire
from server.speech.values import Segment
from server.turn.events import MirrorReady, SegmentReady, StateChanged, TurnEnded, TurnFlushed

FORMAT = AudioFormat(24_000)


class FakeSocket:
    """Writes go through while `open` is set; `written` holds what left, decoded."""

    def __init__(self) -> None:
        self.unsent = 0
        self.written: list[m.FromServer | str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.broken = False

    async def put(self, payload: Payload) -> None:
        await self._pass()
        self.written.append(codec.decode_from_server(payload))

    async def ping(self) -> None:
        await self._pass()
        self.written.append("ping")

    async def pong(self, data: bytes) -> None:
        await self._pass()
        self.written.append(f"pong {data!r}")

    def abort(self) -> None:
        self.broken = True
        self.open.set()

    async def _pass(self) -> None:
        if not self.open.is_set():
            await self.open.wait()
        if self.broken:
            raise ConnectionResetError("broken")


class Box:
    """An outbox with its writer, and why it was lost."""

    def __init__(self, send_timeout_s: float = 5.0) -> None:
        self.socket = FakeSocket()
        self.lost: list[str] = []
        wire = Wire(FaceLayout(), codec.encode)
        self.out = Outbox(self.socket, wire, send_timeout_s=send_timeout_s, lost=self.lost.append)

    async def __aenter__(self) -> "Box":
        self.writer = asyncio.create_task(self.out.run())
        return self

    async def __aexit__(self, *error: object) -> None:
        self.socket.open.set()
        self.out.close()
        await self.writer

    async def block(self) -> None:
        """The network is congested, and the writer is stuck with one message."""
        self.socket.open.clear()
        self.out.post(m.Pong(0, 0))
        await settled()


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def segment(seq: int, turn: int = 1) -> SegmentReady:
    audio = AudioChunk(np.zeros(24, np.int16), FORMAT, 24 * seq)
    return SegmentReady(turn, Segment(seq, audio, FaceFrames.empty(0, 60)), 0.0)


def mirror(seq: int) -> MirrorReady:
    return MirrorReady(seq, FaceFrames.empty(seq, 60), 0.0)


def mirrors(socket: FakeSocket) -> list[int]:
    return [x.seq for x in socket.written if isinstance(x, m.Mirror)]


def seqs(socket: FakeSocket) -> list[int]:
    return [x.seq for x in socket.written if isinstance(x, m.Segment)]


async def test_a_calm_network_is_written_to_at_once() -> None:
    async with Box() as box:
        await box.out.stream(segment(0))
        assert seqs(box.socket) == [0]


async def test_what_waits_keeps_its_order_and_control_overtakes_it() -> None:
    async with Box() as box:
        await box.block()
        for seq in range(3):
            await box.out.stream(segment(seq))
        box.out.tell(StateChanged("speaking"))
        box.out.ping()
        box.out.pong(b"x")
        box.socket.open.set()
        await settled()
        control, media = box.socket.written[:4], box.socket.written[4:]
        assert control == [m.Pong(0, 0), m.State("speaking"), "ping", "pong b'x'"]
        assert len(media) == 3
        assert seqs(box.socket) == [0, 1, 2]
        await box.out.stream(segment(3))
        assert seqs(box.socket) == [0, 1, 2, 3]


async def test_a_full_buffer_is_not_written_to_directly() -> None:
    async with Box() as box:
        box.socket.unsent = 40_000
        await box.out.stream(segment(0))
        assert seqs(box.socket) == []
        await settled()
        assert seqs(box.socket) == [0]


async def test_streaming_waits_for_room_and_goes_on() -> None:
    async with Box() as box:
        await box.block()
        for seq in range(ROOM):
            await box.out.stream(segment(seq))
        late = asyncio.create_task(box.out.stream(segment(ROOM)))
        await settled()
        assert not late.done()
        box.socket.open.set()
        await late
        await settled()
        assert seqs(box.socket) == list(range(ROOM + 1))


async def test_live_media_goes_last_and_the_oldest_gives_way() -> None:
    async with Box() as box:
        box.out.live(mirror(0))
        await settled()
        assert mirrors(box.socket) == [0]
        await box.block()
        for seq in range(1, LIVE_ROOM + 3):
            box.out.live(mirror(seq))
        await box.out.stream(segment(0))
        box.out.tell(StateChanged("speaking"))
        box.socket.open.set()
        await settled()
        assert mirrors(box.socket) == [0, *range(3, LIVE_ROOM + 3)]
        kinds = [type(x) for x in box.socket.written]
        assert kinds.index(m.State) < kinds.index(m.Segment) < kinds.index(m.Mirror, 1)


async def test_live_media_is_not_added_to_a_network_that_is_behind() -> None:
    async with Box() as box:
        for seq, unsent in enumerate((LIVE_BYTES - 1, LIVE_BYTES, LIVE_BYTES + 1)):
            box.socket.unsent = unsent
            box.out.live(mirror(seq))
            await settled()
        assert mirrors(box.socket) == [0, 1]


async def test_live_media_is_no_reason_to_stay() -> None:
    async with Box() as box:
        await box.block()
        box.out.live(mirror(0))
        box.out.close()
        box.out.live(mirror(1))
        box.socket.open.set()
        await asyncio.wait_for(box.writer, 1)
        assert mirrors(box.socket) == []


async def test_hush_forgets_what_waits_and_who_waits() -> None:
    async with Box() as box:
        await box.block()
        for seq in range(ROOM):
            await box.out.stream(segment(seq))
        late = asyncio.create_task(box.out.stream(segment(ROOM)))
        await settled()
        box.out.hush()
        box.out.tell(TurnFlushed(1, "client_asked", 10))
        await box.out.stream(segment(0, turn=2))
        await late
        box.socket.open.set()
        await settled()
        assert [type(x) for x in box.socket.written] == [m.Pong, m.Flush, m.Segment]
        assert box.socket.written[-1] == m.Segment(2, 0, 0, bytes(48))


async def test_cancelling_a_waiting_stream_sends_nothing() -> None:
    async with Box() as box:
        await box.block()
        for seq in range(ROOM):
            await box.out.stream(segment(seq))
        late = asyncio.create_task(box.out.stream(segment(ROOM)))
        await settled()
        late.cancel()
        box.socket.open.set()
        await asyncio.wait({late})
        await settled()
        assert seqs(box.socket) == list(range(ROOM))


async def test_a_client_that_takes_nothing_is_given_up() -> None:
    async with Box(send_timeout_s=0.01) as box:
        await box.block()
        for seq in range(ROOM):
            await box.out.stream(segment(seq))
        await asyncio.wait_for(box.out.stream(segment(ROOM)), 5)
        assert box.lost[0] == "it takes nothing"
        assert box.socket.broken
        await asyncio.wait_for(box.writer, 5)


async def test_answers_that_pile_up_end_the_connection() -> None:
    async with Box() as box:
        await box.block()
        for number in range(URGENT_ROOM):
            box.out.post(m.Pong(number, 0))
        assert not box.lost
        box.out.post(m.Pong(URGENT_ROOM, 0))
        assert box.lost


async def test_a_broken_socket_is_noticed_once_and_streaming_returns_at_once() -> None:
    async with Box() as box:
        box.socket.broken = True
        await box.out.stream(segment(0))
        assert box.lost == ["it is gone"]
        await asyncio.wait_for(box.out.stream(segment(1)), 1)
        await asyncio.wait_for(box.writer, 1)
        assert box.lost == ["it is gone"]


async def test_the_last_words_leave_before_the_end() -> None:
    async with Box() as box:
        await box.block()
        await box.out.stream(TurnEnded(1, 0))
        box.out.post(m.Error("going_away", "bye", fatal=True))
        box.out.close()
        box.out.post(m.Pong(1, 1))
        box.socket.open.set()
        await asyncio.wait_for(box.writer, 1)
        assert [type(x) for x in box.socket.written] == [m.Pong, m.Error]


@pytest.mark.parametrize("binary", [True, False])
async def test_the_form_may_change_before_the_first_message(binary: bool) -> None:
    async with Box() as box:
        box.out.wire = Wire(FaceLayout("f32"), codec.encode if binary else codec.encode_json)
        await box.out.stream(segment(0))
        assert seqs(box.socket) == [0]


async def test_live_media_leaves_at_once_where_nothing_waits() -> None:
    async with Box() as box:
        box.out.live(mirror(0))
        box.out.live(mirror(1))
        assert [w.seq for w in box.socket.written if isinstance(w, m.Mirror)] == [0, 1]


async def test_live_media_does_not_overtake_what_waits() -> None:
    async with Box() as box:
        box.out.tell(StateChanged("idle"))
        box.out.live(mirror(0))
        box.out.live(mirror(1))
        assert box.socket.written == []
        await settled()
        kinds = [type(w) for w in box.socket.written]
        assert kinds == [m.State, m.Mirror, m.Mirror]


async def test_live_media_into_a_broken_socket_is_the_end_of_the_connection() -> None:
    async with Box() as box:
        box.socket.broken = True
        box.out.live(mirror(0))
        assert box.lost == ["it is gone"]
        box.out.live(mirror(1))
        assert box.socket.written == []
