"""Takes the avatar's own voice, come back from a loudspeaker, out of what a microphone hears. Pure.

The server knows what it sent and about where the listener is. It does not know the latency of the device,
the way from loudspeaker to microphone, its level, nor its colour. These are learnt: the delay as the lag at
which loudness, band by band, rises and falls with what was sent, and the level of each band as the usual
ratio at that lag. Each band then loses what the echo may have in it, as a residual echo suppressor does
(Gustafsson, Martin and Vary 1998). It works on powers, so phases, resampling, a clock that drifts and
a client's own canceller do not disturb it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from server.audio.chunk import Samples
from server.speech.bands import BANDS, RATE, WINDOW, Powers, band_powers, spread
from server.speech.sent_voice import EARLIEST, HOP, LAGS

DELAY_SAMPLES: Final = WINDOW // 2
"""By so much what comes out is later than what went in: 16 ms."""
MEMORY_S: Final = 1.5
"""Time constant with which a delay is learnt."""
COUPLED: Final = 0.5
"""Correlation that makes an echo: echoes in rooms have 0.7 to 0.95, other people's speech less than 0.4."""
COUPLED_SOON: Final = 0.8
"""The same while little was heard: chance makes more of less, and only a loud echo is urgent."""
SOON: Final = 24
"""Windows of voice after which a correlation may be believed: 0.8 s."""
ENOUGH: Final = 62
"""And after which a lower one may: 2 s."""
RATIOS: Final = 96
"""Windows from which levels are learnt: the last three seconds of loud voice."""
FEWEST: Final = 8
"""Windows after which levels are believed."""
FEW: Final = 24
"""Windows up to which the higher ones of the ratios are taken for the level."""
MARGIN: Final = 2.5
"""Power by which an echo may exceed what is expected in a band."""
LOUDEST: Final = 0.25
"""Power of an echo against what was sent, at most, while its level is not known."""
WEAK: Final = 0.01
"""The same once a louder one would have been noticed."""
SLACK: Final = 10.0
"""Power by which an echo of unknown level may exceed its weakest moment."""
_KEEP: Final = np.float32(1 - WINDOW / RATE / MEMORY_S)
_USUAL: Final = 0.6
"""Quantile of the ratios that is the level; whoever talks meanwhile only adds to the higher ones."""
_HIGHER: Final = 0.9
"""The same of few ratios: rather too much than too little is taken out."""
_QUIET: Final = 1e-7
"""Power of what was sent below which nothing is played or learnt."""
_AUDIBLE: Final = 1e-2
"""Bands weaker than this against the strongest one teach nothing of their level."""
_LOUD: Final = 0.1
"""Windows weaker than this against the loudest lately tell nothing of a limit."""
_FADING: Final = 0.99
_TINY: Final = 1e-12
_TAPER: Final = np.sqrt(np.hanning(WINDOW + 1)[:-1]).astype(np.float32)
"""Twice applied and overlapped by half, it adds up to 1."""


class Echo:
    """The echo on one microphone, over all turns of its session."""

    def __init__(self) -> None:
        self._delay = _Delay()
        self._levels = _Levels()
        self._limits = np.full(LAGS, LOUDEST, np.float32)
        """What an echo of unknown level can have, against what was sent, at each lag."""
        self._loudest = 0.0
        """Power of what was sent lately."""
        self._heard = np.zeros(WINDOW, np.float32)
        self._tail = np.zeros(WINDOW // 2, np.float32)

    @property
    def lag_s(self) -> float:
        """Seconds from the playhead to what is heard, the likeliest so far; negative if that is ahead."""
        return (self._delay.best + EARLIEST) * HOP / RATE

    @property
    def coupled(self) -> bool:
        """Whether what is heard follows what is played."""
        if self._delay.windows < SOON:
            return False
        return self._delay.correlation >= (COUPLED_SOON if self._delay.windows < ENOUGH else COUPLED)

    def remove(self, window: Samples, sent: Powers | None) -> Samples:
        """The next WINDOW samples at RATE without echo, DELAY_SAMPLES late.

        `sent` is what `SentVoice.before` gives for the end of `window`, None where nothing plays.
        """
        joined = np.concatenate([self._heard, window.astype(np.float32)])
        self._heard = joined[WINDOW:]
        if sent is not None and sent.max() > _QUIET:
            self._learn(band_powers(window), sent)
        else:
            sent = None
        out = np.empty(WINDOW, np.float32)
        half = WINDOW // 2
        for n, ago in enumerate((half, 0)):
            frame = joined[WINDOW - ago :][:WINDOW]
            faded = self._faded(frame, None if sent is None else self._expected(sent, ago // HOP))
            out[n * half : (n + 1) * half] = self._tail + faded[:half]
            self._tail = faded[half:]
        return np.clip(np.rint(out), -32768, 32767).astype(np.int16)

    def _learn(self, heard: Powers, sent: Powers) -> None:
        self._delay.follow(heard, sent)
        self._levels.follow(heard, sent[self._delay.best], self.coupled)
        played = sent.sum(axis=1)
        self._loudest = max(self._loudest * _FADING, float(played.max()))
        loud = played > _LOUD * self._loudest
        ratios = np.where(loud, heard.sum() / np.maximum(played, _TINY), np.inf)
        self._limits = np.minimum(self._limits, SLACK * ratios)

    def _expected(self, sent: Powers, ago: int) -> Powers:
        """The echo's power `ago` hops before the end of the window; the lag is known to a hop."""
        if not self._levels.known:
            loudest = LOUDEST if self._delay.windows < SOON or self.coupled else WEAK
            limits = np.minimum(self._limits[: LAGS - ago, None], np.float32(loudest))
            return np.asarray((limits * sent[ago:]).max(axis=0))
        best = min(self._delay.best + ago, LAGS - 1)
        return np.asarray(self._levels.gains * sent[max(0, best - 1) : best + 2].max(axis=0))

    def _faded(self, frame: NDArray[np.float32], expected: Powers | None) -> NDArray[np.float32]:
        tapered = frame * _TAPER
        if expected is not None:
            powers = band_powers(frame)
            gains = np.maximum(0, 1 - MARGIN * expected / np.maximum(powers, _TINY))
            tapered = np.fft.irfft(np.fft.rfft(tapered) * spread(gains)).astype(np.float32)
        return np.asarray(tapered * _TAPER)


class _Delay:
    """The lag at which loudness in all bands follows what was sent, over the last seconds.

    Loudness is the fourth root of power, near to what is perceived (Stevens 1957).
    """

    def __init__(self) -> None:
        self.best = 0
        """Index of the lag."""
        self.correlation = 0.0
        self.windows = 0
        self._heard_mean = np.zeros(BANDS, np.float32)
        self._sent_mean = np.zeros((LAGS, BANDS), np.float32)
        self._cross = np.zeros(LAGS, np.float32)
        self._heard = 0.0
        self._sent = np.zeros(LAGS, np.float32)

    def follow(self, heard: Powers, sent: Powers) -> None:
        self.windows += 1
        step = np.float32(max(1 - float(_KEEP), 1 / self.windows))
        y, x = np.sqrt(np.sqrt(heard)), np.sqrt(np.sqrt(sent))
        self._heard_mean += (y - self._heard_mean) * step
        self._sent_mean += (x - self._sent_mean) * step
        y, x = y - self._heard_mean, x - self._sent_mean
        self._cross = self._cross * _KEEP + x @ y
        self._sent = self._sent * _KEEP + np.einsum("lb,lb->l", x, x)
        self._heard = self._heard * float(_KEEP) + float(y @ y)
        correlations = self._cross / np.sqrt(self._sent * self._heard + _TINY)
        self.best = int(np.argmax(correlations))
        self.correlation = float(correlations[self.best])


class _Levels:
    """The usual power of the echo in each band, against what was sent."""

    def __init__(self) -> None:
        self.gains: Powers = np.full(BANDS, LOUDEST, np.float32)
        self._ratios: Powers = np.full((RATIOS, BANDS), np.inf, np.float32)
        self._count = 0

    @property
    def known(self) -> bool:
        return self._count >= FEWEST

    def follow(self, heard: Powers, sent: Powers, coupled: bool) -> None:
        """A ratio counts where it is an echo's, or shows that the echo is weaker than it was."""
        loud = sent > _AUDIBLE * sent.max()
        teaches = loud & (coupled | (self.known & (heard < self.gains * sent)))
        if not teaches.any():
            return
        self._ratios[self._count % RATIOS] = np.where(teaches, heard / np.maximum(sent, _TINY), np.inf)
        self._count += 1
        if self._count % 4 == 0:
            self._settle()

    def _settle(self) -> None:
        ratios = np.sort(self._ratios, axis=0)
        counts = np.isfinite(ratios).sum(axis=0)
        share = _HIGHER if self._count < FEW else _USUAL
        usual = ratios[(share * np.maximum(counts - 1, 0)).astype(np.intp), np.arange(BANDS)]
        self.gains = np.where(counts > 0, usual, self.gains).astype(np.float32)
