import assert from "node:assert/strict";
import { test } from "node:test";

import { FrameBuffer } from "../core/frame_buffer.js";
import { Sampler } from "../core/sampler.js";
import { seeded } from "./random.js";

const SIZE = 4;
const frame = (/** @type {number} */ x) => new Float32Array(SIZE).fill(x);
const heard = (/** @type {number} */ turn, /** @type {number} */ ms, /** @type {any} */ state = "playing") => ({ turn, pts: 1000 * ms, state });

test("frames in any order come out sorted, the same time once", () => {
  const random = seeded(4);
  const buffer = new FrameBuffer();
  const times = Array.from({ length: 200 }, (_, i) => 1000 * i).sort(() => random() - 0.5);
  for (const pts of [...times, ...times]) buffer.insert(pts, frame(pts));
  assert.equal(buffer.length, 200);
  assert.ok(buffer.times.every((t, i) => t === 1000 * i && buffer.frames[i][0] === t));
});

test("linear between frames, held outside", () => {
  const buffer = new FrameBuffer();
  const out = frame(0);
  assert.equal(buffer.sample(5, out), -1);
  buffer.insert(100, frame(0));
  buffer.insert(200, frame(1));
  assert.equal(buffer.sample(175, out), 175);
  assert.equal(out[0], 0.75);
  assert.equal(buffer.sample(120, out), 120, "backwards too");
  assert.ok(Math.abs(out[0] - 0.2) < 1e-6);
  assert.equal(buffer.sample(50, out), 100);
  assert.equal(out[0], 0);
  assert.equal(buffer.sample(900, out), 200);
  assert.equal(out[0], 1);
});

test("what lies behind is forgotten, but for the frame in use", () => {
  const buffer = new FrameBuffer();
  for (let i = 0; i < 10; i += 1) buffer.insert(100 * i, frame(i));
  const out = frame(0);
  buffer.sample(850, out);
  buffer.dropBefore(450);
  assert.equal(buffer.times[0], 400);
  assert.equal(buffer.sample(450, out), 450);
  assert.ok(Math.abs(out[0] - 4.5) < 1e-6);
});

/** A sampler with a second of constant frames in turn 1, and a loop at 0.2. */
function speaking() {
  const sampler = new Sampler(SIZE);
  sampler.setLoop("idle", 10, [frame(0.2)]);
  for (let i = 0; i <= 60; i += 1) sampler.insert(1, (1e6 * i) / 60, frame(1));
  return sampler;
}

/** Runs at 100 Hz and gives the first weight each time. @param {Sampler} sampler @param {number} from @param {number} to @param {(ms: number) => any} position */
function run(sampler, from, to, position) {
  const seen = [];
  for (let ms = from; ms < to; ms += 10) seen.push(sampler.sample(ms, position(ms), "idle").frame[0]);
  return seen;
}

test("ease-in at the start of a turn, ease-out at its end", () => {
  const sampler = speaking();
  run(sampler, 0, 50, () => heard(-1, 0, "idle"));
  const start = run(sampler, 50, 200, (ms) => heard(1, ms - 50));
  assert.ok(start[0] < 0.4 && start.at(-1) === 1);
  assert.ok(start.every((x, i) => i === 0 || x >= start[i - 1]));
  const end = run(sampler, 200, 500, () => heard(1, 200, "idle"));
  assert.ok(end.every((x, i) => i === 0 || x <= end[i - 1]));
  assert.ok(Math.abs(end.at(-1) - 0.2) < 1e-6);
});

test("a stall is held for 150 ms, then relaxes, then comes back without a jump", () => {
  const sampler = speaking();
  run(sampler, 0, 300, (ms) => heard(1, ms));
  const stall = run(sampler, 300, 1000, () => heard(1, 300, "starved"));
  assert.ok(stall.slice(0, 15).every((x) => x === 1));
  assert.ok(stall.at(-1) < 0.25);
  const back = run(sampler, 1000, 1200, (ms) => heard(1, ms - 700));
  const steps = [stall.at(-1), ...back].map((x, i, all) => Math.abs(x - (all[i - 1] ?? x)));
  assert.ok(Math.max(...steps) < 0.2, `${Math.max(...steps)}`);
  assert.equal(back.at(-1), 1);
});

test("frames that arrive during a stall do not move the mouth", () => {
  const sampler = speaking();
  run(sampler, 0, 1100, (ms) => heard(1, Math.min(ms, 1010)));
  run(sampler, 1100, 1800, () => heard(1, 1010, "starved"));
  for (let i = 61; i < 90; i += 1) sampler.insert(1, (1e6 * i) / 60, frame(1));
  const seen = run(sampler, 1800, 1900, () => heard(1, 1010, "starved"));
  assert.ok(Math.max(...seen) < 0.25);
});

test("no frames for the voice: held, relaxed, never extrapolated", () => {
  const sampler = speaking();
  const seen = run(sampler, 0, 3000, (ms) => heard(1, ms));
  assert.equal(seen[100], 1);
  assert.ok(Math.abs(seen.at(-1) - 0.2) < 0.01);
});

test("a flush goes to rest within 120 ms and a later turn is shown", () => {
  const sampler = speaking();
  run(sampler, 0, 300, (ms) => heard(1, ms));
  sampler.flush(1);
  const rest = run(sampler, 300, 440, () => heard(1, 300, "flushing"));
  assert.ok(Math.abs(rest.at(-1) - 0.2) < 1e-6);
  sampler.insert(2, 0, frame(0.6));
  sampler.insert(2, 1e6, frame(0.6));
  const next = run(sampler, 500, 700, (ms) => heard(2, ms - 500));
  assert.ok(Math.abs(next.at(-1) - 0.6) < 1e-6);
});

test("loops cross-fade and go round", () => {
  const sampler = new Sampler(SIZE);
  sampler.setLoop("idle", 10, [frame(0), frame(1)]);
  sampler.setLoop("thinking", 10, [frame(0.5)]);
  const at = (/** @type {number} */ ms, /** @type {any} */ state) => sampler.sample(ms, heard(-1, 0, "idle"), state).frame[0];
  assert.ok(Math.abs(at(50, "idle") - 0.5) < 1e-6);
  assert.ok(Math.abs(at(150, "idle") - 0.5) < 1e-6, "the last frame leads to the first");
  assert.ok(Math.abs(at(200, "thinking") - 0) < 1e-6);
  assert.ok(Math.abs(at(600, "thinking") - 0.5) < 1e-6);
  assert.ok(Math.abs(at(601, "listening") - 0.5) < 0.01, "an unknown loop is idle, softly");
});

test("a loop that takes the place of the one shown comes softly", () => {
  const sampler = new Sampler(SIZE);
  const at = (/** @type {number} */ ms) => sampler.sample(ms, heard(-1, 0, "idle"), "idle").frame[0];
  sampler.setLoop("idle", 10, [frame(0)]);
  at(1000);
  sampler.setLoop("idle", 10, [frame(1)]);
  assert.ok(at(1001) < 0.001);
  assert.ok(Math.abs(at(1175) - 0.5) < 0.01);
  assert.equal(at(1350), 1);
});
