"""What a command can find wrong: each is told in one line, and the exit status is 2."""

from server.errors import FaceWireError


class BadFile(FaceWireError):
    """A file that cannot be used as it is; the text names it and says what would be right."""

    code = "bad_file"


class NoServer(FaceWireError):
    """The server that was named does not answer, or not as one of this protocol."""

    code = "no_server"
