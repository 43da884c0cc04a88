/**
 * How much of a live voice to hold: as late as its segments come, and more after it ran dry.
 *
 * Lateness is counted against the earliest segment of the same run. A histogram of it, in which what is long ago weighs
 * less, gives what nearly all segments keep to: the idea of the delay estimate of WebRTC's NetEq (modules/audio_coding/neteq,
 * "histogram" and "relative arrival delay tracker").
 */

import { Cushion } from "./cushion.js";

export const LIVE_TARGET_MS = 60;
const SPARE_MS = 30;
const BUCKET_MS = 5;
const LATEST_MS = 300;
const COVERED = 0.97;
const MEMORY_S = 20;
const RELAX_S = 240;
/** How fast the earliest segment is forgotten, as a share of time: clocks differ, and routes change. */
const CREEP = 0.002;

/** One live voice, over all its runs. */
export class JitterTarget {
  /** @param {number} [baseMs] held on a good network */
  constructor(baseMs = LIVE_TARGET_MS) {
    this.cushion = new Cushion(baseMs, RELAX_S);
    this.late = new Float64Array(Math.round(LATEST_MS / BUCKET_MS) + 1);
    this.late[0] = 1;
    this.latestMs = 0;
    /** Least delay of the run, and when its last segment came, in seconds. */
    this.earliest = Infinity;
    this.before = 0;
  }

  /** Voice to be held now, in milliseconds. */
  get ms() {
    return Math.max(this.cushion.ms, this.latestMs + SPARE_MS);
  }

  /** A run begins. */
  begin() {
    this.earliest = Infinity;
    this.before = 0;
  }

  /**
   * A segment has come; all in seconds. Of several that come at once, as at the beginning of a run, each is the earliest
   * so far.
   * @param {number} now @param {number} end media time of its end @param {number} length
   */
  arrive(now, end, length) {
    const { late } = this;
    const delay = now - end;
    this.earliest = Math.min(delay, this.earliest + CREEP * (now - this.before));
    this.before = now;
    const weight = Math.min(1, length / MEMORY_S);
    let all = 0;
    for (let i = 0; i < late.length; i += 1) late[i] *= 1 - weight;
    late[Math.min(late.length - 1, Math.trunc((1000 * (delay - this.earliest)) / BUCKET_MS))] += weight;
    for (let i = 0; i < late.length; i += 1) all += late[i];
    let upTo = 0;
    let i = -1;
    while (i < 0 || upTo < COVERED * all) upTo += late[(i += 1)];
    this.latestMs = BUCKET_MS * i;
  }
}
