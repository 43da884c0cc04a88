/**
 * One speaker's segments, cut into runs: what is said between two silences. A run is over when a segment without audio says
 * so, or where more is missing than can be bridged. Within a run a hole is left to the playout, which knows what it
 * still has.
 */

import { timedFrames } from "./face_format.js";
import { unpackPcm16 } from "./pcm.js";

const LONGEST_HOLE_S = 0.2;

/**
 * @typedef {object} LiveMedia
 * @property {number} run counts from 0
 * @property {number} start number of the first sample on the speaker's timeline
 * @property {Float32Array} samples
 * @property {{pts: number, frame: Float32Array}[]} frames
 * @property {boolean} ended whether nothing follows in this run
 */

export class LiveReception {
  /** @param {number} rate @param {import("./face_format.js").FaceFormat} face */
  constructor(rate, face) {
    this.rate = rate;
    this.face = face;
    /** The newest run. */
    this.run = -1;
    /** Samples left out within runs. */
    this.missing = 0;
    this.speaking = false;
    this.next = 0;
  }

  /** A new connection: the speaker's stream starts anew. */
  begin() {
    this.speaking = false;
  }

  /**
   * @param {Record<string, any>} segment of a peer
   * @returns {LiveMedia | null} null where it ends a run that is over already
   * @throws {import("./messagepack.js").BadMessage}
   */
  take(segment) {
    const frames = timedFrames(segment.face_pts, segment.face, this.face);
    const samples = unpackPcm16(segment.audio);
    const start = Math.round((segment.pts * this.rate) / 1e6);
    if (samples.length === 0) {
      if (!this.speaking) return null;
      this.speaking = frames.length > 0;
      return { run: this.run, start, samples, frames, ended: !this.speaking };
    }
    this.follow(start);
    this.next = start + samples.length;
    return { run: this.run, start, samples, frames, ended: false };
  }

  /** @param {number} start */
  follow(start) {
    const hole = start - this.next;
    if (this.speaking && Math.abs(hole) <= LONGEST_HOLE_S * this.rate) this.missing += Math.max(0, hole);
    else {
      this.run += 1;
      this.speaking = true;
    }
  }
}
