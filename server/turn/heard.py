"""What of a reply was heard, in words."""

from server.speech.captions import CaptionPiece


class HeardText:
    """The text of a turn, piece by piece with its times; cut where the listener was."""

    def __init__(self) -> None:
        self._pieces: list[tuple[int, CaptionPiece]] = []

    def add(self, piece: CaptionPiece, sentence: int = 0) -> None:
        """The next piece, of the sentence with this index. It counts as heard from its middle on."""
        self._pieces.append((sentence, piece))

    def until(self, seconds: float | None) -> str:
        """The text heard up to `seconds` on the turn's timeline; None for all of it."""
        return "".join(p.text for _, p in self._pieces if _heard(p, seconds)).strip()

    def reached(self, seconds: float | None) -> tuple[int, int]:
        """Index of the sentence, and in its text, of the first that was not heard up to `seconds`."""
        at = (0, 0)
        for sentence, piece in self._pieces:
            if not _heard(piece, seconds):
                return sentence, max(0, piece.until - len(piece.text))
            at = (sentence, piece.until)
        return at


def _heard(piece: CaptionPiece, seconds: float | None) -> bool:
    return seconds is None or (piece.start + piece.end) / 2 <= seconds
