import assert from "node:assert/strict";
import { test } from "node:test";

import { DeviceClock, MediaClock } from "../core/media_clock.js";
import { seeded } from "./random.js";

/** Peak to peak of the smoothed clock against a line, over the last half. @param {(t: number) => number} device @param {number} slope */
function wobble(device, slope) {
  const clock = new DeviceClock();
  const errors = [];
  for (let i = 0; i < 1200; i += 1) {
    const now = i / 60;
    errors.push(clock.observe(now, device(now)) - slope * now);
  }
  const late = errors.slice(600);
  return 1000 * (Math.max(...late) - Math.min(...late));
}

test("a device clock that moves in steps of 10 ms comes out within 2 ms", () => {
  const stepped = wobble((t) => Math.floor(t / 0.01) * 0.01, 1);
  assert.ok(stepped < 2, `${stepped} ms`);
});

test("random jitter of 6 ms comes out within 2 ms", () => {
  const random = seeded(3);
  const jittery = wobble((t) => t + 0.006 * (random() - 0.5), 1);
  assert.ok(jittery < 2, `${jittery} ms`);
});

test("a device that is 200 ppm fast is followed", () => {
  const clock = new DeviceClock();
  let error = 0;
  for (let i = 0; i < 60 * 600; i += 1) {
    const now = i / 60;
    error = clock.observe(now, now * 1.0002) - now * 1.0002;
  }
  assert.ok(Math.abs(error) < 0.001, `${error} s after ten minutes`);
});

test("a jump of the device is taken at once", () => {
  const clock = new DeviceClock();
  clock.observe(0, 5);
  assert.equal(clock.observe(1, 6.2), 6.2);
});

test("a smaller move is taken after a few observations, a single stray one is not", () => {
  const clock = new DeviceClock();
  for (let i = 0; i < 100; i += 1) clock.observe(i / 60, i / 60);
  clock.observe(100 / 60, 100 / 60 - 0.03);
  assert.ok(Math.abs(clock.offset) < 0.002);
  for (let i = 101; i < 106; i += 1) clock.observe(i / 60, i / 60 - 0.03);
  assert.ok(Math.abs(clock.offset + 0.03) < 0.001);
});

const anchor = (/** @type {number} */ time, /** @type {number} */ turn, /** @type {number} */ pts, /** @type {any} */ state) =>
  ({ time, stream: turn, turn, pts, received: 1e6, state, bufferedMs: 0, underruns: 0 });

test("what is heard lags what is made, and stops and goes with it", () => {
  const clock = new MediaClock();
  assert.equal(clock.at(0).turn, -1);
  clock.add(anchor(1, 1, 0, "priming"));
  clock.add(anchor(1.1, 1, 0, "playing"));
  clock.add(anchor(1.3, 1, 200_000, "starved"));
  clock.add(anchor(1.8, 1, 200_000, "playing"));
  const near = (/** @type {number} */ time, /** @type {number} */ pts) => assert.ok(Math.abs(clock.at(time).pts - pts) < 1, `${time}`);
  near(1.05, 0);
  near(1.2, 100_000);
  near(1.31, 200_000);
  near(1.7, 200_000);
  near(1.85, 250_000);
});

test("never back within a turn, never beyond the next anchor", () => {
  const clock = new MediaClock();
  clock.add(anchor(1, 1, 0, "playing"));
  assert.ok(Math.abs(clock.at(1.09).pts - 90_000) < 1);
  assert.ok(Math.abs(clock.at(1.05).pts - 90_000) < 1, "monotonic");
  clock.add(anchor(1.2, 1, 95_000, "starved"));
  assert.ok(clock.at(1.1).pts <= 95_000);
  clock.add(anchor(1.5, 2, 0, "playing"));
  assert.deepEqual(clock.at(1.5), { turn: 2, pts: 0, state: "playing" });
});

test("anchors that stop coming stop the extrapolation", () => {
  const clock = new MediaClock();
  clock.add(anchor(1, 1, 0, "playing"));
  assert.ok(clock.at(60).pts <= 100_000);
});
