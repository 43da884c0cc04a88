"""Avatars of every family by the names of their shapes, and what the 52 channels do to them."""

import json

import numpy as np
import pytest

from blend_shapes.arkit import CHANNELS, INDEX, TWINS
from blend_shapes.articulation.shapes import REST_FACE
from blend_shapes.life.moods import MOODS
from blend_shapes.rigs import names, rigs, visemes
from blend_shapes.rigs.shape_mapper import REGIONS, SOURCES, ShapeMapper
from tests.blend_shapes import make_rigs
from tests.blend_shapes.rig_cases import ARKIT, CASES


def face(**weights: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    out = np.zeros((1, 52), np.float32)
    for name, weight in weights.items():
        out[0, INDEX[name]] = weight
    return out


def test_what_is_made_from_the_tables_is_up_to_date() -> None:
    assert make_rigs.SCRIPT.read_text(encoding="utf-8") == make_rigs.script()


@pytest.mark.parametrize("name", CASES)
def test_vectors(name: str) -> None:
    path = make_rigs.VECTORS / f"{name}.json"
    shapes, options = CASES[name]
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(
        json.dumps(make_rigs.vector(shapes, options))
    )


@pytest.mark.parametrize("spelling", ARKIT)
def test_every_spelling_of_arkit_means_the_same(spelling: str) -> None:
    mapper = ShapeMapper(ARKIT[spelling])
    assert (mapper.coverage, mapper.unmapped, mapper.missing) == (1.0, (), ())
    assert mapper.families == {"upper": "arkit", "mouth": "arkit"}
    weights = face(jawOpen=0.5, mouthClose=0.25, eyeBlinkLeft=0.75)
    assert np.array_equal(mapper.map(weights), weights)


def test_every_row_is_known_by_its_own_spellings_and_driven_by_what_there_is() -> None:
    for rig in rigs():
        known = {"".join(names.words(s)): row.key for row in rig.rows for s in row.spellings}
        keys = {row.key for row in rig.rows}
        for row in rig.rows:
            assert set(row.terms) <= set(SOURCES), row.key
            assert set(row.unless) <= keys, row.key
            for spelling in row.spellings:
                assert names.look_up(spelling, known) == (row.key, 0), f"{spelling} means two rows"


def twin(words: list[str]) -> str:
    """A shape's name with its sides swapped."""
    swapped = {"left": "right", "right": "left", "ul": "ur", "ur": "ul", "dl": "dr", "dr": "dl"}
    return "".join(swapped.get(word, word) for word in words)


@pytest.mark.parametrize("rig", [rig.name for rig in rigs()])
def test_a_mirrored_face_is_mirrored_exactly(rig: str) -> None:
    shapes = [row.key for r in rigs() if r.name == rig for row in r.rows]
    mapper = ShapeMapper(shapes, families=dict.fromkeys(REGIONS, rig), limit_mouth_close=False)
    spelled = ["".join(names.words(shape)) for shape in shapes]
    twins = [spelled.index(twin(names.words(shape))) for shape in shapes]
    faces = np.random.default_rng(7).random((64, 52)).astype(np.float32)
    assert np.array_equal(mapper.map(faces[:, TWINS]), mapper.map(faces)[:, twins])
    assert mapper.entries


def test_a_mouth_of_vowels_closes_for_a_closure_and_not_for_a_mood() -> None:
    at = {name: i for i, name in enumerate(visemes.VISEMES)}
    wide = visemes.visemes(face(jawOpen=0.42, mouthLowerDownLeft=0.28, mouthLowerDownRight=0.28))[0]
    assert wide[at["aa"]] > 0.6 and wide[at["aa"]] == max(wide)
    closed = visemes.visemes(face(jawOpen=0.3, mouthClose=0.3, mouthPressLeft=0.3))[0]
    assert closed[:5].sum() == 0.0
    assert closed[at["PP"]] == pytest.approx(0.6)
    rounded = visemes.visemes(face(jawOpen=0.26, mouthClose=0.16, mouthFunnel=0.28, mouthPucker=0.55))[0]
    assert rounded[at["ou"]] == max(rounded)
    for name in ("happy", "sad", "angry", "contempt", "thinking"):
        still = np.clip(REST_FACE + MOODS[name].mouth[:52], 0, 1).astype(np.float32)
        assert visemes.visemes(still)[0, :5].sum() < 0.1, name


def test_mouth_close_stays_below_the_jaw_unless_told_otherwise() -> None:
    weights = face(jawOpen=0.25, mouthClose=0.75)
    assert ShapeMapper(["mouthClose"]).map(weights)[0, 0] == 0.25
    assert ShapeMapper(["mouthClose"], limit_mouth_close=False).map(weights)[0, 0] == 0.75
    assert weights[0, INDEX["mouthClose"]] == 0.75, "what was given is left as it is"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"families": {"upper": "arkit", "mouth": "fish"}}, "there is no family 'fish'"),
        ({"gains": {"jawOpne": 1.0}}, "there is no source 'jawOpne'"),
        ({"offsets": {"JawOpen": 1.0}}, "there is no shape 'JawOpen'"),
    ],
)
def test_what_there_is_not(options: dict[str, dict[str, object]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ShapeMapper(list(CHANNELS), **options)  # type: ignore[arg-type]
