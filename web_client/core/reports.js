/**
 * When the server is told where the listener is: the `played` messages, SPEC.md section 5.
 *
 * One every 200 ms while the voice plays, and one at each start, starve, resume, end and flush. Nothing is said of a
 * turn after its flush.
 */

const REPORT_MS = 200;

/**
 * What a report calls the states of the playout.
 * @type {Record<import("./playout.js").PlayoutState, Reported>}
 */
const REPORTED = {
  idle: "idle",
  flushing: "idle",
  priming: "starved",
  starved: "starved",
  playing: "playing",
  draining: "playing",
};

/**
 * @typedef {"playing" | "starved" | "idle"} Reported
 * @typedef {{turn: number, pts: number, state: Reported, buffered_ms: number, underruns: number}} Report
 * @typedef {{turn: number, pts: number, state: import("./playout.js").PlayoutState}} Heard
 */

/** The reports of one session. */
export class Reports {
  /** @param {import("./media_clock.js").MediaClock} clock asked for what the audio thread holds */
  constructor(clock) {
    this.clock = clock;
    /** Turn and state that were reported last, and when. */
    this.turn = -1;
    /** @type {Reported} */
    this.state = "idle";
    this.at = -Infinity;
    this.pts = 0;
    this.flushed = -1;
  }

  /**
   * What is due, oldest first. Call it at least every 50 ms.
   * @param {number} now milliseconds @param {Heard} heard
   * @returns {Report[]}
   */
  due(now, heard) {
    if (heard.turn < Math.max(0, this.turn) || heard.turn <= this.flushed) return [];
    const reports = [];
    const state = REPORTED[heard.state];
    const next = heard.turn !== this.turn;
    if (next && this.state !== "idle") reports.push(this.report(now, this.turn, this.end(), "idle"));
    if (next || state !== this.state || (state === "playing" && now - this.at >= REPORT_MS)) {
      reports.push(this.report(now, heard.turn, heard.pts, state));
    }
    this.pts = heard.pts;
    return reports;
  }

  /**
   * The last report of what is flushed now: where the listener was.
   * @param {number} now milliseconds @param {number} turn @param {Heard} heard
   * @returns {Report[]}
   */
  flush(now, turn, heard) {
    const due = this.due(now, heard);
    this.flushed = Math.max(this.flushed, turn);
    const pts = heard.turn === this.turn ? heard.pts : 0;
    if (this.turn <= turn && this.state !== "idle") due.push(this.report(now, this.turn, pts, "idle"));
    return due;
  }

  /**
   * Voice has come and the device lets no sound out: the server should wait too.
   * @param {number} now milliseconds @param {number} turn
   * @returns {Report[]}
   */
  muted(now, turn) {
    return turn === this.turn ? [] : [this.report(now, turn, 0, "starved")];
  }

  /** Where the turn reported last ended. */
  end() {
    return Math.max(this.pts, this.clock.last(this.turn));
  }

  /** @param {number} now @param {number} turn @param {number} pts @param {Reported} state @returns {Report} */
  report(now, turn, pts, state) {
    Object.assign(this, { turn, state, at: now });
    const { newest } = this.clock;
    const buffered_ms = state !== "idle" && newest?.turn === turn ? newest.bufferedMs : 0;
    return { turn, pts: Math.round(pts), state, buffered_ms, underruns: newest?.underruns ?? 0 };
  }
}
