import assert from "node:assert/strict";
import { test } from "node:test";

import { MediaClock } from "../core/media_clock.js";
import { Reports } from "../core/reports.js";

/** @param {import("../core/reports.js").Report[]} reports */
const brief = (reports) => reports.map(({ turn, pts, state }) => [turn, pts, state]);
const heard = (/** @type {number} */ turn, /** @type {number} */ pts, /** @type {any} */ state) => ({ turn, pts, state });

test("a turn that no device plays is reported once, and its flush too", () => {
  const reports = new Reports(new MediaClock());
  reports.due(0, heard(1, 0, "playing"));
  reports.due(10, heard(1, 5000, "idle"));
  assert.deepEqual(brief(reports.muted(20, 2)), [[2, 0, "starved"]]);
  assert.deepEqual(brief(reports.muted(30, 2)), []);
  assert.deepEqual(brief(reports.due(40, heard(1, 5000, "idle"))), [], "what was heard before says nothing of it");
  assert.deepEqual(brief(reports.flush(50, 2, heard(1, 5000, "idle"))), [[2, 0, "idle"]]);
  assert.deepEqual(brief(reports.flush(60, 2, heard(1, 5000, "idle"))), []);
});

test("sound that begins late goes on from there", () => {
  const reports = new Reports(new MediaClock());
  reports.muted(0, 1);
  assert.deepEqual(brief(reports.due(10, heard(1, 0, "priming"))), [], "starved was said");
  assert.deepEqual(brief(reports.due(20, heard(1, 0, "playing"))), [[1, 0, "playing"]]);
  assert.deepEqual(brief(reports.due(219, heard(1, 199_000, "playing"))), []);
  assert.deepEqual(brief(reports.due(220, heard(1, 200_000, "draining"))), [[1, 200_000, "playing"]]);
});
