/** The timeline vectors of protocol/vectors: what arrives and what the device does, and what is then heard and shown. */

import assert from "node:assert/strict";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { after, describe, test } from "node:test";

import { run } from "./timeline.js";

const VECTORS = fileURLToPath(new URL("../../protocol/vectors/timeline/", import.meta.url));
const CORE = fileURLToPath(new URL("../core/", import.meta.url));
const MODULES = [
  "messagepack", "face_format", "playout", "media_clock", "mirror", "reception", "reports", "sampler", "live_peer", "live_playout", "mixer",
];

/** @param {string} folder */
async function load(folder) {
  const parts = await Promise.all(MODULES.map((name) => import(pathToFileURL(join(folder, `${name}.js`)).href)));
  return Object.assign({}, ...parts);
}

/** @param {string} name */
const vector = (name) => JSON.parse(readFileSync(`${VECTORS}${name}.json`, "utf8"));
const names = existsSync(VECTORS) ? readdirSync(VECTORS).filter((f) => f.endsWith(".json")).map((f) => f.slice(0, -5)) : [];

test("there are vectors", { skip: names.length === 0 && "protocol/vectors/timeline is not there" }, () => {
  assert.ok(names.length > 30);
});

describe("timeline", async () => {
  const core = await load(CORE);
  for (const name of names) test(name, () => assert.deepEqual(run(core, vector(name)), []));
});

/** Module, what stands there, what is put in its place, and the vector that tells. */
const MUTATIONS = [
  ["audio_ring", "this.rampedUp = 0;", "this.rampedUp = this.fade;", "gap"],
  ["frame_buffer", "let n = 0;", "let n = 2;", "plain"],
  ["live_clock", "TARGET_US = 15_000", "TARGET_US = 16_000", "mirror"],
  ["live_clock", "LONGEST_US = 250_000", "LONGEST_US = 249_999", "mirror-250"],
  ["live_clock", "LONGEST_US = 250_000", "LONGEST_US = 300_000", "mirror-300"],
  ["live_clock", "WINDOW_MS = 500", "WINDOW_MS = 600", "mirror-bursts"],
  ["live_clock", "GAIN = 1.5", "GAIN = 1.6", "mirror-stall"],
  ["live_clock", "SLOWEST = 0.95", "SLOWEST = 0.99", "mirror"],
  ["live_clock", "FASTEST = 1.25", "FASTEST = 1.2", "mirror-stall"],
  ["jitter", "LIVE_TARGET_MS = 60", "LIVE_TARGET_MS = 61", "live-start-60"],
  ["jitter", "SPARE_MS = 30", "SPARE_MS = 31", "live-jitter"],
  ["jitter", "BUCKET_MS = 5", "BUCKET_MS = 4", "live-jitter"],
  ["jitter", "COVERED = 0.97", "COVERED = 0.9", "live-jitter"],
  ["jitter", "MEMORY_S = 20", "MEMORY_S = 15", "live-jitter"],
  ["jitter", "RELAX_S = 240", "RELAX_S = 250", "live-dry"],
  ["jitter", "CREEP = 0.002", "CREEP = 0.02", "live-slow"],
  ["live_peer", "LOOP_SHIFT_MS = 2700", "LOOP_SHIFT_MS = 0", "live-runs"],
  ["live_playout", "FADE_MS = 5", "FADE_MS = 6", "live-runs"],
  ["live_playout", "CAPACITY_S = 2", "CAPACITY_S = 3", "live-hung"],
  ["live_playout", "WINDOW_S = 0.2", "WINDOW_S = 0.25", "live-fast"],
  ["live_playout", "SMOOTHING = 0.25", "SMOOTHING = 0.3", "live-slow"],
  ["live_playout", "STEERING = 0.00025", "STEERING = 0.0003", "live-slow"],
  ["live_playout", "FASTEST = 0.005", "FASTEST = 0.004", "live-fast"],
  ["live_playout", "SOME = 1.35", "SOME = 1.9", "live-cut-quiet"],
  ["live_playout", "MUCH = 2", "MUCH = 2.5", "live-cut-voice"],
  ["live_playout", "BEYOND_MS = 250", "BEYOND_MS = 249", "live-backlog-310"],
  ["live_playout", "OVER_S = 0.3", "OVER_S = 0.35", "live-end-lost"],
  ["live_playout", "hole >= stood", "false", "live-loss-dry"],
  ["live_playout", "this.cutShort && hole <= 0", "this.cutShort", "live-loss"],
  ["live_reception", "LONGEST_HOLE_S = 0.2", "LONGEST_HOLE_S = 0.199", "live-hole-200"],
  ["live_reception", "LONGEST_HOLE_S = 0.2", "LONGEST_HOLE_S = 0.202", "live-hole-201"],
  ["live_ring", "QUIET = 0.005", "QUIET = 0.001", "live-cut-quiet"],
  ["live_ring", "LOUD_HOPS = 8", "LOUD_HOPS = 9", "live-cut-voice"],
  ["live_ring", "longest - 2 * fade", "longest", "live-cut-voice"],
  ["live_ring", "samples[i] *= (i + 1) / up", "samples[i] *= 1", "live-loss"],
  ["mixer", "KNEE = 0.75", "KNEE = 0.8", "live-company"],
  ["mixer", "LEAVING_MS = 10", "LEAVING_MS = 40", "live-left"],
  ["media_clock", "GAIN = 0.04", "GAIN = 0.05", "stepped"],
  ["media_clock", "JUMP_S = 0.1", "JUMP_S = 0.3", "leap"],
  ["media_clock", "DRIFT_S = 0.015", "DRIFT_S = 0.05", "shift"],
  ["media_clock", "DRIFT_SEEN = 4", "DRIFT_SEEN = 3", "shift"],
  ["media_clock", "EXTRAPOLATION_S = 0.1", "EXTRAPOLATION_S = 0.12", "hung"],
  ["media_clock", "this.forgotten = this.newest?.stream ?? -1;", "", "new-session"],
  ["mirror", "begin() {\n    this.clock = null;", "begin() {", "mirror-again"],
  ["playout", "FADE_MS = 5", "FADE_MS = 6", "gap"],
  ["playout", "CAPACITY_S = 12", "CAPACITY_S = 13", "overrun"],
  ["cushion", "GROWTH = 1.5", "GROWTH = 1.6", "gap"],
  ["cushion", "MOST_MS = 600", "MOST_MS = 610", "cushion-grows"],
  ["cushion", "RELAX_S = 30", "RELAX_S = 31", "cushion-relaxes"],
  ["playout", "&& this.rested", "", "queue"],
  ["playout", ' || this.state === "flushing") return', ") return", "flush"],
  ["reception", "Math.max(0, this.samples - first)", "0", "repeated"],
  ["reception", "turn < this.turn", "false", "out-of-date"],
  ["reports", "REPORT_MS = 200", "REPORT_MS = 250", "plain"],
  ["reports", "this.flushed = Math.max(this.flushed, turn);", "", "flush"],
  ["resampler", "TAPS = 16", "TAPS = 18", "device-24000-44100"],
  ["resampler", "BETA = 8", "BETA = 7", "device-24000-16000"],
  ["resampler", "PHASES = 256", "PHASES = 8", "device-24000-44100"],
  ["sampler", "EASE_IN_MS = 70", "EASE_IN_MS = 71", "plain"],
  ["sampler", "EASE_OUT_MS = 160", "EASE_OUT_MS = 161", "plain"],
  ["sampler", "FLUSH_OUT_MS = 120", "FLUSH_OUT_MS = 121", "flush"],
  ["sampler", "LOOP_FADE_MS = 350", "LOOP_FADE_MS = 351", "loops"],
  ["sampler", "HOLD_MS = 150", "HOLD_MS = 200", "stall"],
  ["sampler", "RELAX_MS = 120", "RELAX_MS = 121", "stall"],
];

describe("a changed core does not pass", () => {
  const folder = mkdtempSync(join(tmpdir(), "facewire-"));
  writeFileSync(join(folder, "package.json"), '{"type": "module"}');
  after(() => rmSync(folder, { recursive: true }));
  for (const [i, [module, from, to, name]] of MUTATIONS.entries()) {
    test(`${module}: ${from} -> ${to}`, async () => {
      const mutant = join(folder, String(i));
      cpSync(CORE, mutant, { recursive: true });
      const file = join(mutant, `${module}.js`);
      const source = readFileSync(file, "utf8");
      assert.ok(source.includes(from), `${module}.js has no ${from}`);
      writeFileSync(file, source.replace(from, to));
      assert.notDeepEqual(run(await load(mutant), vector(name)), []);
    });
  }
});
