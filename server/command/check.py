"""Check the configuration and print what is in effect."""

import argparse
import asyncio

from server import app, assembly, config
from server.clock import SystemClock
from server.command import serve
from server.net.serving import tls_context
from server.speech.character import Character
from server.turn.turn import Engines, pause_s


def add_arguments(parser: argparse.ArgumentParser) -> None:
    serve.add_arguments(parser)


def run(args: argparse.Namespace) -> int:
    tree = config.listening_at(config.load(args.config or config.nearby()), args.host, args.port)
    config.token(tree.server)
    tls_context(tree.server.tls)
    found, default = app.cast(tree)
    print(config.explain(tree))
    print(f"characters: {', '.join(sorted(found))} (default: {default})")
    print(asyncio.run(_engines(tree, found[default])))
    return 0


async def _engines(tree: config.Config, character: Character) -> str:
    async with assembly.engines(tree, SystemClock()) as made:
        assembly.match_language(tree, made, character)
        return _match(tree, made)


def _match(tree: config.Config, made: Engines) -> str:
    """What the engines give and need, in words."""
    traits, slots = made.voice.traits, tree.engines
    languages = f"{len(traits.languages)} languages" if traits.languages else "any language"
    phones = "gives phones" if traits.phones else "gives no phones"
    wants = "needs phones" if made.face.needs_phones else "follows the sound"
    mirror, fps = made.mirror, tree.face.fps
    drives = "no drive mode" if mirror is None else f"looks {mirror.look_ahead_s(fps):.2f} s ahead"
    return (
        f"brain: {slots.brain.use}\n"
        f"voice: {slots.voice.use}, {traits.rate} samples a second, {languages}, {phones}\n"
        f"face: {slots.face.use}, {wants}, looks {made.face.look_ahead_s(fps):.2f} s ahead"
        f" (sentences are {pause_s(made.face, fps):.2f} s apart)\n"
        f"mirror: {slots.mirror.use}, follows the user's own voice, {drives}\n"
        f"{_listening(tree, made)}\n"
        "the engines work together"
    )


def _listening(tree: config.Config, made: Engines) -> str:
    if tree.engines.recognizer is None or made.recognizer is None:
        return "recognizer: none, the user can only write"
    traits = made.recognizer.traits
    languages = ", ".join(traits.languages) or "any language"
    return (
        f"detector: {tree.engines.detector.use}\n"
        f"recognizer: {tree.engines.recognizer.use}, understands {languages}"
    )
