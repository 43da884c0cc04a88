"""The lower lip and the upper teeth of the generated head, against the whole mesh."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from blend_shapes.head import teeth
from blend_shapes.head.lip_on_teeth import least_gap, lip_to_teeth
from blend_shapes.head.lips import COLUMNS
from blend_shapes.head.look import LOOKS
from tests.blend_shapes.head.test_acceptance import WIDTH, contact, posed, vector

F = {
    "jawOpen": 0.07,
    "mouthSmile": 0.02,
    "mouthStretch": 0.05,
    "mouthUpperUp": 0.18,
    "mouthRollLower": 0.42,
}


def test_f_touches_and_an_open_mouth_does_not() -> None:
    assert lip_to_teeth(vector(F)[None])[0] <= 1.0
    assert least_gap(vector(F)[None])[0] >= 1.0
    assert lip_to_teeth(vector({"jawOpen": 0.4})[None])[0] > 5.0
    assert lip_to_teeth(vector(F | {"mouthFunnel": 0.5})[None])[0] > 2.0


@pytest.mark.parametrize("weights", [{}, F, F | {"mouthFunnel": 0.3}, {"jawOpen": 0.5, "mouthClose": 0.5}])
def test_distances_are_the_meshs(weights: dict[str, float]) -> None:
    p = posed("mira", weights)
    rings = [p[ring * WIDTH : (ring + 1) * WIDTH][COLUMNS:][COLUMNS // 2 :] for ring in (1, 2, 3, 4)]
    tooth, triangles, _ = teeth.row_of_teeth(LOOKS["mira"], upper=True)
    corners = np.array([(i, j, 12 - i - j) for i in range(13) for j in range(13 - i)]) / 12.0
    surface = (corners[:, :, None] * tooth[triangles][:, None]).sum(axis=2).reshape(-1, 3)
    finer = cKDTree(surface).query(np.concatenate(rings))[0].min()
    assert lip_to_teeth(vector(weights)[None])[0] == pytest.approx(finer, abs=0.1)
    upper, lower = contact(p)
    steps = np.linspace(0, COLUMNS // 2, 5).round().astype(int)
    assert least_gap(vector(weights)[None])[0] == pytest.approx((upper - lower)[steps, 1].min(), abs=1e-6)


def test_pressed_lips_are_below_zero() -> None:
    assert least_gap(vector({"mouthPress": 1.0})[None])[0] < 0.0
