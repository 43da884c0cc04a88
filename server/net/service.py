"""What the connections of one process share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from aiohttp import web

from protocol.codes import Close
from server import config
from server.clock import Clock
from server.errors import PeerError
from server.rooms.rooms import Rooms
from server.speech.character import Character
from server.speech.languages import covered, primary
from server.turn.session import Session
from server.turn.sessions import Sessions


class Counts(Protocol):
    """Learns what the connections do; must neither wait nor raise."""

    def connected(self) -> None: ...

    def disconnected(self, code: int | None) -> None:
        """With this close code, None if the client went without a word."""
        ...

    def refused(self, code: str) -> None:
        """A message was refused with this error code."""
        ...


class Held(Protocol):
    """A connection, as the others know it."""

    session: Session | None

    def end(self, code: Close | None, why: str) -> None:
        """Close it with this code, None if the client is gone."""
        ...

    def give_way(self) -> None:
        """A newer connection takes its session."""
        ...


@dataclass(slots=True, eq=False)
class Service:
    """The sessions, what they are made with, and the connections to them."""

    sessions: Sessions
    clock: Clock
    counts: Counts
    server: config.Server
    limits: config.Limits
    face: config.Face
    pace: config.PaceSection
    characters: Mapping[str, Character]
    default_character: str
    languages: tuple[str, ...]
    """BCP 47 tags that the voice speaks; empty for any."""
    rate: int
    """Sample rate of the voice."""
    rooms: Rooms | None = None
    """Voice chat, where there is any."""
    drive: bool = False
    """Whether there is a driver for the users' own faces."""
    listens: bool = False
    """Whether users can talk to the character, not only write."""
    understands: tuple[str, ...] = ()
    """BCP 47 tags that are understood where it listens; empty for any."""
    token: str | None = None
    greeting: bool = False
    ready: bool = False
    """Whether new sessions are welcome: not before the start is over, not during the stop."""
    connections: set[Held] = field(default_factory=set)
    holders: dict[str, Held] = field(default_factory=dict)
    """The connection of each session, by the session's id."""
    talkers: set[web.WebSocketResponse] = field(default_factory=set)

    def character(self, name: str | None) -> Character:
        """The character with this key or name, the default one for None. Raises PeerError."""
        if name is None:
            return self.characters[self.default_character]
        for key, character in self.characters.items():
            if name.casefold() in (key.casefold(), character.name.casefold()):
                return character
        known = ", ".join(sorted(self.characters))
        raise PeerError(f"no character {name!r}; there are {known}", "unknown_character")

    def check_language(self, tag: str | None) -> None:
        """Raises PeerError for a language that the voice does not speak."""
        if tag is not None and not covered(tag, self.languages):
            spoken = sorted(set(map(primary, self.languages)))
            raise PeerError(
                f"the voice does not speak {tag!r}; it speaks {', '.join(spoken)}", "unknown_language"
            )

    def check_hearing(self, tag: str) -> None:
        """Raises PeerError where nobody listens, or not to this language."""
        if not self.listens:
            raise PeerError("this server does not listen; leave out `hello.mic` and write", "not_available")
        if not covered(tag, self.understands):
            understood = ", ".join(sorted(set(map(primary, self.understands))))
            raise PeerError(
                f"the server understands {understood}, not {tag!r}; leave out `hello.mic` and write, or "
                f"choose a character or `language` that is understood",
                "unknown_language",
            )

    def check_mode(self, mode: str) -> None:
        """Raises PeerError for drive mode where no engine drives a face from sound."""
        if mode == "drive" and not self.drive:
            raise PeerError("this server has no drive mode; use mode 'converse'", "not_available")

    def check_text(self, text: str) -> None:
        """Raises PeerError for text that is empty or too long."""
        if not text.strip():
            raise PeerError("the text is empty; send something to say", "empty_text")
        if len(text) > self.limits.text_chars:
            raise PeerError(
                f"the text has {len(text)} characters; send at most {self.limits.text_chars} at a time",
                "text_too_long",
            )

    def check_open(self) -> None:
        """Raises PeerError while the server starts or stops."""
        if not self.ready:
            raise PeerError("the server is starting or stopping; reconnect in a moment", "going_away")
