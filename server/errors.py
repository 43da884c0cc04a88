"""What can go wrong, whose fault it is, and what follows.

Three kinds: the peer's fault (`PeerError`), an engine's fault (`EngineError`), and a set-up that cannot
work (`ConfigError`). Anything else is a bug of ours and is logged with its traceback. The wire code of
each class is a key of `protocol.codes`.
"""


class FaceWireError(Exception):
    """Base of all errors this project raises on purpose; its text says what would be right."""

    code = "internal"


class PeerError(FaceWireError):
    """The client sent something that cannot be done; the connection lives."""

    code = "bad_request"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class EngineError(FaceWireError):
    """An engine could not do its work. `permanent` says that trying again will not help."""

    code = "engine_failed"

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class CannotSpeak(EngineError):
    """The voice has no way to say this text (its script or language)."""

    code = "cannot_speak"

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class ConfigError(FaceWireError):
    """The configuration cannot work; the text is one line that says what to change."""

    code = "config"
