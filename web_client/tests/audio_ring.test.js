import assert from "node:assert/strict";
import { test } from "node:test";

import { AudioRing } from "../core/audio_ring.js";
import { seeded } from "./random.js";

const ones = (/** @type {number} */ n) => new Float32Array(n).fill(1);

/** Largest step between neighbours. @param {ArrayLike<number>} samples */
function step(samples) {
  let most = 0;
  for (let i = 1; i < samples.length; i += 1) most = Math.max(most, Math.abs(samples[i] - samples[i - 1]));
  return most;
}

test("samples come out once and in order, however they are cut", () => {
  const random = seeded(2);
  const ring = new AudioRing(1000, 0);
  const out = new Float32Array(400);
  let [written, heard] = [0, 0];
  while (heard < 20_000) {
    const n = Math.floor(Math.min(300, 1000 - ring.available) * random());
    ring.write(Float32Array.from({ length: n }, (_, i) => written + i));
    written += n;
    const want = Math.floor(400 * random());
    const real = ring.read(out, want, false);
    for (let i = 0; i < real; i += 1) assert.equal(out[i], heard + i);
    for (let i = real; i < want; i += 1) assert.equal(out[i], 0);
    heard += real;
    assert.equal(ring.readAt, heard);
  }
});

test("both sides of a gap are ramps", () => {
  const ring = new AudioRing(1000, 50);
  const heard = [];
  const out = new Float32Array(64);
  const read = () => {
    ring.read(out, 64, false);
    heard.push(...out);
  };
  ring.write(ones(300));
  for (let i = 0; i < 8; i += 1) read();
  ring.write(ones(300));
  for (let i = 0; i < 3; i += 1) read();
  assert.equal(heard[0], 1);
  assert.ok(step(heard) <= 1 / 50 + 1e-6, `${step(heard)}`);
});

test("voice that comes while the ramp runs makes a dip and no click", () => {
  const ring = new AudioRing(1000, 50);
  const out = new Float32Array(64);
  ring.write(ones(100));
  ring.read(out, 64, false);
  const before = [...out];
  ring.write(ones(400));
  ring.read(out, 64, false);
  const dip = [...before, ...out];
  ring.read(out, 64, false);
  dip.push(...out);
  assert.ok(Math.min(...dip) < 0.05);
  assert.equal(dip.at(-1), 1);
  assert.ok(step(dip) <= 1 / 50 + 1e-6);
});

test("the end of a stream is not faded", () => {
  const ring = new AudioRing(1000, 50);
  const out = new Float32Array(100);
  ring.write(ones(80));
  assert.equal(ring.read(out, 100, true), 80);
  assert.equal(out[79], 1);
});

test("a cut leaves a ramp to silence", () => {
  const ring = new AudioRing(1000, 50);
  const out = new Float32Array(300);
  ring.write(ones(500));
  ring.read(out, 100, false);
  ring.cut(240);
  assert.equal(ring.read(out, 300, true), 240);
  assert.ok(out[0] > 0.99 && out[239] === 0);
  assert.ok(step(out) < 0.005);
});

test("a full ring loses the oldest and moves its position", () => {
  const ring = new AudioRing(100, 0);
  ring.write(Float32Array.from({ length: 100 }, (_, i) => i));
  ring.write(Float32Array.from({ length: 30 }, (_, i) => 100 + i));
  assert.equal(ring.overrun, 30);
  assert.equal(ring.readAt, 30);
  const out = new Float32Array(1);
  ring.read(out, 1, false);
  assert.equal(out[0], 30);
});

test("more at once than it holds", () => {
  const ring = new AudioRing(100, 0);
  ring.write(Float32Array.from({ length: 250 }, (_, i) => i));
  const out = new Float32Array(100);
  assert.equal(ring.read(out, 100, true), 100);
  assert.deepEqual([out[0], out[99], ring.readAt], [150, 249, 250]);
});
