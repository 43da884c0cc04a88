/** Live voice of a room: how much is held, for how long, and what it costs. The vectors say what exactly is done. */

import assert from "node:assert/strict";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, test } from "node:test";

import { JitterTarget } from "../core/jitter.js";
import { LivePlayout } from "../core/live_playout.js";
import { LiveRing } from "../core/live_ring.js";
import { Mixer, PeerVoice, limit } from "../core/mixer.js";
import { seeded } from "./random.js";

const RATE = 16000;
const DEVICE_RATE = 48000;
const BLOCK = 480;
const SEGMENT = 640;

/** A tone of 150 Hz. @param {number} start @param {number} n */
const tone = (start, n) => Float32Array.from({ length: n }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 150 * (start + i)) / RATE));

/**
 * A speaker on a network, played for `seconds`; `step` is the largest between two samples heard.
 * @param {object} world
 * @param {number} world.seconds @param {number} [world.skew] how much slower the speaker's clock is
 * @param {(k: number) => number} [world.late] seconds that segment k is late
 * @param {(k: number) => boolean} [world.lost]
 */
function play({ seconds, skew = 0, late = () => 0, lost = () => false }) {
  const playout = new LivePlayout(DEVICE_RATE, RATE);
  const out = new Float32Array(BLOCK);
  /** Per block: device time, media position, fill and target. @type {{at: number, pts: number, held: number, target: number, state: string}[]} */
  const log = [];
  let k = 0;
  let step = 0;
  let before = 0;
  let arrives = 0.04 * (1 + skew) + late(0);
  for (let block = 0; block < (seconds * DEVICE_RATE) / BLOCK; block += 1) {
    const at = (block * BLOCK) / DEVICE_RATE;
    while (arrives <= at) {
      if (!lost(k)) playout.push(0, k * SEGMENT, tone(k * SEGMENT, SEGMENT));
      k += 1;
      arrives = Math.max(arrives, (k + 1) * 0.04 * (1 + skew) + late(k));
    }
    const { pts, bufferedMs, targetMs = 0, state } = playout.pull(out);
    log.push({ at, pts, held: bufferedMs, target: targetMs, state });
    for (const x of out) {
      step = Math.max(step, Math.abs(x - before));
      before = x;
    }
  }
  return { playout, log, step };
}

/** Mean fill beyond the target, in ms, of the last seconds. @param {ReturnType<typeof play>["log"]} log @param {number} seconds */
function off(log, seconds) {
  const last = log.slice(-seconds * 100);
  return last.reduce((sum, { held, target }) => sum + held - target, 0) / last.length;
}

describe("what is held stays at the target", () => {
  for (const skew of [0, 2e-4, -2e-4, 1e-3, -1e-3]) {
    test(`ten minutes at a clock ${1e6 * skew} ppm off`, () => {
      const { playout, log } = play({ seconds: 600, skew });
      assert.ok(Math.abs(off(log, 10)) < 20, `${off(log, 10)} ms off`);
      assert.equal(log.at(-1)?.target, 60);
      assert.deepEqual([playout.underruns, playout.ring.skipped], [0, 0]);
    });
  }

  test("a stall of 500 ms leaves no delay behind", () => {
    const { playout, log } = play({ seconds: 45, late: (k) => (k === 250 ? 0.5 : 0) });
    const delay = (/** @type {number} */ at) => log[100 * at].at - log[100 * at].pts / 1e6;
    assert.equal(playout.underruns, 1);
    assert.ok(delay(11) > delay(9) + 0.1, "later at first");
    assert.ok(Math.abs(delay(44) - delay(9)) < 0.02, `${delay(44) - delay(9)} s remain`);
    assert.ok(Math.abs(off(log, 5)) < 20);
  });

  test("jitter of 60 ms: more is held, and within seconds nothing runs dry", () => {
    const random = seeded(5);
    const { log } = play({ seconds: 60, late: () => 0.06 * random() });
    assert.ok((log.at(-1)?.target ?? 0) > 70);
    assert.ok(log.slice(2000).every(({ state }) => state === "playing"));
  });

  test("a twentieth is lost: its place is silent, the rest is in time", () => {
    const random = seeded(6);
    const { playout, log } = play({ seconds: 60, lost: () => random() < 0.05 });
    assert.ok(playout.ring.concealed > 0);
    assert.ok((log.at(-1)?.pts ?? 0) > 59.7e6);
    const mean = log.slice(1000).reduce((sum, { at, pts }) => sum + at - pts / 1e6, 0) / (log.length - 1000);
    assert.ok(mean < 0.16, `${mean} s behind`);
  });
});

test("what is cut, lost and steered does not click", () => {
  const random = seeded(7);
  const { playout, step } = play({ seconds: 30, late: (k) => (k % 90 === 50 ? 0.3 : 0), lost: () => random() < 0.03 });
  assert.ok(playout.ring.skipped > 0 && playout.ring.concealed > 0);
  assert.ok(step < 0.3 * 0.03, `a step of ${step}; the tone's own are 0.006`);
});

test("a run dry at its end is no underrun, and does not stay starved", () => {
  const playout = new LivePlayout(DEVICE_RATE, RATE);
  const out = new Float32Array(BLOCK);
  const states = [];
  playout.push(0, 0, tone(0, 2 * SEGMENT));
  for (let i = 0; i < 60; i += 1) states.push(playout.pull(out).state);
  assert.deepEqual(states.filter((s, i) => s !== states[i - 1]), ["playing", "starved", "draining", "idle"]);
  assert.equal(states.indexOf("idle"), 31, "300 ms after the segment");
  playout.push(1, 50 * SEGMENT, tone(0, 2 * SEGMENT));
  assert.equal(playout.pull(out).state, "playing");
  assert.deepEqual([playout.underruns, playout.target.ms], [0, 60]);
});

test("nobody pulls: no more than two seconds are kept", () => {
  const playout = new LivePlayout(DEVICE_RATE, RATE);
  for (let k = 0; k < 1000; k += 1) playout.push(k >> 4, k * SEGMENT, tone(0, SEGMENT));
  const kept = playout.waiting.reduce((sum, { samples }) => sum + samples.length, 0);
  assert.ok(kept <= 2 * RATE && kept > 1.9 * RATE);
});

describe("the jitter target", () => {
  /** @param {(k: number) => number} late */
  const after = (late, segments = 500) => {
    const target = new JitterTarget();
    for (let k = 0; k < segments; k += 1) target.arrive(0.04 * k + late(k), 0.04 * k, 0.04);
    return target;
  };

  test("of a good network is 60 ms; of one that is late now and then, what nearly all keep to", () => {
    assert.equal(after(() => 0).ms, 60);
    assert.equal(after((k) => (k % 10 === 0 ? 0.102 : 0)).ms, 130, "a tenth is 100 ms late, to the bucket, and 30");
    assert.equal(after((k) => (k === 250 ? 0.1 : 0)).ms, 60, "one in 500 is none");
    assert.equal(after(() => 0.3).ms, 60, "always late is not late");
    assert.equal(after((k) => (k % 10 === 0 ? 9 : 0)).ms, 330, "no more than can be counted");
  });

  test("the burst at the beginning of a run says nothing", () => {
    const target = new JitterTarget();
    for (let run = 0; run < 50; run += 1) {
      target.begin();
      for (let k = 0; k < 25; k += 1) target.arrive(100 * run + Math.max(0.2, 0.04 * k), 100 * run + 0.04 * k, 0.04);
    }
    assert.equal(target.ms, 60);
  });
});

test("the ring cuts where it is quiet, and else where both sides fit", () => {
  const ring = new LiveRing(RATE, 80);
  const quiet = tone(0, 4000).map((x, i) => (i >= 1600 && i < 2400 ? 0 : x));
  ring.writeAt(0, quiet);
  assert.equal(ring.cutQuiet(400), 400);
  assert.ok(ring.cutAt >= 1600 && ring.cutAt + ring.cutLength <= 2400);
  assert.equal(ring.cutQuiet(400), 0, "one at a time");
  const out = new Float32Array(4000);
  assert.equal(ring.read(out, 4000, false), 3600);
  assert.equal(ring.skipped, 400);
  const loud = new LiveRing(RATE, 80);
  loud.writeAt(0, tone(0, 4000));
  assert.equal(loud.cutQuiet(640), 0);
  const cut = loud.cutVoice(640, 0);
  assert.ok(cut <= 640 && cut >= 480);
  const periods = (cut * 150) / RATE;
  assert.ok(Math.abs(periods - Math.round(periods)) < 0.02, `${periods} whole periods`);
  assert.equal(loud.cutVoice(100, 0), 0, "too short to be worth it");
});

test("voices are summed within bounds; one alone is left as it is", () => {
  const voice = () => {
    const playout = new LivePlayout(RATE, RATE);
    playout.push(0, 0, new Float32Array(RATE).fill(0.9));
    return new PeerVoice(playout);
  };
  const mixer = new Mixer();
  const out = new Float32Array(160);
  const pull = () => {
    for (let i = 0; i < 5; i += 1) mixer.mix(out.fill(0));
    return out[159];
  };
  mixer.voices.set(1, voice());
  assert.ok(Math.abs(pull() - 0.9) < 1e-6);
  mixer.voices.set(2, voice());
  const both = pull();
  assert.ok(both > 0.9 && both < 1);
  for (const v of mixer.voices.values()) v.volume = 0.5;
  assert.ok(Math.abs(pull() - (0.75 + 0.25 * (0.6 / 1.6))) < 1e-6);
  mixer.drop(2);
  assert.ok(Math.abs(pull() - 0.45) < 1e-6);
  const loud = Float32Array.of(0, 0.75, -0.75, 1, -8, 800);
  limit(loud);
  assert.deepEqual([...loud.subarray(0, 3)], [0, 0.75, -0.75]);
  assert.ok(loud.every((x) => Math.abs(x) <= 1) && loud[5] > loud[3] && loud[4] < -0.98);
});

test("after warm-up a block makes no object", () => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  const mixer = new Mixer();
  const out = new Float32Array(128);
  for (let peer = 0; peer < 4; peer += 1) mixer.voices.set(peer, new PeerVoice(new LivePlayout(DEVICE_RATE, RATE)));
  /** All the sound is there before: what comes from outside is not counted. @param {number} from @param {number} seconds */
  const speech = (from, seconds) => Array.from({ length: seconds * 25 }, (_, k) => tone((25 * from + k) * SEGMENT, SEGMENT));
  const blocks = (/** @type {Float32Array[]} */ segments, /** @type {number} */ from) => {
    const perSegment = (0.04 * DEVICE_RATE) / 128;
    for (let block = 0; block < segments.length * perSegment; block += 1) {
      const k = block / perSegment;
      if (Number.isInteger(k)) for (const { playout } of mixer.voices.values()) playout.push(0, (25 * from + k) * SEGMENT, segments[k]);
      mixer.mix(out);
    }
  };
  blocks(speech(0, 20), 0);
  const segments = speech(20, 20);
  gc();
  const before = process.memoryUsage().heapUsed;
  blocks(segments, 20);
  const taken = process.memoryUsage().heapUsed - before;
  // The engine boxes a number here and there; one object as `pull` fills it takes 140 bytes, a block of samples 600.
  assert.ok(taken < 30_000 * 80, `${taken} bytes in 7500 blocks of four voices`);
});
