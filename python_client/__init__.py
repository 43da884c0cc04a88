"""An asyncio client of the FaceWire protocol: `connect`, iterate, play, gather replies, record, replay."""

from python_client.backoff import Backoff
from python_client.client import Client, connect
from python_client.faults import ClientFault, ConnectFailed, NotConnected, Refused, WrongProtocol
from python_client.player import Player, Pose
from python_client.playhead import Playhead
from python_client.recorder import Recorder, Replay
from python_client.reply import Replies, Reply, replies
from python_client.session import Session

__all__ = [
    "Backoff",
    "Client",
    "ClientFault",
    "ConnectFailed",
    "NotConnected",
    "Player",
    "Playhead",
    "Pose",
    "Recorder",
    "Refused",
    "Replay",
    "Replies",
    "Reply",
    "Session",
    "WrongProtocol",
    "connect",
    "replies",
]
