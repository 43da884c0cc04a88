/**
 * Which face of a live stream to show: a little behind the newest, so that motion is smooth.
 *
 * No sound is played with a mirror, so the arrival of its frames alone says how far it is. The position runs with
 * real time, some hundredths faster or slower, so that the least that lies ahead of it stays at a small target; where
 * frames fail it stands at the newest. protocol/PLAYOUT.md is normative.
 */

const TARGET_US = 15_000;
const LONGEST_US = 250_000;
const WINDOW_MS = 500;
const GAIN = 1.5;
const SLOWEST = 0.95;
const FASTEST = 1.25;

/** One stream. Times are milliseconds of a clock that never falls, media times microseconds. */
export class LiveClock {
  constructor() {
    this.newest = -1;
    this.position = 0;
    this.speed = 1;
    this.least = Infinity;
    this.now = 0;
    this.since = 0;
  }

  /** Frames up to media time `newest` are there. @param {number} now @param {number} newest */
  arrive(now, newest) {
    if (this.newest < 0 || newest - this.reached(now) > LONGEST_US) {
      this.position = newest - TARGET_US;
      this.speed = 1;
      this.least = Infinity;
      this.now = now;
      this.since = now;
    }
    this.newest = newest;
  }

  /** The media time to show; -1 before the first frame. @param {number} now */
  at(now) {
    if (this.newest < 0) return -1;
    this.position = this.reached(now);
    this.now = now;
    this.least = Math.min(this.least, this.newest - this.position);
    if (now - this.since >= WINDOW_MS) {
      const steered = 1 + (GAIN * (this.least - TARGET_US)) / 1e6;
      this.speed = Math.min(Math.max(steered, SLOWEST), FASTEST);
      this.least = Infinity;
      this.since = now;
    }
    return Math.max(0, this.position);
  }

  /** @param {number} now */
  reached(now) {
    return Math.min(this.position + 1000 * Math.max(0, now - this.now) * this.speed, this.newest);
  }
}
