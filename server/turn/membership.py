"""A session's place in a room, as the session sees it; rooms themselves are above turns."""

from typing import Protocol

from server.turn.microphone import MicrophoneState
from server.turn.mirror import Audience


class Membership(Audience, Protocol):
    """Told by the session what happens to its user. No call waits or raises."""

    def switch(self, state: MicrophoneState, position: int) -> None:
        """The microphone of drive mode was opened, closed or muted after the sample before `position`."""
        ...

    def attached(self) -> None:
        """The user is here again."""
        ...

    def detached(self) -> None:
        """The user's connection is lost; another may come."""
        ...

    def close(self) -> None:
        """The session is over, and with it the membership."""
        ...
