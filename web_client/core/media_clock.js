/**
 * Where in which turn the listener is.
 *
 * Two maps in a row. `DeviceClock`: real time -> audio device time, smoothed, because the device's own clock
 * moves in steps. `MediaClock`: audio device time -> media time, from the anchors that the audio thread publishes;
 * device time is the time of what is *heard*, some tens of milliseconds behind what is being made.
 */

const GAIN = 0.04;
const JUMP_S = 0.1;
const EXTRAPOLATION_S = 0.25;
const KEPT_ANCHORS = 256;

/** A phase-locked loop: a line of slope 1 that is drawn to each observation by a small part of its error. */
export class DeviceClock {
  constructor() {
    /** @type {number | null} device time minus real time, in seconds */
    this.offset = null;
  }

  /**
   * @param {number} real seconds @param {number} device seconds shown by the device at that moment
   * @returns {number} smoothed device time at `real`
   */
  observe(real, device) {
    const seen = device - real;
    if (this.offset === null || Math.abs(seen - this.offset) > JUMP_S) this.offset = seen;
    else this.offset += GAIN * (seen - this.offset);
    return real + this.offset;
  }
}

/**
 * @typedef {object} Anchor the audio thread's state from one block on
 * @property {number} time device time of the block's first sample, in seconds
 * @property {number} turn
 * @property {number} pts media time there, in microseconds
 * @property {import("./playout.js").PlayoutState} state
 * @property {number} bufferedMs
 * @property {number} underruns
 */

/** @param {Anchor} anchor media moves from it on */
const moves = (anchor) => anchor.state === "playing" || anchor.state === "draining" || anchor.state === "flushing";

export class MediaClock {
  constructor() {
    /** @type {Anchor[]} by time */
    this.anchors = [];
    this.turn = -1;
    this.pts = 0;
  }

  /** @param {Anchor} anchor later than all before */
  add(anchor) {
    this.anchors.push(anchor);
    if (this.anchors.length > KEPT_ANCHORS) this.anchors.shift();
  }

  /**
   * The position heard at device time `time`: never before the last one of the same turn, never beyond the
   * next anchor, and standing still while no voice is due.
   * @param {number} time seconds
   * @returns {{turn: number, pts: number, state: import("./playout.js").PlayoutState}}
   */
  at(time) {
    let i = this.anchors.length - 1;
    while (i >= 0 && this.anchors[i].time > time) i -= 1;
    if (i < 0) return { turn: this.turn, pts: this.pts, state: "idle" };
    const anchor = this.anchors[i];
    const next = this.anchors[i + 1];
    let pts = anchor.pts;
    if (moves(anchor)) pts += 1e6 * Math.min(time - anchor.time, EXTRAPOLATION_S);
    if (next?.turn === anchor.turn) pts = Math.min(pts, next.pts);
    this.pts = anchor.turn === this.turn ? Math.max(this.pts, pts) : pts;
    this.turn = anchor.turn;
    return { turn: this.turn, pts: this.pts, state: anchor.state };
  }
}
