"""The page in headless Chromium on a server in a process of its own: face against voice, and its times.

Offsets are between the page's own records: the media time of each face shown, and that of the voice at the
audio device's raw clock. A fault happens `FAULTS` times, and what follows it is counted.
"""

from itertools import chain, groupby

import numpy as np
from playwright.async_api import Browser

from tests.bench.figures import Figure, percentile
from tests.bench.processes import facewire
from tests.bench.texts import short, speech
from tests.web_client.scenes import Records, Talk, busy_machine, talking
from tests.web_client.visit import OpenPage, chromium, offsets

WORDS_A_MINUTE = 175
FAULTS = 4
WITHIN_MS = 20.0

ENTER = """addEventListener("keydown", () => { window.entered = performance.now(); }, { capture: true })"""
FIRST_SOUND = """(turn) => {
  const { clock, device } = facewire.client;
  const first = clock.anchors.find((a) => a.turn === turn && ["playing", "draining"].includes(a.state));
  return 1000 * (first.time - device.offset) - entered;
}"""
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
SAMPLING = """(frames) => {
  const begin = performance.now();
  for (let i = 0; i < frames; i += 1) facewire.client.face(performance.now());
  return (performance.now() - begin) / frames;
}"""


async def run(quick: bool = False) -> list[Figure]:
    faults, times = (0, 1) if quick else (FAULTS, 5)
    minute = short(0) if quick else speech(WORDS_A_MINUTE, seed=1)
    async with facewire() as server, chromium() as browser:
        page = await _page(browser, server.url, times)
        async with talking(browser, server.url) as talk:
            figures = _offsets("a minute", await talk.hears(minute))
            if not quick:
                async with busy_machine():
                    figures += _offsets("a minute, busy machine", await talk.hears(minute))
            figures += await _faults(talk, WORDS_A_MINUTE // 12, faults)
            still = await _longest_still(talk, 5 if quick else 600)
    return [*figures, Figure("longest still face in idle", still, "frames", at_most=6), *page]


def _offsets(name: str, records: Records) -> list[Figure]:
    sizes = [abs(offset) for offset in offsets(records)]
    within = 100 * float(np.mean(np.array(sizes) <= WITHIN_MS)) if sizes else float("nan")
    return [
        Figure(f"{name}: faces within 20 ms", within, "%", at_least=95),
        Figure(f"{name}: offset p50", percentile(sizes, 50), "ms"),
        Figure(f"{name}: offset p95", percentile(sizes, 95), "ms"),
        Figure(f"{name}: faces shown", len(sizes)),
    ]


async def _faults(talk: Talk, words: int, times: int) -> list[Figure]:
    """Each fault several times, in a text of its own."""
    dry, interrupted, resumed = list[Records](), list[Records](), list[Records]()
    for i in range(times):
        text = speech(words, seed=10 + i)
        dry.append(await talk.stalls(text))
        interrupted.append(await talk.interrupts(text, speech(words, seed=20 + i)))
        resumed.append(await talk.reconnects(text))
    named = {"after an underrun": dry, "after an interrupt": interrupted, "after a reconnect": resumed}
    return [figure for name, parts in named.items() for figure in _offsets(name, [*chain(*parts)])]


async def _longest_still(talk: Talk, frames: int) -> float:
    """The most animation frames in a row that showed the same face while nothing was said."""
    moving = np.abs(np.diff(await talk.poses(frames), axis=0)).max(axis=1) > 0
    return max((len(list(run)) for moves, run in groupby(moving) if not moves), default=0)


async def _page(browser: Browser, address: str, times: int) -> list[Figure]:
    """A page opened anew each time: when it paints, when it is heard, what a face costs."""
    paints, sounds, costs = list[float](), list[float](), list[float]()
    for i in range(times):
        page = OpenPage(await browser.new_page(viewport={"width": 1280, "height": 800}))
        await page.open(address)
        await page.connected()
        await page.until(f"({FIRST_PAINT}) !== null")
        paints.append(await page.page.evaluate(FIRST_PAINT))
        await page.audible()
        await page.page.evaluate(ENTER)
        turn = await page.ask(short(i))
        await page.playing(turn, 0.2)
        sounds.append(await page.page.evaluate(FIRST_SOUND, turn))
        costs.append(await page.page.evaluate(SAMPLING, 2000))
        await page.page.close()
    return [
        Figure("page: first paint", percentile(paints, 50), "ms", at_most=2000),
        Figure("page: first sound after Enter", percentile(sounds, 50), "ms", at_most=500),
        Figure("page: a face sampled", percentile(costs, 50), "ms", at_most=1),
    ]
