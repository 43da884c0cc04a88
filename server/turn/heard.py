"""What of a reply was heard, in words."""

from server.speech.captions import CaptionPiece


class HeardText:
    """The text of a turn with the time of each piece; cut where the listener was."""

    def __init__(self) -> None:
        self._sentences: list[str] = []
        self._marks: list[tuple[float, int, int]] = []

    def sentence(self, text: str) -> None:
        """A new sentence begins."""
        self._sentences.append(text)

    def piece(self, piece: CaptionPiece) -> None:
        """A piece of the latest sentence; it counts as heard from its middle on."""
        middle = (piece.start + piece.end) / 2
        self._marks.append((middle, len(self._sentences) - 1, piece.until))

    def until(self, seconds: float | None) -> str:
        """The text heard up to `seconds` on the turn's timeline; None for all of it."""
        if seconds is None:
            return " ".join(s.strip() for s in self._sentences)
        reached = [(index, until) for time, index, until in self._marks if time <= seconds]
        if not reached:
            return ""
        index, until = reached[-1]
        whole = [s.strip() for s in self._sentences[:index]]
        return " ".join([*whole, self._sentences[index][:until].strip()])
