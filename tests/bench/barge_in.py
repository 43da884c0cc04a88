"""Who and what interrupts the avatar: false and missed interruptions over the project's own set of sounds.

Detection is in the microphone's own time: from the first audible sample to the end of the window that
decides. The sounds, echoes and rooms are made from seeds (`tests/sounds`).
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from server.engines.detectors.silero import SileroDetector
from server.speech.barge_in import Decision
from tests.bench.figures import Figure, percentile
from tests.sounds import cases
from tests.sounds.scenes import decisions

JITTER_S = 0.02
"""How late at most the server learns where the playhead is, against the microphone's sound."""
PATIENCE_S = 2.5
"""An interruption that comes later is a missed one: most phrases are over."""
FIRST = "in the first second"


async def run(quick: bool = False) -> list[Figure]:
    every = 10 if quick else 1
    detector = SileroDetector()
    false = await asyncio.to_thread(_interrupted, cases.false_alarms(every), detector)
    spoken = await asyncio.to_thread(_interrupted, cases.backchannels(every), detector)
    found = await asyncio.to_thread(_delays, cases.interruptions(every), detector)
    return [*_false_figures(false), *_count_figures(spoken), *_found_figures(found)]


def _interrupted(set_: Iterable[cases.Case], detector: SileroDetector) -> dict[str, list[bool]]:
    """Of each class, whether each case interrupted."""
    found: dict[str, list[bool]] = defaultdict(list)
    for case in set_:
        found[case.kind].append(
            any(d is Decision.INTERRUPT for _, d in decisions(case.scene, detector, JITTER_S))
        )
    return found


def _delays(set_: Iterable[cases.Case], detector: SileroDetector) -> dict[str, list[float | None]]:
    """Of each class, milliseconds from onset to the decision; None where it never came."""
    found: dict[str, list[float | None]] = defaultdict(list)
    for case in set_:
        onset = case.scene.onset_s
        times = (t - onset for t, d in decisions(case.scene, detector, JITTER_S) if d is Decision.INTERRUPT)
        first = next((t for t in times if t > 0), None)
        found[case.kind].append(1e3 * first if first is not None and first <= PATIENCE_S else None)
    return found


def _false_figures(found: dict[str, list[bool]]) -> list[Figure]:
    alone = list(chain.from_iterable(hits for kind, hits in found.items() if "and echo" not in kind))
    every = list(chain.from_iterable(found.values()))
    return [
        Figure("false interruptions, of each kind of sound by itself", _percent(alone), "%", at_most=5),
        Figure("false interruptions, those over an echo too", _percent(every), "%", at_most=5),
        *_count_figures(found),
    ]


def _count_figures(found: dict[str, list[bool]]) -> list[Figure]:
    return [Figure(f"{kind}, of {len(hits)}", sum(hits)) for kind, hits in found.items()]


def _found_figures(found: dict[str, list[float | None]]) -> list[Figure]:
    figures = []
    for kind, delays in found.items():
        times = [delay for delay in delays if delay is not None]
        missed = 0 if kind != FIRST else None
        figures += [
            Figure(f"missed {kind}, of {len(delays)}", len(delays) - len(times), at_most=missed),
            Figure(f"onset to decision {kind}, p50", percentile(times, 50), "ms"),
            Figure(f"onset to decision {kind}, p95", percentile(times, 95), "ms"),
        ]
    return figures


def _percent(hits: list[bool]) -> float:
    return 100 * sum(hits) / len(hits)
