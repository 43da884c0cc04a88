"""What a rig must keep: sealed lips, closed lids, teeth inside, mirror images, every shape alive."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from blend_shapes.arkit import CHANNELS, INDEX, TWINS
from blend_shapes.head import teeth
from blend_shapes.head.eyes import CORNEA, IRIS
from blend_shapes.head.field import Array, smoothstep
from blend_shapes.head.lids import AROUND, Lids
from blend_shapes.head.lip_gap import lip_gap
from blend_shapes.head.lips import COLUMNS, CONTACT, RINGS
from blend_shapes.head.look import LOOKS
from blend_shapes.head.model import skin_of
from blend_shapes.head.morphs import jaw_morphs, skin_morphs
from blend_shapes.head.points import Piece, Triangles, Zone

Weights = dict[str, float]
WIDTH = 2 * COLUMNS + 1
LOOP = (len(RINGS) + 4) * WIDTH
"""Vertices of the left half's lips and bag; lids follow."""


@cache
def built(name: str) -> tuple[Piece, Array]:
    look = LOOKS[name]
    skin, mirror = skin_of(look)
    return skin, skin_morphs(skin, mirror, look)


def vector(weights: Weights) -> Array:
    row = np.zeros(len(CHANNELS))
    for name, value in weights.items():
        for channel in (name,) if name in INDEX else (name + "Left", name + "Right"):
            row[INDEX[channel]] = value
    return row


def posed(look: str, weights: Weights) -> Array:
    skin, deltas = built(look)
    return np.asarray(skin.position + np.tensordot(vector(weights), deltas, 1))


def contact(p: Array) -> tuple[Array, Array]:
    """The left half of the line where the lips meet: upper and lower, from the middle to the corner."""
    ring = p[CONTACT * WIDTH : (CONTACT + 1) * WIDTH]
    return ring[: COLUMNS + 1], ring[COLUMNS:][::-1]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("weight", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_mouth_close_seals_an_open_jaw(look: str, weight: float) -> None:
    upper, lower = contact(posed(look, {"jawOpen": weight, "mouthClose": weight}))
    assert np.abs(upper - lower).max() <= 0.3
    upper, lower = contact(posed(look, {"jawOpen": 0.5}))
    assert (upper - lower)[0, 1] > 8.0


@pytest.mark.parametrize("look", LOOKS)
def test_closed_lids_meet(look: str) -> None:
    p = posed(look, {"eyeBlink": 1.0})
    rim = p[LOOP + 2 * AROUND : LOOP + 3 * AROUND]
    half = AROUND // 2
    upper, lower = rim[: half + 1], np.vstack([rim[:1], rim[half:][::-1]])
    assert np.abs(upper - lower).max() <= 0.4


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "weights",
    [{"eyeBlink": w} for w in (0.25, 0.5, 0.75, 1.0)]
    + [{"eyeBlink": 1.0, "eyeSquint": 0.4}, {"eyeLookDown": 1.0}, {"eyeWide": 1.0}],
)
def test_lids_stay_outside_the_eyeball(look: str, weights: Weights) -> None:
    """Corners and middles of every triangle of the lids in front of the ball."""
    lids = Lids(LOOKS[look])
    skin, _ = built(look)
    p = posed(look, weights)
    outer = np.arange(LOOP + 2 * AROUND, LOOP + 6 * AROUND)
    faces = skin.triangles[np.isin(skin.triangles, outer).all(axis=1)]
    places = np.concatenate([p[outer], p[faces].mean(axis=1)])
    local = places - lids.centre
    polar = np.arccos(np.clip(local[:, 2] / np.linalg.norm(local, axis=1), -1.0, 1.0))
    ball = LOOKS[look].eye_radius * (1.0 + CORNEA * smoothstep(IRIS * 1.35, 0.0, polar))
    assert (np.linalg.norm(local, axis=1) - ball).min() > 0.0


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize(
    "weights",
    [
        {},
        {"mouthSmile": 1.0, "jawOpen": 0.6},
        {"mouthSmile": 1.0},
        {"jawOpen": 1.0},
        {"mouthStretch": 1.0, "jawOpen": 0.3},
        {"mouthPress": 1.0},
    ],
)
def test_teeth_stay_inside(look: str, weights: Weights) -> None:
    """Every part of the teeth either shows in the opening or has skin in front of it."""
    skin, _ = built(look)
    p = posed(look, weights)
    near = (np.abs(skin.position[:, 0]) < 45.0) & (skin.position[:, 2] > 45.0) & (skin.zone != Zone.MOUTH)
    faces = skin.triangles[near[skin.triangles].all(axis=1)]
    opening = np.vstack([contact(p)[0], contact(p)[1][::-1]])
    for upper in (True, False):
        tooth, _, _ = teeth.row_of_teeth(LOOKS[look], upper)
        if not upper:
            tooth = tooth + np.tensordot(vector(weights), jaw_morphs(tooth), 1)
        left = tooth[tooth[:, 0] >= 0.0]
        hidden = left[~_within(left[:, :2], opening)]
        assert len(hidden) and (_skin_in_front(hidden, p, faces) >= hidden[:, 2] - 0.05).all()


def _within(places: Array, outline: Array) -> NDArray[np.bool_]:
    """Even-odd rule, with the outline closed along x = 0."""
    x, y = places.T
    inside = np.zeros(len(places), bool)
    for a, b in zip(outline, np.roll(outline, -1, axis=0), strict=True):
        crosses = (a[1] > y) != (b[1] > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside ^= crosses & (x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
    return inside


def _skin_in_front(places: Array, p: Array, faces: Triangles) -> Array:
    """The farthest-forward skin in front of each place; minus infinity without any."""
    front = np.full(len(places), -np.inf)
    for a, b, c in p[faces]:
        m = np.column_stack([b[:2] - a[:2], c[:2] - a[:2]])
        area = np.linalg.det(m)
        if abs(area) < 1e-9:
            continue
        s, t = np.linalg.solve(m, (places[:, :2] - a[:2]).T)
        hit = (s >= -1e-6) & (t >= -1e-6) & (s + t <= 1.0 + 1e-6)
        front[hit] = np.maximum(front[hit], (a[2] + s * (b[2] - a[2]) + t * (c[2] - a[2]))[hit])
    return front


@pytest.mark.parametrize("look", LOOKS)
def test_f_and_v_bring_the_lower_lip_to_the_upper_teeth(look: str) -> None:
    weights = {"jawOpen": 0.07, "mouthSmile": 0.02, "mouthStretch": 0.05, "mouthUpperUp": 0.18}
    p = posed(look, weights | {"mouthRollLower": 0.42, "mouthShrugUpper": 0.04})
    upper, lower = contact(p)
    lip = np.concatenate(
        [p[ring * WIDTH : (ring + 1) * WIDTH][COLUMNS:][COLUMNS // 2 :] for ring in (1, 2, 3, 4)]
    )
    tooth, triangles, _ = teeth.row_of_teeth(LOOKS[look], upper=True)
    weights3 = np.array([(i, j, 6 - i - j) for i in range(7) for j in range(7 - i)]) / 6.0
    surface = (weights3[:, :, None] * tooth[triangles][:, None]).sum(axis=2).reshape(-1, 3)
    gap, _ = cKDTree(surface).query(lip)
    assert gap.min() <= 1.0
    assert (upper[:5] - lower[:5])[:, 1].min() >= 1.0


@pytest.mark.parametrize("look", LOOKS)
def test_left_and_right_are_mirror_images(look: str) -> None:
    skin, deltas = built(look)
    mirror = skin_of(LOOKS[look])[1]
    flip = np.array([-1.0, 1.0, 1.0])
    assert np.abs(skin.position[mirror] * flip - skin.position).max() <= 0.01
    for index, twin in enumerate(TWINS):
        if twin != index:
            assert np.abs(deltas[index][mirror] * flip - deltas[twin]).max() <= 0.01
        elif CHANNELS[index] not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight"):
            assert np.abs(deltas[index][mirror] * flip - deltas[index]).max() <= 0.01


@pytest.mark.parametrize("look", LOOKS)
def test_every_shape_moves_the_skin(look: str) -> None:
    most = np.abs(built(look)[1]).max(axis=(1, 2))
    assert {name: m for name, m in zip(CHANNELS, most, strict=True) if m <= 0.5} == {}


def test_lip_gap_is_the_meshs() -> None:
    """The measure of `blend_shapes.metrics` against the whole mesh, at random weights."""
    random = np.random.default_rng(4)
    for _ in range(20):
        row = random.random(len(CHANNELS)) * (random.random(len(CHANNELS)) < 0.3)
        skin, deltas = built("mira")
        p = skin.position + np.tensordot(row, deltas, 1)
        upper, lower = contact(p)
        steps = np.linspace(0, COLUMNS // 2, 5).round().astype(int)
        left = (upper - lower)[steps, 1]
        mirror = skin_of(LOOKS["mira"])[1]
        other_upper, other_lower = contact(p[mirror])
        right = (other_upper - other_lower)[steps, 1]
        expected = np.maximum(np.concatenate([left, right]), 0.0).mean()
        assert lip_gap(row[None])[0] == pytest.approx(expected, abs=1e-6)


def test_looks_are_distinct() -> None:
    """No two share a silhouette: some vertex of the skin differs by millimetres."""
    names = list(LOOKS)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            first, second = built(a)[0].position[:LOOP], built(b)[0].position[:LOOP]
            assert np.abs(first - second).max() > 2.0
