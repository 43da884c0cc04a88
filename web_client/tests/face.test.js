/** The drawn face's geometry: lips that seal, tuck and round; lids that meet; mirror images. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { eyeShape } from "../page/face/eyes.js";
import { mouthShape } from "../page/face/mouth.js";
import { LEFT, Pose, RIGHT } from "../page/face/pose.js";

const CHANNELS = `
  eyeBlinkLeft eyeLookDownLeft eyeLookInLeft eyeLookOutLeft eyeLookUpLeft eyeSquintLeft eyeWideLeft eyeBlinkRight
  eyeLookDownRight eyeLookInRight eyeLookOutRight eyeLookUpRight eyeSquintRight eyeWideRight jawForward jawLeft
  jawRight jawOpen mouthClose mouthFunnel mouthPucker mouthLeft mouthRight mouthSmileLeft mouthSmileRight
  mouthFrownLeft mouthFrownRight mouthDimpleLeft mouthDimpleRight mouthStretchLeft mouthStretchRight mouthRollLower
  mouthRollUpper mouthShrugLower mouthShrugUpper mouthPressLeft mouthPressRight mouthLowerDownLeft
  mouthLowerDownRight mouthUpperUpLeft mouthUpperUpRight browDownLeft browDownRight browInnerUp browOuterUpLeft
  browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight noseSneerLeft noseSneerRight tongueOut`.trim().split(/\s+/);

/** Weights by name; a name without side sets both. @param {Record<string, number>} weights */
function pose(weights) {
  const values = CHANNELS.map((name) => weights[name] ?? weights[name.replace(/(Left|Right)$/, "")] ?? 0);
  return new Pose(CHANNELS).set(values, [0, 0, 0]);
}

// Targets of running speech: FACE.md's table of phones.
const A = { jawOpen: 0.42, mouthStretch: 0.1, mouthLowerDown: 0.28, mouthUpperUp: 0.06 };
const M = { jawOpen: 0.05, mouthClose: 0.05, mouthPress: 0.1, mouthRollLower: 0.06, mouthRollUpper: 0.05 };
const U = { jawOpen: 0.26, mouthClose: 0.2, mouthFunnel: 0.28, mouthPucker: 0.55, mouthStretch: 0.06, mouthLowerDown: 0.1 };
const F = { jawOpen: 0.07, mouthUpperUp: 0.18, mouthRollLower: 0.42, mouthStretch: 0.05 };
const I = { jawOpen: 0.1, mouthSmile: 0.3, mouthStretch: 0.14, mouthLowerDown: 0.28, mouthUpperUp: 0.16 };

test("m seals, a opens, f leaves room for the teeth", () => {
  assert.ok(mouthShape(pose(M)).gap < 0.1);
  assert.ok(mouthShape(pose({})).gap < 0.1);
  assert.ok(mouthShape(pose(A)).gap > 20);
  const f = mouthShape(pose(F)).gap;
  assert.ok(f > 2.5 && f < 8, `${f}`);
});

test("mouthClose equal to jawOpen seals at any opening", () => {
  for (const jaw of [0.25, 0.5, 0.75, 1]) assert.ok(mouthShape(pose({ jawOpen: jaw, mouthClose: jaw })).gap < 0.1);
});

test("u is much narrower than i", () => {
  assert.ok(mouthShape(pose(U)).width < 0.62 * mouthShape(pose(I)).width);
});

test("f tucks the lower lip: it shows half as thick as at rest", () => {
  const thick = (/** @type {any} */ weights) => {
    const { lowerOuter, lowerInner } = mouthShape(pose(weights));
    return lowerOuter[10][1] - lowerInner[10][1];
  };
  assert.ok(thick(F) < 0.55 * thick({}));
});

test("lips never cross, whatever the weights", () => {
  let seed = 7;
  const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
  for (let n = 0; n < 500; n += 1) {
    const weights = Object.fromEntries(CHANNELS.map((name) => [name, random() < 0.5 ? 0 : random()]));
    const { upperOuter, upperInner, lowerInner, lowerOuter } = mouthShape(pose(weights));
    upperInner.forEach(([, y], i) => {
      assert.ok(upperOuter[i][1] <= y + 1e-9 && y <= lowerInner[i][1] + 1e-9 && lowerInner[i][1] <= lowerOuter[i][1] + 1e-9);
    });
  }
});

test("left and right are mirror images", () => {
  const left = mouthShape(pose({ mouthSmileLeft: 0.7, mouthStretchLeft: 0.3, jawOpen: 0.3, mouthLeft: 0.4, jawLeft: 0.2 }));
  const right = mouthShape(pose({ mouthSmileRight: 0.7, mouthStretchRight: 0.3, jawOpen: 0.3, mouthRight: 0.4, jawRight: 0.2 }));
  const mirrored = [...right.lowerInner].reverse().map(([x, y]) => [-x, y]);
  left.lowerInner.forEach(([x, y], i) => {
    assert.ok(Math.abs(x - mirrored[i][0]) < 1e-9 && Math.abs(y - mirrored[i][1]) < 1e-9);
  });
  assert.equal(eyeShape(pose({ eyeBlinkLeft: 1 }), LEFT).blink, 1);
  assert.equal(eyeShape(pose({ eyeBlinkLeft: 1 }), RIGHT).blink, 0);
});

test("a blink meets, whatever else the eye does", () => {
  for (const extra of [{}, { eyeSquint: 1, cheekSquint: 1 }, { eyeWide: 1 }, { eyeLookDown: 1 }]) {
    const { upper, lower } = eyeShape(pose({ eyeBlink: 1, ...extra }), LEFT);
    assert.ok(Math.abs(upper - lower) < 1e-9);
    const open = eyeShape(pose(extra), LEFT);
    assert.ok(open.upper < open.lower);
  }
});

test("the gaze goes to the character's own side", () => {
  assert.ok(eyeShape(pose({ eyeLookOutLeft: 1 }), LEFT).gaze[0] > 0);
  assert.ok(eyeShape(pose({ eyeLookInRight: 1 }), RIGHT).gaze[0] > 0);
  assert.ok(eyeShape(pose({ eyeLookUp: 1 }), RIGHT).gaze[1] < 0);
});
