"""`facewire eval-face` from folders to table, JSON and plots, and programs as drivers."""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from blend_shapes.arkit import INDEX
from blend_shapes.evaluation.recording import Recording
from blend_shapes.face_csv import COLUMNS
from server.command import eval_face
from server.command.eval_program import program
from server.command.faults import BadFile
from server.errors import ConfigError
from tests.blend_shapes.evaluation.made import RATE, spoken, voice
from tests.blend_shapes.evaluation.test_emu import ssff
from tests.blend_shapes.evaluation.test_faces import beat, live_link

TEXT = "a l a m a l u l e l a b i l a l o p a l a f a s u l a"
OPENS = """
import sys
from scipy.io import wavfile
rate, sound = wavfile.read(sys.argv[1])
names = {columns!r}
rows = [[f"{{n / 30:.6f}}", *("0.5" if c == "jawOpen" else "0" for c in names[1:])] for n in range(31)]
with open(sys.argv[2], "w") as out:
    for row in [names, *rows]:
        print(",".join(row), file=out)
"""


def call(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    eval_face.add_arguments(parser)
    return eval_face.run(parser.parse_args([str(a) for a in arguments]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Speech with phones and lip sensors, and speech with a face."""
    at = tmp_path / "speech"
    at.mkdir()
    said = spoken(TEXT)
    wavfile.write(at / "said.wav", said.rate, said.samples)
    tier = "\n".join(f'{p.start}\n{p.end}\n"{p.phone}"' for p in said.phones or ())
    head = f'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n{said.seconds}\n<exists>\n1\n'
    tiers = f'"IntervalTier"\n"phones"\n0\n{said.seconds}\n{len(said.phones or ())}\n{tier}\n'
    (at / "said.TextGrid").write_text(head + tiers, encoding="utf-8")
    rows = np.ones((round(said.seconds * 200), 3))
    rows[:, 1] = 10 + np.sin(np.arange(len(rows)) / 20)
    (at / "said.upper_lip").write_bytes(ssff(rows))
    (at / "said.lower_lip").write_bytes(ssff(np.ones_like(rows)))
    wavfile.write(at / "faced.wav", RATE, voice([(0.5, 1.5)], 2.0))
    times = [n / 60 for n in range(121)]
    jaw = [0.3 * abs(np.sin(9 * t)) * (0.5 < t < 1.5) for t in times]
    (at / "faced.json").write_text(json.dumps(beat(times, jaw)), encoding="utf-8")
    return at


def test_table_json_and_plots(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report, plots = tmp_path / "out" / "r.json", tmp_path / "plots"
    assert call(folder, "--noise", 10, "--json", report, "--plots", plots) == 0
    printed = capsys.readouterr()
    drivers = ["capture", "articulation", "articulation:mouth", "audio", "loudness"]
    head, _, first = printed.out.splitlines()[:3]
    assert head.split() == [*drivers, "phones", "sound"]
    assert first.startswith("closures: hit minus chance (head)")
    assert "closures: hit minus chance at 10 dB" in printed.out
    assert "articulation: 1 of 2 recordings" in printed.err
    read = json.loads(report.read_text(encoding="utf-8"))
    assert read["recordings"] == 2
    assert [d["name"] for d in read["drivers"]] == drivers
    names = {p.name for p in plots.iterdir()}
    assert names == {"closures-speech-said.png", "jaw-speech-faced.png", "lips-speech-said.png"}
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in plots.iterdir())


def test_named_drivers_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(folder, "--driver", "loudness", "--driver", "articulation:happy") == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == ["loudness", "articulation:happy", "phones", "sound"]
    assert "at 10 dB" not in out


def test_synthetic_voices_have_their_target(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(folder, "--driver", "loudness", "--synthetic")
    assert ">= 0.85" in capsys.readouterr().out.splitlines()[2]


def test_what_cannot_be_measured(folder: Path, tmp_path: Path) -> None:
    for arguments, kind, message in (
        ([tmp_path / "none"], BadFile, "no such folder"),
        ([folder, folder], ConfigError, "two recordings are called speech/"),
        ([folder, "--driver", "mouthy"], ConfigError, "no driver 'mouthy'"),
        ([folder, "--driver", "loudness", "--driver", "loudness"], ConfigError, "two drivers"),
        ([folder, "--command", "prog {wav}"], ConfigError, "--command wants"),
        ([folder, "--command", "prog '{wav} {csv}"], ConfigError, "cannot be read"),
        ([folder, "--noise", "61"], ConfigError, "from -20 to 60 dB"),
        ([folder, "--noise", "nan"], ConfigError, "from -20 to 60 dB"),
        ([folder, "--json", folder], BadFile, "cannot be written"),
        ([folder, "--plots", folder / "said.wav"], BadFile, "cannot be written"),
    ):
        with pytest.raises(kind, match=message):
            call(*arguments)


def test_recordings_that_no_driver_can_follow(tmp_path: Path) -> None:
    wavfile.write(tmp_path / "a.wav", RATE, voice([(0.5, 1.0)], 1.5))
    with pytest.raises(ConfigError, match="no driver can follow"):
        call(tmp_path, "--driver", "articulation")


def script(folder: Path, text: str) -> str:
    path = folder / "prog.py"
    path.write_text(text, encoding="utf-8")
    return f'"{sys.executable}" "{path}" {{wav}} {{csv}}'


def test_a_program_is_a_driver(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = script(tmp_path, OPENS.format(columns=list(COLUMNS)))
    assert call(folder, "--command", command) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].split() == [Path(sys.executable).name, "phones", "sound"]
    assert "knows sound, the whole recording; 2 recordings" in out


def test_both_kinds_of_csv_come_onto_the_grid(tmp_path: Path) -> None:
    said = Recording("a", voice([(0.5, 1.0)], 2.0), RATE)
    ours = program(script(tmp_path, OPENS.format(columns=list(COLUMNS)))).frames(said)
    assert ours.weights.shape == (121, 52)
    assert (ours.weights[:, INDEX["jawOpen"]] == 0.5).all()
    csv = tmp_path / "live.csv"
    csv.write_bytes(live_link([("01:00:00:00.000", 0.0), ("01:00:01:00.000", 0.6)]))
    copy = f"import sys, shutil; shutil.copy({str(csv)!r}, sys.argv[2])"
    theirs = program(script(tmp_path, copy)).frames(said)
    assert theirs.weights[30, INDEX["jawOpen"]] == pytest.approx(0.3)
    assert theirs.weights[120, INDEX["jawOpen"]] == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import sys; sys.exit('no model')", "has failed with exit status 1: no model"),
        ("pass", "has written no face"),
        ("import sys; open(sys.argv[2], 'w').write('x')", "cannot be read: line 1"),
        (f"import sys; open(sys.argv[2], 'w').write({','.join(COLUMNS)!r})", "no rows"),
    ],
)
def test_programs_that_do_not_do_it(tmp_path: Path, text: str, message: str) -> None:
    said = Recording("a", voice([(0.5, 1.0)], 1.0), RATE)
    with pytest.raises(ConfigError, match=message):
        program(script(tmp_path, text)).frames(said)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match="no_such_program cannot be run"):
        program("no_such_program {wav} {csv}").frames(Recording("a", voice([], 1.0), RATE))
