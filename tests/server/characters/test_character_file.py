import re
from pathlib import Path

import pytest

from blend_shapes.life.moods import MOODS
from server.characters import load, names
from server.engines.voices.espeak import EspeakVoice
from server.errors import ConfigError
from server.speech.character import Answer, Character, Speaker
from server.speech.sentences import SentenceSplitter
from tests.contracts.voice import speak


@pytest.mark.parametrize("name", names())
def test_the_characters_that_come_along_are_complete(name: str) -> None:
    character = load(name)
    assert character.greeting and character.fallback and character.knowledge and character.examples
    asked = [question for answer in character.knowledge for question in answer.questions]
    assert len(asked) == len(set(asked))


def test_the_default_character_knows_enough() -> None:
    mira = load("mira")
    assert len(mira.knowledge) >= 40
    longest = max(len(reply.split()) for answer in mira.knowledge for reply in answer.replies)
    assert longest >= 60
    tags = {tag for a in mira.knowledge for reply in a.replies for tag in re.findall(r"\[(\w+)\]", reply)}
    assert tags - set(MOODS) == {"wave"}


async def test_everything_they_say_can_be_spoken() -> None:
    voice = EspeakVoice()
    for name in names():
        character = load(name)
        replies = [reply for answer in character.knowledge for reply in answer.replies]
        for reply in (character.greeting, *character.fallback, *replies[::7]):
            splitter = SentenceSplitter(MOODS)
            sentences = splitter.feed(reply) + splitter.finish()
            assert sentences
            for sentence in sentences:
                assert "[" not in sentence.text
                assert await speak(voice, sentence.text, character.speaker)
    await voice.close()


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "ada.yaml"
    file.write_text(
        "name: Ada\nspeaker: {language: de, rate: 1.1}\n"
        "knowledge:\n- questions: [Hallo]\n  replies: [Guten Tag]\n",
        encoding="utf-8",
    )
    ada = Character("Ada", speaker=Speaker("de", rate=1.1), knowledge=(Answer(("Hallo",), ("Guten Tag",)),))
    assert load(file) == load(str(file)) == ada


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: x", "missing required field name"),
        ("name: x\nagee: 3", "agee: unknown key; there are name, title, speaker"),
        (
            "name: x\nspeaker: {speed: 2}",
            "speaker.speed: unknown key; there are language, voice, rate, pitch",
        ),
        ("name: x\nspeaker: fast", "speaker: wants keys and values, not str"),
        ("name: x\nspeaker: {rate: quick}", "got str - at speaker.rate"),
        ("name: x\nspeaker: {rate: 3}", "speaker.rate: must be 0.5 to 2, not 3"),
        ("name: x\nspeaker: {pitch: .nan}", "speaker.pitch: must be 0.5 to 2, not nan"),
        ("name: 7", "Expected str, got int - at name"),
        ("name: x\nmood: jolly", "there is no 'jolly'; there are angry"),
        ("name: x\nmood_intensity: 1.5", "mood_intensity: must be 0 to 1"),
        ("name: x\nknowledge: [{questions: [a], reply: [b]}]", "knowledge[0].reply: unknown key"),
        (
            "name: x\nknowledge: [{questions: [], replies: [b]}]",
            "knowledge[0].questions: wants at least one",
        ),
        (
            "name: x\nknowledge: [{questions: [a], replies: [' ']}]",
            "knowledge[0].replies: wants at least one",
        ),
        (
            "name: x\nknowledge: [{questions: [yes], replies: [b]}]",
            "got bool - at knowledge[0].questions[0]",
        ),
        ("- a", "the file: wants keys and values, not list"),
        ("", "the file: wants keys and values, not NoneType"),
        ("name: [", "is not YAML"),
        ("name: !!python/object:os.system x", "is not YAML"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}: ")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_character_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no character 'nobody'; there are mira, xiaolin"):
        load("nobody")
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="is not YAML"):
        load(tmp_path / "bytes.yaml")
