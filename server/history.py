"""What was said: only what was actually heard."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the user said and what of the reply was heard."""

    user: str
    reply: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """Exchanges, oldest first. Immutable: every change returns a new one."""

    exchanges: tuple[Exchange, ...] = ()

    def asked(self, user: str) -> "History":
        return History((*self.exchanges, Exchange(user)))

    def heard(self, reply: str) -> "History":
        """The last exchange with the reply as far as it was heard."""
        if not self.exchanges:
            raise ValueError("no exchange to answer")
        return History((*self.exchanges[:-1], replace(self.exchanges[-1], reply=reply)))

    def said(self, reply: str) -> "History":
        """With something the avatar said of its own accord."""
        return History((*self.exchanges, Exchange("", reply)))

    def trimmed(self, characters: int) -> "History":
        """The newest exchanges that fit into `characters`; the last one always stays."""
        kept: list[Exchange] = []
        total = 0
        for exchange in reversed(self.exchanges):
            total += len(exchange.user) + len(exchange.reply)
            if kept and total > characters:
                break
            kept.append(exchange)
        return History(tuple(reversed(kept)))
