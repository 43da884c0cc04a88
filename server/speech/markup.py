"""What a brain writes, turned into what can be said: markup, emoji and tags come out, text stays.

`[wave]` becomes a `Tag`; Markdown, HTML and SSML marks, emoji and control characters are removed; white
space is folded to one blank, or to a newline where a line break ends a sentence. Works on pieces: what
comes out never depends on how the text was cut.
"""

import re
import unicodedata
from dataclasses import dataclass

_PLAIN = re.compile(r"""[^\W_]+|[.,;:!?'"()%&/@$€£…—–，。！？；：、“”‘’「」『』（）《》«»¿¡]+""")
_BRACKETED = re.compile(r"\[([^\[\]\n]{0,80})\]")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,31}")
_TARGET = re.compile(r"\(([^()\s]{0,400})(?:\s\"[^\"\n]{0,100}\")?\)")
_ATTRIBUTE = r"""\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)"""
_ELEMENT = re.compile(rf"</?([A-Za-z][\w:.-]*)(?:{_ATTRIBUTE})*\s*/?>|<[!?][^<>]{{0,200}}>")
_ELEMENT_SO_FAR = re.compile(
    rf"""</?(?:[A-Za-z][\w:.-]*(?:{_ATTRIBUTE})*"""
    r"""(?:\s+(?:[\w:.-]+\s*(?:=\s*(?:"[^"<>]*|'[^'<>]*|[^\s"'<>]*)?)?)?)?\s*/?)?|<[!?][^<>]{0,200}"""
)
_LONGEST_ELEMENT = 300
_INLINE_ELEMENTS = frozenset("a b code em i mark small span strong sub sup u".split())
_BULLETS = frozenset("-+*•‣▪◦")
_ATTACHED = frozenset(".,;:!?)。，！？；：、”’」』）》»")
_ZERO_WIDTH_JOINERS = frozenset("\u200c\u200d")  # spelling marks of Persian and Indic scripts


@dataclass(frozen=True, slots=True)
class Tag:
    """A `[name]` that stood in the text, here."""

    name: str


class Markup:
    """Takes text in pieces, gives plain text and tags in order. One reply each."""

    def __init__(self) -> None:
        self._raw = ""
        self._before = "\n"
        """The raw character before `_raw`."""
        self._written = ""
        """The last plain character given out."""
        self._blank = False
        self._newlines = 0
        self._hard = False
        """The line now read is a heading or list item: the line breaks around it end a sentence."""
        self._gap = False
        """Something was removed here that separates words."""
        self._parts: list[str | Tag] = []

    def feed(self, piece: str) -> list[str | Tag]:
        """What is certain after this piece; a text part is never empty."""
        self._raw += piece
        return self._drain(final=False)

    def finish(self) -> list[str | Tag]:
        """The rest. The object cannot be used afterwards."""
        return self._drain(final=True)

    def _drain(self, final: bool) -> list[str | Tag]:
        at = 0
        while at < len(self._raw):
            if plain := _PLAIN.match(self._raw, at):
                self._write(plain[0])
                step: int | None = plain.end()
            else:
                step = self._special(at, final)
            if step is None:
                break
            if step > at:
                self._before = self._raw[step - 1]
            at = step
        self._raw = self._raw[at:]
        parts, self._parts = self._parts, []
        return parts

    def _special(self, at: int, final: bool) -> int | None:
        """Index after the mark at `at`, or None if only more text can tell what it is."""
        mark = self._raw[at]
        if mark.isspace():
            return self._white(at)
        if mark == "[":
            return self._bracket(at, final)
        if mark == "<":
            return self._element(at, final)
        if mark in "*_~#-+=>":
            return self._markdown(at, final)
        if mark in "`|\\" or mark in _BULLETS:
            self._gap = self._gap or mark != "`"
            self._hard = self._hard or (mark in _BULLETS and self._at_line_start())
        else:
            self._symbol(mark)
        return at + 1

    def _white(self, at: int) -> int:
        if self._raw[at] in "\n\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029":
            self._newlines += 2 if self._hard else 1
            self._hard = False
        else:
            self._blank = True
        return at + 1

    def _bracket(self, at: int, final: bool) -> int | None:
        found = _BRACKETED.match(self._raw, at)
        if found is None:
            rest = self._raw[at + 1 : at + 82]
            if not final and len(rest) < 81 and not re.search(r"[\[\]\n]", rest):
                return None
            return self._literal(at)
        after = self._raw[found.end() :]
        if not final and (not after or (after[0] == "(" and self._open_target(after))):
            return None
        target = _TARGET.match(after)
        if target and re.search(r"[/.#:]", target[1]):  # a link: its text stays
            self._raw = self._raw[:at] + found[1] + after[target.end() :]
            return at
        if _IDENTIFIER.fullmatch(found[1]):
            self._parts.append(Tag(found[1]))
            self._gap = True
            return found.end()
        return self._literal(at)

    @staticmethod
    def _open_target(after: str) -> bool:
        return len(after) < 500 and not re.search(r"[)\n]", after)

    def _element(self, at: int, final: bool) -> int | None:
        piece = self._raw[at : at + _LONGEST_ELEMENT]
        if found := _ELEMENT.match(piece):
            self._gap = self._gap or (found[1] or "").lower() not in _INLINE_ELEMENTS
            return at + found.end()
        if not final and len(piece) < _LONGEST_ELEMENT and _ELEMENT_SO_FAR.fullmatch(piece):
            return None
        return self._literal(at)

    def _markdown(self, at: int, final: bool) -> int | None:
        """One of `*_~#-+=>`: kept where it reads as itself, else dropped. Needs the next character."""
        if at + 1 == len(self._raw) and not final:
            return None
        mark, after = self._raw[at], self._raw[at + 1 : at + 2]
        if self._at_line_start() and self._opens_line(mark, after):
            self._hard = True
        elif mark in "*_~-=" and mark in (
            after,
            self._before,
        ):  # a run: emphasis or a rule, but two hyphens are a dash
            if mark == "-" and self._before != "-" and not self._at_line_start():
                self._write("—")
        elif self._reads_as_itself(mark, after):
            self._write(mark)
        return at + 1

    @staticmethod
    def _opens_line(mark: str, after: str) -> bool:
        """Whether the mark makes a heading, a quotation or a list item of the line it begins."""
        return mark == ">" or (mark == "#" and after in ("#", " ")) or (mark in _BULLETS and after == " ")

    def _reads_as_itself(self, mark: str, after: str) -> bool:
        before = self._before
        if mark == "*":
            return (before.isspace() and after.isspace()) or (before.isdigit() and after.isdigit())
        if mark == "_":
            return before.isalnum() and after.isalnum()
        return True

    def _at_line_start(self) -> bool:
        return self._newlines > 0 or not self._written

    def _symbol(self, mark: str) -> None:
        category = unicodedata.category(mark)
        if category[0] == "C":
            if mark in _ZERO_WIDTH_JOINERS and self._before.isalpha():
                self._write(mark)
        elif mark in "\ufe0e\ufe0f\u20e3" or _is_pictograph(mark, category):
            self._gap = True
        else:
            self._write(mark)

    def _literal(self, at: int) -> int:
        self._write(self._raw[at])
        return at + 1

    def _write(self, text: str) -> None:
        first = text[0]
        if self._newlines:
            self._parts.append(" " if self._newlines == 1 and not self._hard and first.islower() else "\n")
        elif self._blank and self._gap and first in _ATTACHED:
            pass  # "Hello 😀!"
        elif self._blank or (self._gap and first.isalnum() and self._written.isalnum()):
            self._parts.append(" ")
        self._blank = self._gap = False
        self._newlines = 0
        self._parts.append(text)
        self._written = text[-1]


def _is_pictograph(mark: str, category: str) -> bool:
    """Emoji and dingbats; not degree signs, trade marks or the square symbols of Chinese and Japanese."""
    return (category == "So" and mark >= "\u2190" and not "\u2e80" <= mark <= "\u33ff") or (
        "\U0001f3fb" <= mark <= "\U0001f3ff"
    )
