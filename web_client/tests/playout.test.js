import assert from "node:assert/strict";
import { test } from "node:test";

import { Playout } from "../core/playout.js";
import { Resampler } from "../core/resampler.js";

const BLOCK = 128;

/** A sine of 200 Hz. @param {number} seconds @param {number} rate @param {number} [from] */
const tone = (seconds, rate, from = 0) =>
  Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 200 * (i + from)) / rate));

/** Pulls blocks; gives their states and all samples. @param {Playout} playout @param {number} seconds */
function pull(playout, seconds) {
  const heard = [];
  const anchors = [];
  for (let i = 0; i < (seconds * playout.deviceRate) / BLOCK; i += 1) {
    const out = new Float32Array(BLOCK);
    anchors.push(playout.pull(out));
    heard.push(...out);
  }
  return { heard, anchors, states: anchors.map((a) => a.state).filter((s, i, all) => s !== all[i - 1]) };
}

test("a tone keeps its pitch and level through the resampler", () => {
  for (const [from, to] of [[24000, 48000], [22050, 44100], [24000, 44100], [48000, 24000], [24000, 24000]]) {
    const resampler = new Resampler(from, to);
    const input = tone(0.5, from);
    const heard = [];
    let at = 0;
    while (heard.length < 0.4 * to) {
      const out = new Float32Array(BLOCK);
      const need = resampler.need(BLOCK);
      resampler.process(input.subarray(at, at + need), out, BLOCK);
      at += need;
      heard.push(...out);
    }
    const error = Math.max(...heard.slice(100, 0.4 * to).map((x, i) => Math.abs(x - 0.5 * Math.sin((2 * Math.PI * 200 * (i + 100)) / to))));
    assert.ok(error < 2e-3, `${from} to ${to}: ${error}`);
  }
});

test("a turn: priming, playing, draining, idle; the position is that of the samples", () => {
  const playout = new Playout(48000, 120);
  playout.push(1, 0, 24000, tone(0.1, 24000));
  assert.deepEqual(pull(playout, 0.05).states, ["priming"]);
  playout.push(1, 100_000, 24000, tone(0.3, 24000, 2400));
  const { anchors } = pull(playout, 0.2);
  assert.equal(anchors.at(-1).state, "playing");
  const played = anchors.filter((a) => a.state === "playing");
  played.forEach((a, i) => assert.ok(Math.abs(a.pts - (i * BLOCK * 1e6) / 48000) < 1, `${a.pts}`));
  playout.end(1);
  const rest = pull(playout, 0.4);
  assert.deepEqual(rest.states, ["draining", "idle"]);
  assert.equal(rest.anchors.at(-1).pts, 400_000);
  assert.equal(playout.underruns, 0);
});

test("a short reply starts at its end, without the cushion", () => {
  const playout = new Playout(48000, 120);
  playout.push(1, 0, 24000, tone(0.05, 24000));
  playout.end(1);
  assert.deepEqual(pull(playout, 0.1).states, ["draining", "idle"]);
});

test("a gap freezes the position, and the voice goes on from there", () => {
  const playout = new Playout(48000, 50);
  playout.push(1, 0, 24000, tone(0.1, 24000));
  const first = pull(playout, 0.3);
  assert.deepEqual(first.states, ["playing", "starved"]);
  assert.equal(first.anchors.at(-1).pts, 100_000);
  playout.push(1, 100_000, 24000, tone(0.2, 24000, 2400));
  const second = pull(playout, 0.1);
  assert.equal(second.anchors[0].state, "playing");
  assert.equal(second.anchors[0].pts, 100_000);
  assert.equal(playout.underruns, 1);
  assert.ok(playout.cushion.ms > 50);
  const steps = [...first.heard, ...second.heard].map((x, i, all) => Math.abs(x - (all[i - 1] ?? 0)));
  assert.ok(Math.max(...steps) < 0.05, "no click");
});

test("the cushion shrinks back after an undisturbed half minute", () => {
  const playout = new Playout(8000, 50);
  playout.cushion.ms = 600;
  playout.push(1, 0, 8000, tone(1, 8000));
  for (let s = 1; s < 32; s += 1) {
    playout.push(1, s * 1e6, 8000, tone(1, 8000));
    pull(playout, 1);
  }
  assert.equal(playout.underruns, 0);
  assert.equal(playout.cushion.ms, 50);
});

test("a flush is silence within its fade and one block, and the next turn plays", () => {
  const playout = new Playout(48000, 50);
  playout.push(1, 0, 24000, tone(0.5, 24000));
  pull(playout, 0.1);
  playout.flush(1, 10);
  playout.push(2, 0, 24000, tone(0.2, 24000));
  playout.end(2);
  const { heard, states, anchors } = pull(playout, 0.4);
  assert.deepEqual(states, ["flushing", "idle", "draining", "idle"]);
  assert.equal(anchors.at(-1).turn, 2);
  const second = anchors.findIndex((a) => a.turn === 2);
  assert.ok(second * BLOCK <= 0.01 * 48000 + 3 * BLOCK, `${second} blocks`);
  assert.equal(anchors[second].pts, 0);
  assert.ok(Math.max(...heard.slice(second * BLOCK)) > 0.4);
});

test("a flush while starved, while priming, and of what is not there", () => {
  const playout = new Playout(48000, 50);
  playout.flush(5, 10);
  playout.push(1, 0, 24000, tone(0.02, 24000));
  pull(playout, 0.02);
  playout.flush(1, 10);
  assert.deepEqual(pull(playout, 0.05).states, ["idle"]);
  playout.push(2, 0, 24000, tone(0.1, 24000));
  pull(playout, 0.3);
  assert.equal(playout.state, "starved");
  playout.flush(2, 10);
  assert.deepEqual(pull(playout, 0.05).states, ["idle"]);
});

test("turns that arrive early play one after the other", () => {
  const playout = new Playout(48000, 50);
  playout.push(1, 0, 24000, tone(0.2, 24000));
  playout.end(1);
  pull(playout, 0.05);
  playout.push(2, 0, 24000, tone(0.1, 24000));
  playout.end(2);
  playout.push(3, 0, 22050, tone(0.1, 22050));
  playout.end(3);
  const { anchors } = pull(playout, 0.6);
  const turns = anchors.map((a) => a.turn).filter((t, i, all) => t !== all[i - 1]);
  assert.deepEqual(turns, [1, 2, 3]);
  assert.ok(Math.abs(anchors.at(-1).pts - 100_000) < 50);
});
