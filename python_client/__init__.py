"""An asyncio client of the FaceWire protocol: `connect`, iterate, play, gather, drive, record, replay."""

from python_client.backoff import Backoff
from python_client.client import Client, connect
from python_client.drive import Mirrored, drive
from python_client.faults import ClientFault, ConnectFailed, NotConnected, Refused, WrongProtocol
from python_client.microphone import Microphone
from python_client.peer_player import PeerPlayer, Pose
from python_client.player import Player
from python_client.playhead import Playhead
from python_client.recorder import Recorder, Replay
from python_client.reply import Replies, Reply, replies
from python_client.room import Member, PeerChange, Room
from python_client.session import Session

__all__ = [
    "Backoff",
    "Client",
    "ClientFault",
    "ConnectFailed",
    "Member",
    "Microphone",
    "Mirrored",
    "NotConnected",
    "PeerChange",
    "PeerPlayer",
    "Player",
    "Playhead",
    "Pose",
    "Recorder",
    "Refused",
    "Replay",
    "Replies",
    "Reply",
    "Room",
    "Session",
    "WrongProtocol",
    "connect",
    "drive",
    "replies",
]
