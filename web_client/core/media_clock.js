/**
 * Where in which turn the listener is.
 *
 * Two maps in a row. `DeviceClock`: real time -> audio device time, smoothed, because the device's own clock
 * moves in steps. `MediaClock`: audio device time -> media time, from the anchors that the audio thread publishes;
 * device time is the time of what is *heard*, some tens of milliseconds behind what is being made.
 */

const GAIN = 0.04;
const JUMP_S = 0.1;
const DRIFT_S = 0.015;
const DRIFT_SEEN = 4;
const EXTRAPOLATION_S = 0.1;
const KEPT_ANCHORS = 256;

/**
 * A phase-locked loop: a line of slope 1 that is drawn to each observation by a part of its error. The part is 1/n at
 * first, so that it locks within a few observations, and never less than GAIN.
 *
 * An error of more than a tenth of a second, or one that stays on one side beyond the steps of any device clock, is
 * no jitter: the clock has moved (a stall, another device), and the loop begins anew.
 */
export class DeviceClock {
  constructor() {
    /** Device time minus real time, in seconds. */
    this.offset = 0;
    this.seen = 0;
    this.astray = 0;
  }

  /**
   * @param {number} real seconds @param {number} device seconds shown by the device at that moment
   * @returns {number} smoothed device time at `real`
   */
  observe(real, device) {
    const error = device - real - this.offset;
    this.astray = Math.abs(error) > DRIFT_S ? this.astray + Math.sign(error) : 0;
    if (Math.abs(error) > JUMP_S || Math.abs(this.astray) >= DRIFT_SEEN) {
      this.seen = 0;
      this.astray = 0;
    }
    this.seen += 1;
    this.offset += Math.max(GAIN, 1 / this.seen) * error;
    return real + this.offset;
  }
}

/**
 * @typedef {object} Anchor the audio thread's state from one block on
 * @property {number} time device time of the block's first sample, in seconds
 * @property {number} stream rises with each turn taken up; turn numbers begin again in a new session
 * @property {number} turn
 * @property {number} pts media time there, in microseconds
 * @property {number} received media time up to which the turn was there, in microseconds
 * @property {import("./playout.js").PlayoutState} state
 * @property {number} bufferedMs
 * @property {number} underruns
 * @property {number} [targetMs] of live voice: how much is meant to be held
 */

/** @param {Anchor} anchor media moves from it on */
const moves = (anchor) => anchor.state === "playing" || anchor.state === "draining" || anchor.state === "flushing";

export class MediaClock {
  constructor() {
    /** @type {Anchor[]} by time */
    this.anchors = [];
    /** Streams up to this one belong to a session that is over. */
    this.forgotten = -1;
    this.stream = -1;
    this.turn = -1;
    this.pts = 0;
  }

  /** A new session: whatever of the old one is still being heard counts as nothing. */
  forget() {
    this.forgotten = this.newest?.stream ?? -1;
    this.turn = -1;
    this.pts = 0;
  }

  /** The audio thread's last word: ahead of what is heard. @returns {Anchor | undefined} */
  get newest() {
    return this.anchors[this.anchors.length - 1];
  }

  /** Media time of the last anchor of this turn, -1 where there is none. @param {number} turn */
  last(turn) {
    for (let i = this.anchors.length - 1; i >= 0; i -= 1) {
      const { stream, turn: of, pts } = this.anchors[i];
      if (stream <= this.forgotten) break;
      if (of === turn) return pts;
    }
    return -1;
  }

  /** @param {Anchor} anchor later than all before */
  add(anchor) {
    this.anchors.push(anchor);
    if (this.anchors.length > KEPT_ANCHORS) this.anchors.shift();
  }

  /**
   * The position heard at device time `time`: never before the last one of the same turn, never beyond the
   * next anchor or what was received, and standing still while no voice is due.
   * @param {number} time seconds
   * @returns {{turn: number, pts: number, state: import("./playout.js").PlayoutState}}
   */
  at(time) {
    let i = this.anchors.length - 1;
    while (i >= 0 && this.anchors[i].time > time) i -= 1;
    const anchor = this.anchors[i];
    if (!anchor || anchor.stream <= this.forgotten) return { turn: this.turn, pts: this.pts, state: "idle" };
    const next = this.anchors[i + 1];
    let pts = anchor.pts;
    if (moves(anchor)) pts = Math.min(pts + 1e6 * Math.min(time - anchor.time, EXTRAPOLATION_S), anchor.received);
    if (next?.stream === anchor.stream) pts = Math.min(pts, next.pts);
    this.pts = anchor.stream === this.stream ? Math.max(this.pts, pts) : pts;
    this.stream = anchor.stream;
    this.turn = anchor.turn;
    return { turn: this.turn, pts: this.pts, state: anchor.state };
  }
}
