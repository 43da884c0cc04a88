"""What can go wrong between a client and its server. `protocol.codes.BadMessage` comes beside these."""


class ClientFault(Exception):
    """Base of the faults below; the text says what to do."""


class ConnectFailed(ClientFault, ConnectionError):
    """No connection could be made, or none could be made again in time."""


class NotConnected(ClientFault, ConnectionError):
    """Something was to be sent while there is no connection; it was not sent."""


class WrongProtocol(ClientFault):
    """What answers there speaks another protocol, or another version of this one."""


class Refused(ClientFault):
    """The server closed for good; `code` is an error code of the protocol, or empty where it gave none."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}" if code else text)
        self.code = code
        self.text = text
