/** Frames of one turn in the order of their media time; the face between two of them is their mixture. */
export class FrameBuffer {
  constructor() {
    /** @type {number[]} ascending, in microseconds */
    this.times = [];
    /** @type {Float32Array[]} */
    this.frames = [];
    this.cursor = 0;
  }

  get length() {
    return this.times.length;
  }

  /** Media time of the last frame, or -1. */
  get end() {
    return this.times.length > 0 ? this.times[this.times.length - 1] : -1;
  }

  /** A frame of the same time is replaced. @param {number} pts @param {Float32Array} frame */
  insert(pts, frame) {
    let i = this.times.length;
    while (i > 0 && this.times[i - 1] > pts) i -= 1;
    if (i > 0 && this.times[i - 1] === pts) {
      this.frames[i - 1] = frame;
      return;
    }
    this.times.splice(i, 0, pts);
    this.frames.splice(i, 0, frame);
    if (i <= this.cursor) this.cursor = 0;
  }

  /** Forgets all frames but the last that lie before `pts`. @param {number} pts */
  dropBefore(pts) {
    let n = 0;
    while (n + 1 < this.times.length && this.times[n + 1] <= pts) n += 1;
    if (n === 0) return;
    this.times.splice(0, n);
    this.frames.splice(0, n);
    this.cursor = Math.max(0, this.cursor - n);
  }

  /**
   * Writes the face at `pts` into `out`: linear between neighbours, the first frame before the first, the last
   * one after the last.
   * @param {number} pts @param {Float32Array} out
   * @returns {number} the media time that `out` shows: `pts`, or that of the first or last frame; -1 without frames
   */
  sample(pts, out) {
    const { times, frames } = this;
    if (times.length === 0) return -1;
    let i = this.cursor < times.length && times[this.cursor] <= pts ? this.cursor : 0;
    while (i + 1 < times.length && times[i + 1] <= pts) i += 1;
    this.cursor = i;
    if (i + 1 === times.length || pts <= times[i]) {
      out.set(frames[i]);
      return times[i];
    }
    mix(frames[i], frames[i + 1], (pts - times[i]) / (times[i + 1] - times[i]), out);
    return pts;
  }
}

/** out = a + (b - a) * share. @param {Float32Array} a @param {Float32Array} b @param {number} share @param {Float32Array} out */
export function mix(a, b, share, out) {
  for (let k = 0; k < out.length; k += 1) out[k] = a[k] + (b[k] - a[k]) * share;
}
