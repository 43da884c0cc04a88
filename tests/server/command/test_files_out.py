"""`say` and `face` from arguments to files."""

import argparse
import csv
import json
import sys
import wave
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from blend_shapes.face_csv import COLUMNS
from server.audio.resample import Resampler
from server.command import face, say, voices
from server.command.faults import BadFile
from server.corpus.espeak import speak
from server.corpus.spoken import RATE
from server.errors import ConfigError, EngineError

PHONES = {
    "phones": [
        {"phone": "b", "start": 0.10, "release": 0.16, "end": 0.18, "stress": 0},
        {"phone": "ɑ", "start": 0.18, "end": 0.50, "stress": 1},
        {"phone": "p", "start": 0.50, "release": 0.58, "end": 0.62},
        {"phone": "u", "start": 0.62, "end": 0.95},
    ],
    "duration": 1.2,
}


def call(command: ModuleType, *arguments: object) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    status: int = command.run(parser.parse_args([str(a) for a in arguments]))
    return status


def read(file: Path) -> dict[str, np.ndarray[Any, Any]]:
    with file.open(encoding="utf-8") as text:
        rows = list(csv.reader(text))
    assert tuple(rows[0]) == COLUMNS
    return dict(zip(rows[0], np.array(rows[1:], float).T, strict=True))


@pytest.fixture
def timings(tmp_path: Path) -> Path:
    file = tmp_path / "timings.json"
    file.write_text(json.dumps(PHONES), encoding="utf-8")
    return file


def test_say_writes_voice_face_and_plot(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wav, table, png = tmp_path / "o.wav", tmp_path / "o.csv", tmp_path / "o.png"
    assert call(say, "Bob may pay.", "-o", wav, "--face", table, "--plot", png) == 0
    with wave.open(str(wav)) as sound:
        seconds = sound.getnframes() / sound.getframerate()
        assert sound.getnchannels() == 1
    columns = read(table)
    assert np.allclose(np.diff(columns["time"]), 1 / 60, atol=2e-6)
    assert columns["time"][0] == 0
    assert abs(columns["time"][-1] - seconds) <= 1 / 60 + 1e-6
    assert columns["jawOpen"].max() > 0.1
    assert np.abs(columns["headPitch"]).max() > 0, "life moves the head"
    assert png.read_bytes().startswith(b"\x89PNG")
    assert "3 words" in capsys.readouterr().out


def test_say_in_another_language_and_mood(tmp_path: Path) -> None:
    call(say, "Guten Tag.", "--language", "de", "--mood", "happy", "--face", tmp_path / "happy.csv")
    call(say, "Guten Tag.", "--language", "de", "--mood", "sad", "--face", tmp_path / "sad.csv")
    happy, sad = read(tmp_path / "happy.csv"), read(tmp_path / "sad.csv")
    assert happy["mouthSmileLeft"].mean() > sad["mouthSmileLeft"].mean()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["Hello."], "nothing to write"),
        (["Hello.", "-o", "o.wav", "--mood", "hungry"], "no mood 'hungry'; there are"),
        (["Hello.", "-o", "o.wav", "--character", "nobody"], "nobody"),
        (["Hello.", "-o", "o.wav", "--config", "none.yaml"], "none.yaml"),
    ],
)
def test_say_refuses_in_one_line(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=says) as error:
        call(say, *arguments)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "   ", "🙂", "\x00\x07"])
def test_say_refuses_what_cannot_be_spoken(text: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"spoken"):
        call(say, text, "-o", tmp_path / "o.wav")


def test_plot_without_matplotlib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("matplotlib", "matplotlib.figure"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ConfigError, match=r"facewire\[plot\]"):
        call(say, "Hello.", "--plot", tmp_path / "o.png")


def test_phones_to_a_mouth(timings: Path, tmp_path: Path) -> None:
    assert call(face, "--phones", timings, "-o", tmp_path / "o.csv", "--plot", tmp_path / "o.png") == 0
    columns = read(tmp_path / "o.csv")
    aperture = columns["jawOpen"] - columns["mouthClose"]
    at = {name: round(time * 60) for name, time in {"b": 0.13, "a": 0.35, "p": 0.54, "u": 0.8}.items()}
    assert aperture[at["b"]] < 0.03
    assert aperture[at["p"]] < 0.03
    assert aperture[at["a"]] > 0.15
    assert columns["mouthPucker"][at["u"]] > columns["mouthPucker"][at["a"]]
    assert len(columns["time"]) == 73
    assert columns["time"][-1] == pytest.approx(1.2)
    assert not columns["headYaw"].any(), "the mouth alone without --life"
    assert not columns["eyeBlinkLeft"].any()


def test_life_is_added_when_asked_for(timings: Path, tmp_path: Path) -> None:
    call(face, "--phones", timings, "-o", tmp_path / "o.csv", "--life")
    assert read(tmp_path / "o.csv")["headYaw"].any()


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (44100, 2), (96000, 1)])
def test_a_recording_to_a_mouth(
    rate: int, channels: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    voice = speak("Bob may have a banana.", "en-us", "", 1.0, 1.0)
    resampler = Resampler(RATE, rate)
    said = np.concatenate([resampler.feed(voice.samples), resampler.finish()])
    silence = np.zeros(rate // 2, np.int16)
    with wave.open(str(tmp_path / "in.wav"), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(np.concatenate([silence, said]).astype("<i2"), channels).tobytes())
    assert call(face, tmp_path / "in.wav", "-o", tmp_path / "o.csv") == 0
    columns = read(tmp_path / "o.csv")
    assert abs(len(columns["time"]) - 60 * (0.5 + voice.seconds)) < 2.0
    aperture = columns["jawOpen"] - columns["mouthClose"]
    first = next(p for p in voice.phones if p.phone == "ɑː")
    assert aperture[30 + round(60 * first.start) : 30 + round(60 * first.end)].max() > 0.1
    assert aperture[:24].max() < 0.05
    assert "sound of the recording" in capsys.readouterr().err


def test_a_recording_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "in.wav").write_bytes(b"no sound")
    with pytest.raises(BadFile, match=r"in\.wav"):
        call(face, tmp_path / "in.wav", "-o", tmp_path / "o.csv")


def test_a_face_that_cannot_be_written(timings: Path, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be written"):
        call(face, "--phones", timings, "-o", tmp_path / "no" / "o.csv")


@pytest.mark.parametrize(("seconds", "count"), [(1.0, 61), (1.2, 73), (0.999, 61), (1.001, 62), (1e-6, 2)])
def test_rows_cover_the_sound(seconds: float, count: int) -> None:
    assert face.rows(seconds) == count


def test_voices(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(voices, "en-us") == 0
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.split() == ["language", "voice", "name"]
    assert rest
    assert all(line.startswith("en-us") for line in rest)
    with pytest.raises(ConfigError, match="no voice speaks 'xx-none'"):
        call(voices, "xx-none")
