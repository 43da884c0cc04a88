/** Parts of the page that need no browser: how finely it draws, recordings, the report on an avatar. */

import assert from "node:assert/strict";
import test from "node:test";

import { CHANNELS, ShapeMapper } from "../core/shape_mapper.js";
import { describe } from "../page/avatar_report.js";
import { height } from "../page/level.js";
import { Resolution } from "../page/scene/resolution.js";
import { Seats, columns } from "../page/seats.js";

const LEVELS = [2, 1, 0.5, 0.25];

/** Shows frames whose time depends on how fine they are. @param {Resolution} resolution @param {number} frames @param {(ratio: number) => number} cost */
function run(resolution, frames, cost) {
  let changes = 0;
  for (let i = 0; i < frames; i += 1) if (resolution.took(cost(resolution.value))) changes += 1;
  return changes;
}

test("a slow device draws as finely as it can at full rate", () => {
  const resolution = new Resolution(LEVELS);
  run(resolution, 200, (ratio) => 60 * ratio);
  assert.equal(resolution.value, 0.5);
  assert.equal(run(resolution, 200, (ratio) => 60 * ratio), 0, "it stays there");
});

test("a fast device is left alone, and pauses count for nothing", () => {
  const resolution = new Resolution(LEVELS);
  assert.equal(run(resolution, 500, () => 16.7), 0);
  assert.equal(run(resolution, 100, () => 5000), 0);
  assert.equal(resolution.value, 2);
});

test("fewer pixels that make it no faster are taken back", () => {
  const resolution = new Resolution(LEVELS);
  run(resolution, 400, () => 50);
  assert.equal(resolution.value, 2);
});

test("after a hard time it goes up again, ever more slowly", () => {
  const resolution = new Resolution(LEVELS);
  run(resolution, 100, (ratio) => 45 * ratio);
  assert.equal(resolution.value, 0.5);
  run(resolution, 1300, () => 10);
  assert.equal(resolution.value, 1);
  const swings = run(resolution, 20000, (ratio) => (ratio >= 2 ? 50 : 10));
  assert.ok(swings < 12, `${swings} changes`);
});

/** @param {string[]} shapes @param {Record<string, string>} [bones] */
function reported(shapes, bones = {}) {
  const { families, coverage, missing, unmapped } = new ShapeMapper(shapes);
  return describe({ families, coverage, missing: [...missing], unmapped, shapes, meshes: ["Face"], bones });
}

test("a whole face lacks nothing", () => {
  const { verdict, facts, lacks } = reported([...CHANNELS], { head: "Head", leftEye: "Eye_L" });
  assert.match(verdict, /Everything/);
  assert.deepEqual(lacks, []);
  assert.deepEqual(facts.slice(0, 4), [
    ["Mouth", "ARKit's names"],
    ["Eyes and brows", "ARKit's names"],
    ["Channels", "52 of 52"],
    ["Bones", "head, left eye"],
  ]);
});

test("what a face lacks is named, with what that means", () => {
  const { verdict, facts, lacks, missing } = reported(["A", "I", "U", "E", "O", "Extra"], { jaw: "jaw" });
  assert.match(verdict, /few shapes/);
  assert.ok(lacks.includes("It cannot blink."));
  assert.ok(lacks.some((lack) => /brows/.test(lack)));
  assert.ok(missing.includes("eyeBlinkLeft"));
  assert.equal(Object.fromEntries(facts)["Not used"], "1 of 6 shapes");
});

test("eyes that are bones look about without shapes", () => {
  const shapes = CHANNELS.filter((name) => !name.startsWith("eyeLook"));
  assert.deepEqual(reported(shapes, { leftEye: "l", rightEye: "r" }).lacks, []);
  assert.deepEqual(reported(shapes).lacks, ["Its eyes do not look about."]);
});

test("a level meter stands between its ends", () => {
  assert.deepEqual([0, 0.001, 10 ** (-8 / 20), 1].map(height), [0, 0, 1, 1]);
  assert.ok(height(0.01) > 0.3 && height(0.01) < 0.45, "20 of 52 decibels");
});

/** @param {number} count @param {number[]} [speaking] */
const company = (count, speaking = []) => Array.from({ length: count }, (_, key) => ({ key, speaking: speaking.includes(key) }));

test("in a room that is not full everybody has a seat, in the order they came", () => {
  const seats = new Seats(4);
  assert.deepEqual(seats.seat(company(3), 0), [0, 1, 2]);
  assert.deepEqual(seats.seat(company(4), 1), [0, 1, 2, 3]);
  const [you, , ...others] = company(5);
  assert.deepEqual(seats.seat([you, ...others], 2), [0, 2, 3, 4]);
});

test("in a full room a speaker takes the seat of whoever has been silent the longest, but never yours", () => {
  const seats = new Seats(3);
  assert.deepEqual(seats.seat(company(6), 0), [0, 1, 2]);
  assert.deepEqual(seats.seat(company(6, [2]), 1), [0, 1, 2]);
  assert.deepEqual(seats.seat(company(6, [5]), 2), [0, 5, 2]);
  assert.deepEqual(seats.seat(company(6, [5]), 3), [0, 5, 2], "nobody moves without need");
  assert.deepEqual(seats.seat(company(6, [4]), 4), [0, 5, 4]);
  assert.deepEqual(seats.seat(company(6, [3, 4, 5]), 5), [0, 5, 4], "all who are seated speak");
});

test("tiles are laid out as large as fits", () => {
  assert.deepEqual([1, 2, 3, 4, 8].map((count) => columns(count, 1200, 600, 1)), [1, 2, 3, 2, 4]);
  assert.deepEqual([1, 2, 4, 8].map((count) => columns(count, 360, 600, 1)), [1, 1, 2, 2]);
});
