"""A server for the page's tests: replies made of a synthetic voice, and faults on demand.

It speaks whatever it is sent: each letter a piece of sound and a pose. The text's first word may ask
for a fault: `stall` stops in mid-sentence for a while, `drop` cuts the connection there (the session
resumes), `cut` flushes the reply from the server's side, `forget` drops and does not resume. It keeps
what clients sent in `received`. Where it `hears`, it takes a microphone, and answers what it understands.
"""

import asyncio
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np
from aiohttp import WSMsgType, web
from numpy.typing import NDArray

from blend_shapes.arkit import CHANNELS, INDEX
from blend_shapes.face import frame_time_us, frames_before
from protocol import messages as m
from tests.web_client.ear import Ear

ROOT = Path(__file__).resolve().parents[2] / "web_client"
RATE = 24_000
FPS = 60
LETTER_S = 0.07
SEGMENT_S = 0.1
AHEAD_S = 0.3
STALL_S = 1.1
WORD_FAULTS = ("stall", "drop", "cut", "forget")

_POSES: dict[str, dict[str, float]] = {
    "a": {"jawOpen": 0.42, "mouthStretch": 0.10, "mouthLowerDown": 0.28, "mouthUpperUp": 0.06},
    "e": {"jawOpen": 0.21, "mouthSmile": 0.18, "mouthStretch": 0.14, "mouthLowerDown": 0.24},
    "i": {"jawOpen": 0.10, "mouthSmile": 0.30, "mouthStretch": 0.14, "mouthLowerDown": 0.28},
    "o": {"jawOpen": 0.32, "mouthClose": 0.09, "mouthFunnel": 0.34, "mouthPucker": 0.30},
    "u": {"jawOpen": 0.26, "mouthClose": 0.20, "mouthFunnel": 0.28, "mouthPucker": 0.55},
    "m": {"jawOpen": 0.05, "mouthClose": 0.05, "mouthPress": 0.10, "mouthRollLower": 0.06},
    "f": {"jawOpen": 0.07, "mouthUpperUp": 0.18, "mouthRollLower": 0.42},
    "t": {"jawOpen": 0.10, "mouthLowerDown": 0.16, "mouthUpperUp": 0.05},
    " ": {},
}
_SAME_AS = {"b": "m", "p": "m", "v": "f", "w": "u", "y": "i"}

Frames = NDArray[np.uint8]


def _pose(letter: str) -> NDArray[np.float64]:
    face = np.zeros(len(CHANNELS))
    letter = _SAME_AS.get(letter, letter)
    for name, weight in _POSES.get(letter, _POSES["t" if letter.isascii() else "a"]).items():
        for side in ("", "Left", "Right"):
            if name + side in INDEX:
                face[INDEX[name + side]] = weight
    return face


@dataclass
class Reply:
    """A whole reply: int16 samples, packed q8 faces, words with their times."""

    samples: NDArray[np.int16]
    faces: Frames
    words: list[tuple[str, int, int]]

    @classmethod
    def of(cls, text: str) -> "Reply":
        letters = [*text.lower(), " "]
        knots = (np.arange(len(letters))[:, None] + [0.3, 0.7]).ravel() * LETTER_S
        poses = np.repeat([_pose(c) for c in letters], 2, axis=0)
        times = np.arange(int(len(letters) * LETTER_S * FPS) + 1) / FPS
        weights = np.stack([np.interp(times, knots, poses[:, i], 0, 0) for i in range(len(CHANNELS))], 1)
        faces = np.zeros((len(times), len(CHANNELS) + 6), np.uint8)
        faces[:, : len(CHANNELS)] = np.rint(255 * weights)
        yaw = np.rint(300 * np.sin(2 * np.pi * 0.3 * times)).astype("<i2")
        faces[:, len(CHANNELS) : len(CHANNELS) + 2] = yaw.view(np.uint8).reshape(-1, 2)
        t = np.arange(int(len(letters) * LETTER_S * RATE)) / RATE
        loudness = np.interp(t, times, weights[:, INDEX["jawOpen"]])
        voice = sum(np.sin(2 * np.pi * 140 * k * t) / k for k in range(1, 9))
        return cls((9000 * loudness * voice).astype(np.int16), faces, _words(text))

    @property
    def end_us(self) -> int:
        return round(len(self.samples) * 1e6 / RATE)


def _words(text: str) -> list[tuple[str, int, int]]:
    words, at = [], 0
    for word in text.split(" "):
        words.append((word, round(at * LETTER_S * 1e6), round((at + len(word)) * LETTER_S * 1e6)))
        at += len(word) + 1
    return words


@dataclass
class Conversation:
    """A session: it outlives its socket."""

    turn: int = 0
    reply: Reply | None = None
    fault: str = ""
    seq: int = 0
    speaking: "asyncio.Task[None] | None" = None
    ear: Ear | None = None


@dataclass
class ScriptedServer:
    """Started with `await start()`, which gives the address of the page."""

    token: str = ""
    full: int = 0
    """How many connections are turned away before one is let in."""
    hears: bool = False
    """Whether it takes a microphone."""
    answer: str = "mama moved four boats"
    """Said to whoever spoke."""
    greeting: str = ""
    """Said to a new session before anyone asks."""
    beside: Path | None = None
    """A folder whose files are served beside the page."""
    received: list[m.ControlFromClient] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    sessions: dict[str, Conversation] = field(default_factory=dict)

    async def start(self, port: int = 0, prefix: str = "") -> str:
        self._sockets: list[web.WebSocketResponse] = []
        app = web.Application()
        app.router.add_get(prefix + "/", self._page)
        app.router.add_get(prefix + "/v1/stream", self._stream)
        app.router.add_static(prefix + "/web", ROOT)
        if self.beside:
            app.router.add_static(prefix + "/", self.beside)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}{prefix}/"

    async def stop(self) -> None:
        for conversation in self.sessions.values():
            if conversation.speaking:
                conversation.speaking.cancel()
        await self._runner.cleanup()

    def cut(self) -> None:
        """Every connection breaks, without a word."""
        for socket in self._sockets:
            _pull(socket)

    def reports(self) -> list[m.Played]:
        return [x for x in self.received if isinstance(x, m.Played)]

    async def _page(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(ROOT / "dist" / "index.html")

    async def _stream(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=(m.SUBPROTOCOL,), compress=False)
        await socket.prepare(request)
        self._sockets.append(socket)
        conversation: Conversation | None = None
        async for message in socket:
            if message.type != WSMsgType.BINARY:
                break
            if message.data[0] >> 4 == _ARRAY:
                if conversation:
                    await self._listen(socket, conversation, _microphone.decode(message.data))
                continue
            said = _from_client.decode(message.data)
            self.received.append(said)
            self.arrived.set()
            if isinstance(said, m.Hello):
                conversation = await self._enter(socket, said)
            elif conversation:
                await self._hear(socket, conversation, said)
            if conversation is None:
                break
        return socket

    async def _enter(self, socket: web.WebSocketResponse, hello: m.Hello) -> Conversation | None:
        if self.token and hello.token != self.token:
            await _send(socket, m.Error(code="unauthorised", message="The token is not known.", fatal=True))
            await socket.close(code=4401)
            return None
        if self.full > 0:
            self.full -= 1
            await _send(
                socket,
                m.Error(code="too_many_sessions", message="No room.", fatal=True, retry_after_ms=100),
            )
            await socket.close(code=4429)
            return None
        known = self.sessions.get(hello.session or "")
        name = hello.session if known and hello.session else secrets.token_hex(4)
        conversation = self.sessions.setdefault(name, Conversation())
        mic = hello.mic if self.hears else None
        conversation.ear = Ear(mic.rate) if mic else None
        await _send(socket, _welcome(name, hello.resume if known else None, mic))
        await _send(socket, m.Clip(name="idle", fps=FPS, face=bytes(4 * FPS * (len(CHANNELS) + 6))))
        await _send(socket, m.State(state="idle"))
        if self.greeting and not known:
            await self._begin(socket, conversation, self.greeting, "greeting")
        if known and conversation.reply and hello.resume:
            conversation.speaking = asyncio.create_task(self._speak(socket, conversation, hello.resume.pts))
        return conversation

    async def _hear(
        self, socket: web.WebSocketResponse, conversation: Conversation, said: m.ControlFromClient
    ) -> None:
        if isinstance(said, m.Text | m.Say):
            await self._silence(socket, conversation, "superseded")
            await self._begin(socket, conversation, said.text, "text", said.id)
        elif isinstance(said, m.Interrupt):
            await self._silence(socket, conversation, "client asked")
        elif isinstance(said, m.Mic) and said.state == "closed" and conversation.ear:
            for heard in conversation.ear.close():
                await self._understand(socket, conversation, heard)

    async def _listen(
        self, socket: web.WebSocketResponse, conversation: Conversation, sound: m.Microphone
    ) -> None:
        assert conversation.ear is not None, "a microphone that is not in welcome"
        for heard in conversation.ear.hear(sound):
            await self._understand(socket, conversation, heard)
        if conversation.ear.interrupts:
            await self._silence(socket, conversation, "user spoke")

    async def _understand(
        self, socket: web.WebSocketResponse, conversation: Conversation, heard: m.Heard
    ) -> None:
        await _send(socket, heard)
        if heard.final:
            await self._silence(socket, conversation, "superseded")
            await self._begin(socket, conversation, self.answer, "speech")
        else:
            await _send(socket, m.State(state="listening"))

    async def _begin(
        self,
        socket: web.WebSocketResponse,
        c: Conversation,
        said: str,
        origin: m.Origin,
        id: str | None = None,
    ) -> None:
        fault, _, text = said.partition(" ")
        c.fault = fault if fault in WORD_FAULTS else ""
        c.reply = Reply.of(text if c.fault else said)
        c.turn += 1
        c.seq = 0
        await _send(socket, m.Turn(turn=c.turn, origin=origin, id=id))
        await _send(socket, m.State(state="speaking"))
        c.speaking = asyncio.create_task(self._speak(socket, c, 0))

    async def _silence(
        self, socket: web.WebSocketResponse, conversation: Conversation, reason: str
    ) -> None:
        if conversation.speaking and conversation.reply:
            conversation.speaking.cancel()
            conversation.reply = None
            await _send(socket, m.Flush(turn=conversation.turn, reason=reason, fade_ms=10))
            await _send(socket, m.State(state="idle"))

    async def _speak(self, socket: web.WebSocketResponse, c: Conversation, pts: int) -> None:
        reply, turn = c.reply, c.turn
        assert reply is not None
        if pts == 0:
            for word, start, end in reply.words:
                await _send(socket, m.Caption(turn=turn, pts=start, end=end, text=f"{word} "))
        at = round(pts * RATE / 1e6)
        began = asyncio.get_running_loop().time() - at / RATE
        while at < len(reply.samples):
            if c.fault and at > len(reply.samples) / 2:
                fault, c.fault = c.fault, ""
                if await self._fail(socket, c, fault):
                    return
                began += STALL_S
            end = min(len(reply.samples), at + round(SEGMENT_S * RATE))
            await _send(socket, _segment(c, reply, at, end))
            at = end
            await asyncio.sleep(began + at / RATE - AHEAD_S - asyncio.get_running_loop().time())
        await _send(socket, m.End(turn=turn, pts=reply.end_us))
        stages = {"brain": 1.2, "sentence": 1.9, "voice": 4.1, "face": 5.0, "sent": 5.4}
        await _send(socket, m.Timings(turn=turn, stages=stages))
        await _send(socket, m.State(state="idle"))
        c.reply = None

    async def _fail(self, socket: web.WebSocketResponse, c: Conversation, fault: str) -> bool:
        """Whether the reply ends here, on this socket at least."""
        if fault == "stall":
            await asyncio.sleep(STALL_S)
            return False
        if fault == "cut":
            await self._silence(socket, c, "deadline")
            return True
        if fault == "forget":
            self.sessions.clear()
        _pull(socket)
        return True


def _pull(socket: web.WebSocketResponse) -> None:
    """The cable of a connection: no close is sent."""
    if socket._req and socket._req.transport:
        socket._req.transport.abort()


def _segment(c: Conversation, reply: Reply, at: int, end: int) -> m.Segment:
    start_us, end_us = (round(n * 1e6 / RATE) for n in (at, end))
    first, last = frames_before(start_us, FPS), min(frames_before(end_us, FPS), len(reply.faces))
    c.seq += 1
    return m.Segment(
        turn=c.turn,
        seq=c.seq - 1,
        pts=start_us,
        audio=reply.samples[at:end].tobytes(),
        face_pts=frame_time_us(first, FPS),
        face=reply.faces[first:last].tobytes(),
    )


def _welcome(session: str, resumed: m.Position | None, mic: m.AudioFormatInfo | None) -> m.Welcome:
    return m.Welcome(
        protocol=m.VERSION,
        server="scripted",
        session=session,
        resume_token="again",
        resume_window_s=30,
        audio=m.AudioFormatInfo(codec="pcm16", rate=RATE),
        face=m.FaceFormatInfo(format="q8", fps=FPS, profile="arkit", channels=CHANNELS, head=True),
        limits=m.Limits(65536, 200, 200, 4000, 10, 60),
        character="Toy",
        features=("drive",),
        mic=mic,
        resumed=resumed,
    )


_ARRAY = 9
"""What the first byte of a short MessagePack array begins with."""
_microphone = msgspec.msgpack.Decoder(m.Microphone)
_from_client = msgspec.msgpack.Decoder(m.ControlFromClient)
_to_client = msgspec.msgpack.Encoder()


async def _send(socket: web.WebSocketResponse, message: m.FromServer) -> None:
    if not socket.closed:
        await socket.send_bytes(_to_client.encode(message))


async def _main() -> None:
    print(await ScriptedServer(hears=True).start(8799))
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
