"""What of a reply was heard, in words."""

from server.speech.captions import CaptionPiece


class HeardText:
    """The text of a turn, piece by piece with its times; cut where the listener was."""

    def __init__(self) -> None:
        self._pieces: list[CaptionPiece] = []

    def add(self, piece: CaptionPiece) -> None:
        """The next piece. It counts as heard from its middle on."""
        self._pieces.append(piece)

    def until(self, seconds: float | None) -> str:
        """The text heard up to `seconds` on the turn's timeline; None for all of it."""
        pieces = self._pieces
        if seconds is not None:
            pieces = [p for p in pieces if (p.start + p.end) / 2 <= seconds]
        return "".join(p.text for p in pieces).strip()
