"""What a folder holds is recognised from its files; what cannot be used is named."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.io import wavfile

from blend_shapes.evaluation.folder import BadRecording, read, read_folder
from tests.blend_shapes.evaluation.made import RATE
from tests.blend_shapes.evaluation.test_emu import annotation, ssff
from tests.blend_shapes.evaluation.test_faces import NAMES, beat, live_link, npz
from tests.blend_shapes.evaluation.test_textgrid import PIE, SHORT


def sound(path: Path, seconds: float = 1.5) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    wavfile.write(path, RATE, np.zeros(round(seconds * RATE), np.int16) + 5)
    return path


def test_every_format_is_found_beside_its_sound(tmp_path: Path) -> None:
    for name in ("plain", "grid", "emu", "beat", "live", "facegood", "sensors"):
        sound(tmp_path / "a" / f"{name}.wav")
    a = tmp_path / "a"
    (a / "grid.TextGrid").write_text(SHORT, encoding="utf-8")
    (a / "emu_annot.json").write_text(json.dumps(annotation(("m", 0, 100))), encoding="utf-8")
    (a / "beat.json").write_text(json.dumps(beat([0.0, 1 / 60], [0, 1])), encoding="utf-8")
    (a / "live.csv").write_bytes(live_link([("00:00:00:00.000", 0.0), ("00:00:00:01.000", 1.0)]))
    (a / "facegood.npz").write_bytes(npz(np.zeros((3, len(NAMES)))))
    (a / "sensors.upper_lip").write_bytes(ssff(np.ones((4, 3))))
    (a / "sensors.lower_lip").write_bytes(ssff(np.full((4, 3), 2.0), "ll_posx ll_posy ll_posz"))
    (a / "notes.txt").write_text("not speech", encoding="utf-8")
    found = {r.name: r for r in read_folder(tmp_path)}
    assert set(found) == {f"a/{n}" for n in "plain grid emu beat live facegood sensors".split()}
    assert [(p.phone, p.start, p.end) for p in found["a/grid"].phones or ()] == PIE
    assert [p.phone for p in found["a/emu"].phones or ()] == ["m"]
    for name, frames in (("beat", 2), ("live", 2), ("facegood", 3)):
        capture = found[f"a/{name}"].capture
        assert capture is not None
        assert len(capture.weights) == frames
    assert found["a/sensors"].lips is not None
    plain = found["a/plain"]
    assert (plain.phones, plain.capture, plain.lips) == (None, None, None)
    assert plain.seconds == 1.5


def test_flac_is_read(tmp_path: Path) -> None:
    soundfile = pytest.importorskip("soundfile")
    wave = np.rint(8000 * np.sin(np.arange(RATE) * 0.1)).astype(np.int16)
    soundfile.write(tmp_path / "a.flac", wave, RATE)
    found = read(tmp_path / "a.flac")
    assert found.rate == RATE
    assert np.abs(found.samples.astype(int) - wave).max() <= 1


def test_folders_without_speech(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="no such folder"):
        read_folder(tmp_path / "none")
    with pytest.raises(BadRecording, match="holds no recordings"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.TextGrid", b"File", "truncated"),
        ("a_annot.json", b"{", "not an EMU annotation"),
        ("a.json", b"{}", "not a BEAT file"),
        ("a.csv", b"x", "line 1"),
        ("a.npz", b"PK", "not an npz"),
    ],
)
def test_a_companion_that_is_wrong_is_named(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    sound(tmp_path / "a.wav")
    (tmp_path / name).write_bytes(data)
    with pytest.raises(BadRecording, match=message) as raised:
        read_folder(tmp_path)
    assert str(tmp_path / name) in str(raised.value)


def test_sounds_that_are_wrong_are_named(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(BadRecording, match=r"a\.wav: not a WAV file"):
        read_folder(tmp_path)
    path.unlink()
    (tmp_path / "b.flac").write_bytes(b"fLaC")
    with pytest.raises(BadRecording, match=r"b\.flac: (not a sound file|sound other than WAV)"):
        read_folder(tmp_path)
