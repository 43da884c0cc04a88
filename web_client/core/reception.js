/**
 * Which media belong to what is being heard: turn numbers as epochs, and how far each turn has arrived.
 *
 * Whatever belongs to a flushed turn, or to one before the current, is stale. Media that came twice (after a resumed
 * connection) are cut to what is new, so that samples of a turn are handed on once and in order.
 */

import { timedFrames } from "./face_format.js";
import { BadMessage } from "./messagepack.js";
import { unpackPcm16 } from "./pcm.js";

/**
 * @typedef {object} Media new media of one segment
 * @property {number} turn
 * @property {number} pts media time of the first sample
 * @property {Float32Array} samples
 * @property {{pts: number, frame: Float32Array}[]} frames
 */

export class Reception {
  /** @param {{rate: number}} audio @param {import("./face_format.js").FaceFormat} face */
  constructor(audio, face) {
    this.rate = audio.rate;
    this.face = face;
    /** Turns up to this one are over: flushed. */
    this.flushed = -1;
    /** Newest turn heard of. */
    this.turn = -1;
    this.samples = 0;
    this.ended = false;
    /** Samples that the stream skipped. */
    this.missing = 0;
    /** Segments that came too late. */
    this.dropped = 0;
  }

  /** Whether a message of this turn comes too late. @param {number} turn */
  stale(turn) {
    return turn <= this.flushed || turn < this.turn;
  }

  /** A turn begins, by its `turn` message or its first segment. @param {number} turn */
  begin(turn) {
    if (turn === this.turn) return;
    this.turn = turn;
    this.samples = 0;
    this.ended = false;
  }

  /** Nothing follows in this turn. @param {number} turn not stale */
  end(turn) {
    this.begin(turn);
    this.ended = true;
  }

  /** @param {number} turn */
  flush(turn) {
    this.flushed = Math.max(this.flushed, turn);
  }

  /** The position to resume from: the end of what arrived without a gap. */
  get position() {
    if (this.turn < 0) return undefined;
    return { turn: this.turn, pts: Math.round((this.samples * 1e6) / this.rate) };
  }

  /**
   * @param {Record<string, any>} segment
   * @returns {Media | null} null where it is stale
   * @throws {BadMessage}
   */
  take(segment) {
    if (this.stale(segment.turn)) {
      this.dropped += 1;
      return null;
    }
    const frames = timedFrames(segment.face_pts, segment.face, this.face);
    this.begin(segment.turn);
    const first = Math.round((segment.pts * this.rate) / 1e6);
    const samples = unpackPcm16(segment.audio, Math.max(0, this.samples - first));
    if (samples.length === 0) return { turn: segment.turn, pts: segment.pts, samples, frames };
    if (this.ended) throw new BadMessage(`turn ${segment.turn} is complete, no voice can follow`, "wrong_order");
    const voice = first > this.samples ? this.bridge(first - this.samples, samples) : samples;
    const pts = (this.samples * 1e6) / this.rate;
    this.samples += voice.length;
    return { turn: segment.turn, pts, samples: voice, frames };
  }

  /** Silence where the stream has a hole, so that the voice stays on its media time. @param {number} hole @param {Float32Array} samples */
  bridge(hole, samples) {
    if (hole > 10 * this.rate) throw new BadMessage(`a hole of ${hole} samples in the voice`, "wrong_order");
    this.missing += hole;
    const voice = new Float32Array(hole + samples.length);
    voice.set(samples, hole);
    return voice;
  }
}
