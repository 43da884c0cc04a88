import pytest

from server.engines import catalog
from server.engines.brains.echo import EchoBrain
from server.engines.voices.tone import ToneVoice
from server.errors import ConfigError

MODELS = {"openai", "transformers"}
"""Language models: which one has to be said."""
WITH_FOLDER = {"audio2face", "lam", "unitalker"}
"""Models of others, which do not come along."""


async def test_engines_are_made_by_name_with_their_options() -> None:
    voice = catalog.make("voice", "tone", {"rate": 16_000, "character_s": 1})
    assert isinstance(voice, ToneVoice)
    assert voice.traits.rate == 16_000
    await voice.close()


async def test_every_engine_of_the_table_can_be_made_without_options_but_models_of_others() -> None:
    for detector in catalog.names("detector"):
        await catalog.make("detector", detector).close()
    for brain in set(catalog.names("brain")) - MODELS:
        await catalog.make("brain", brain).close()
    for voice in catalog.names("voice"):
        await catalog.make("voice", voice).close()
    for face in set(catalog.names("face")) - WITH_FOLDER:
        await catalog.make("face", face).close()
    for face in WITH_FOLDER:
        with pytest.raises(ConfigError, match=f"face '{face}' needs folder"):
            catalog.make("face", face)


def test_engines_of_others_are_named_by_their_factory() -> None:
    assert isinstance(catalog.make("brain", "server.engines.brains.echo:EchoBrain"), EchoBrain)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("sings", {}, "no voice 'sings'; there are espeak, tone"),
        ("tone", {"ratio": 1}, "no option 'ratio'; it takes rate, character_s, latency_s"),
        ("tone", {"clock": 1}, "no option 'clock'"),
        ("tone", {"rate": "fast"}, "rate must be int, not 'fast'"),
        ("tone", {"rate": True}, "rate must be int, not True"),
        ("tone", {"rate": 0.5}, "rate must be int, not 0.5"),
        ("no.such:thing", {}, "No module named 'no'"),
        ("server.clock:nothing", {}, "'server.clock' has no 'nothing'"),
        ("server.audio.chunk:BYTES_PER_SAMPLE", {}, "cannot be called"),
        (":x", {}, "has no 'x'"),
        ("server.speech.values:Cue", {"name": "x"}, "needs offset"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(name: str, options: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        catalog.make("voice", name, options)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = catalog.Entry("not_installed_anywhere.engine:Voice", extra="neural")
    monkeypatch.setattr(catalog, "ENGINES", {"voice": {"neural": entry}})
    with pytest.raises(ConfigError, match=r"pip install 'facewire\[neural\]'"):
        catalog.make("voice", "neural")


def test_what_a_factory_refuses_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match="voice 'espeak'"):
        catalog.make("voice", "espeak", {"rate": 0})
