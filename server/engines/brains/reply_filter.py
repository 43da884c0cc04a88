"""What a language model wrote, without what is not meant to be said.

Models that reason write their thoughts first, between <think> and </think>. And a model that is broken, or
was talked into it, repeats its instructions: that is a failure, not a reply.
"""

from server.errors import EngineError

OPENING, CLOSING = "<think>", "</think>"
REPEATED = 60
"""So many characters of the instructions at the beginning of a reply are no accident."""


class ReplyFilter:
    """Takes one reply piece by piece. What comes out does not depend on how it was cut."""

    def __init__(self, instructions: str) -> None:
        self._instructions = " ".join(instructions.split())[:REPEATED]
        self._held = ""
        self._begun = False
        self._thinks = False

    def feed(self, piece: str) -> str:
        """What can be said after this piece, possibly nothing.

        Raises EngineError for a reply that repeats the instructions.
        """
        self._held += piece
        if self._thinks:
            _, closing, after = self._held.partition(CLOSING)
            if not closing:
                self._held = self._held[-len(CLOSING) :]
                return ""
            self._thinks, self._held = False, after
        return self._said() if self._begun else self._beginning()

    def finish(self) -> str:
        """The rest; thoughts that did not end are none of it."""
        return "" if self._thinks else self._said()

    def _said(self) -> str:
        said, self._held = self._held, ""
        return said

    def _beginning(self) -> str:
        """Held back while it could still become thoughts or the instructions."""
        text = self._held.lstrip()
        if text.startswith(OPENING):
            self._thinks, self._held = True, text[len(OPENING) :]
            return self.feed("")
        plain = " ".join(text.split())
        if self._instructions and plain[:REPEATED] == self._instructions:
            raise EngineError("the language model repeats its instructions", permanent=True)
        if not text or OPENING.startswith(text) or self._instructions.startswith(plain):
            return ""
        self._begun = True
        self._held = text
        return self._said()
