/** The user's own face in drive mode, from the frames that come back to what is shown. */

import { LiveClock } from "./live_clock.js";
import { KEPT_US } from "./sampler.js";

/**
 * One stream of frames after the other, one for each connection, shown by a sampler, which knows each by a number of
 * its own, standing where a turn's does.
 */
export class Mirror {
  /** @param {import("./sampler.js").Sampler} sampler */
  constructor(sampler) {
    this.sampler = sampler;
    /** @type {LiveClock | null} */
    this.clock = null;
    this.stream = 0;
  }

  /** A connection has been made, or the microphone is gone: what comes next is another stream. */
  begin() {
    this.clock = null;
  }

  /**
   * Frames have come.
   * @param {number} now milliseconds of a clock that never falls
   * @param {{pts: number, frame: Float32Array}[]} frames in order, media times in microseconds
   */
  add(now, frames) {
    if (frames.length === 0) return;
    if (!this.clock) {
      this.clock = new LiveClock();
      this.stream += 1;
    }
    for (const { pts, frame } of frames) this.sampler.insert(this.stream, pts, frame);
    const newest = frames[frames.length - 1].pts;
    this.sampler.forget(this.stream, newest - KEPT_US);
    this.clock.arrive(now, newest);
  }

  /**
   * What the sampler is to show, null while there is no stream.
   * @param {number} now
   * @returns {import("./reports.js").Heard | null}
   */
  heard(now) {
    return this.clock && { turn: this.stream, pts: this.clock.at(now), state: "playing" };
  }
}
