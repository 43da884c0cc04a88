"""Recognizer `auto`: faster-whisper when its model is here or can be fetched, otherwise pocketsphinx."""

import logging

from server.engines.recognizers.faster_whisper import WhisperRecognizer
from server.engines.recognizers.pocketsphinx import PocketsphinxRecognizer
from server.engines.recognizers.whisper_model import fetched, fetched_before
from server.errors import ConfigError
from server.ports import Recognizer

log = logging.getLogger(__name__)


def recognizer(
    model: str = "base", folder: str = "", device: str = "auto", compute: str = "", decoders: int = 0
) -> Recognizer:
    """Options are those of the two. Which one it is stands in the log.

    Raises ConfigError, also for a folder that is named and holds no model. Without a network it is made in
    a few seconds.
    """
    if not folder and fetched_before(model) is None:
        try:
            fetched(model)
        except ConfigError as error:
            log.warning("pocketsphinx listens, and understands English only: %s", error)
            return PocketsphinxRecognizer(decoders)
    return WhisperRecognizer(model, folder, device, compute)
