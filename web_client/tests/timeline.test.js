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
