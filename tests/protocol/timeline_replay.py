"""Runs a timeline vector through the client's `Player`; protocol/vectors/README.md has the format."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocol import messages as m
from protocol import pcm16
from protocol.codes import BadMessage
from protocol.face_format import FaceLayout
from python_client.peer_player import Pose
from python_client.player import Player

LEVEL = 16384
"""Half of full scale."""

Step = dict[str, Any]


class Replay:
    """One vector from its first step on; `perform` does the next one and gives what came of it."""

    def __init__(self, vector: dict[str, Any]) -> None:
        self.vector = vector
        self.player = Player(vector["device_rate"], vector["target_ms"])
        self._layout = FaceLayout("f32", len(vector["channels"]), head=False)
        self._pulled = 0
        self._before: tuple[str, int] = ("idle", -1)
        self._peers: list[int] = vector.get("peers", [])
        self._peers_before = dict.fromkeys(self._peers, ("idle", -1))
        self._seq = 0
        self.player.take(self._welcome(), 0.0)

    def perform(self, step: Step) -> Step:
        """The `want` of this step, as it came out."""
        now = step["at"]
        message = self._message(step)
        if "volume" in step:
            self.player.peer(step["volume"]["peer"]).volume = step["volume"]["to"]
        try:
            if message is not None:
                self.player.take(message, now)
        except BadMessage as bad:
            return {"refused": bad.code}
        came = {} if "device" not in step else self._show(step)
        if "want" in step and "refused" not in step["want"]:
            came["played"] = [
                [p.turn, p.pts, p.state, round(p.buffered_ms or 0, 4), p.underruns]
                for p in self.player.poll(now)
            ]
        return came

    def counts(self) -> dict[str, Any]:
        """What was lost, added and dropped in all."""
        playout, reception = self.player.playout, self.player.reception
        assert reception is not None
        counts: dict[str, Any] = {
            "underruns": playout.underruns,
            "overrun": playout.overrun,
            "missing": reception.missing,
            "dropped": reception.dropped,
        }
        return counts | (
            {"peers": {str(n): self._peer_counts(n) for n in self._peers}} if self._peers else {}
        )

    def _peer_counts(self, number: int) -> dict[str, int]:
        peer = self.player.peer(number)
        return {
            "underruns": peer.playout.underruns,
            "missing": peer.reception.missing,
            "concealed": peer.playout.ring.concealed,
            "skipped": peer.playout.ring.skipped,
        }

    def _show(self, step: Step) -> Step:
        blocks, sound = [], []
        peers: dict[int, list[Any]] = {number: [] for number in self._peers}
        for i, size in enumerate(step["pull"]):
            out = np.empty(size, np.float32)
            anchor = self.player.pull(out, self.vector["first"] + self._pulled / self.vector["device_rate"])
            self._pulled += size
            sound.append(out)
            if (anchor.state, anchor.turn) != self._before:
                blocks.append([i, anchor.state, anchor.turn, round(anchor.pts, 3)])
            self._before = (anchor.state, anchor.turn)
            for number in self._peers:
                self._look(number, i, peers[number])
        pose = self.player.face(step["at"], step["device"], step["ahead"])
        level = float(np.sqrt(np.mean(np.concatenate(sound).astype(np.float64) ** 2))) if sound else 0.0
        came = {"blocks": blocks, "sound": round(level, 5), **self._posed(pose)}
        if self._peers:
            came["peers"] = {str(n): self._of_peer(n, step, peers[n]) for n in self._peers}
        return came

    def _look(self, number: int, block: int, changes: list[Any]) -> None:
        """Note where the state or run of a peer is another than in the block before."""
        anchor = self.player.peer(number).newest
        if anchor is not None and (anchor.state, anchor.turn) != self._peers_before[number]:
            changes.append([block, anchor.state, anchor.turn, round(anchor.pts, 3)])
            self._peers_before[number] = (anchor.state, anchor.turn)

    def _of_peer(self, number: int, step: Step, blocks: list[Any]) -> Step:
        peer = self.player.peer(number)
        held = 0.0 if peer.newest is None else peer.newest.buffered_ms
        return {
            "blocks": blocks,
            **self._posed(peer.face(step["at"], step["ahead"])),
            "held": [round(held, 4), round(peer.playout.target.ms, 4)],
        }

    def _posed(self, pose: Pose) -> Step:
        return {
            "heard": [pose.heard.turn, pose.heard.state, round(pose.heard.pts, 3)],
            "shown": round(float(pose.shown), 3),
            "weights": [round(float(w), 7) for w in pose.weights],
        }

    def _message(self, step: Step) -> m.FromServer | None:
        match step:
            case {"segment": dict(media)}:
                self._seq += 1
                audio = pcm16.pack(self._voice(media["pts"], media["samples"], LEVEL))
                face = self._pack(media["frames"])
                return m.Segment(media["turn"], self._seq, media["pts"], audio, media["face_pts"], face)
            case {"mirror": dict(mirror)}:
                self._seq += 1
                return m.Mirror(self._seq, mirror["face_pts"], self._pack(mirror["frames"]))
            case {"turn": int(turn)}:
                return m.Turn(turn, "text")
            case {"end": int(turn)}:
                return m.End(turn, 0)
            case {"flush": dict(flush)}:
                return m.Flush(flush["turn"], "interrupted", flush["fade_ms"])
            case {"duck": dict(duck)}:
                return m.Duck(duck["turn"], duck["level"], duck["fade_ms"])
            case {"clip": dict(clip)}:
                return m.Clip(clip["name"], clip["fps"], self._pack(clip["frames"]))
            case {"state": str(state)}:
                return m.State(state)  # type: ignore[arg-type]  # a vector has no other states
            case {"session": True}:
                return self._welcome()
        return self._of_the_room(step)

    def _of_the_room(self, step: Step) -> m.FromServer | None:
        match step:
            case {"peer_segment": dict(media)}:
                self._seq += 1
                audio = pcm16.pack(self._voice(media["pts"], media["samples"], media["level"]))
                face = self._pack(media["frames"])
                return m.PeerSegment(media["peer"], self._seq, media["pts"], audio, media["face_pts"], face)
            case {"left": int(number)}:
                return m.Peer("vector", number, "", "left")
        return None

    def _voice(self, pts: int, samples: int, level: int) -> NDArray[np.int16]:
        if not self.vector["tone"]:
            return np.full(samples, level, np.int16)
        n = round(pts * self.vector["rate"] / 1e6) + np.arange(samples)
        wave = np.sin(2 * np.pi * self.vector["tone"] * n / self.vector["rate"])
        samples_of_tone: NDArray[np.int16] = np.rint(level * wave).astype(np.int16)
        return samples_of_tone

    def _pack(self, frames: list[list[float]]) -> bytes:
        return self._layout.pack(np.reshape(frames, (-1, self._layout.channels)).astype(np.float32))

    def _welcome(self) -> m.Welcome:
        vector = self.vector
        face = m.FaceFormatInfo("f32", vector["fps"], "arkit", tuple(vector["channels"]), False)
        audio = m.AudioFormatInfo("pcm16", vector["rate"])
        limits = m.Limits(65536, 200, 200, 4000, 10.0, 60.0)
        return m.Welcome(m.VERSION, "vector", "s", "t", 30.0, audio, face, limits, "mira")


TOLERANCES = {"pts": 0.01, "weights": 1e-6, "sound": 1e-4, "played": 1.0}
"""How far a number may be off: microseconds, weights, level, microseconds of a report."""


def differences(step: Step, came: Step) -> list[str]:
    """Where `came` is not what `step` wants."""
    want = step.get("want", {})
    wrong = [f"{key} is missing" for key in want.keys() - came.keys()]
    for key in want.keys() & came.keys():
        tolerance = TOLERANCES.get(key, TOLERANCES["pts"])
        if not _near(want[key], came[key], tolerance):
            wrong.append(f"at {step['at']}: {key} {came[key]}, wanted {want[key]}")
    return wrong


def _near(a: object, b: object, tolerance: float) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_near(a[k], b[k], TOLERANCES.get(k, tolerance)) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(_near(x, y, tolerance) for x, y in zip(a, b, strict=True))
    if isinstance(a, int | float) and isinstance(b, int | float):
        return abs(a - b) <= tolerance
    return a == b


def run(vector: dict[str, Any]) -> list[str]:
    """Every difference between a vector and what the client made of it."""
    replay = Replay(vector)
    wrong = [x for step in vector["script"] for x in differences(step, replay.perform(step))]
    if replay.counts() != vector["counts"]:
        wrong.append(f"counts {replay.counts()}, wanted {vector['counts']}")
    return wrong
