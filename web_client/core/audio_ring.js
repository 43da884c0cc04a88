/**
 * A ring of samples between one writer and one reader, with a fade on both sides of every gap.
 *
 * Samples are counted from the beginning of the stream: `readAt` and `writtenTo` never go back, so
 * `readAt` is the position of what is heard, whatever was lost on the way.
 */
export class AudioRing {
  /** @param {number} capacity samples held @param {number} fade samples of a ramp */
  constructor(capacity, fade) {
    this.samples = new Float32Array(capacity);
    this.fade = fade;
    this.readAt = 0;
    this.writtenTo = 0;
    /** Samples lost because the reader was too slow. */
    this.overrun = 0;
    this.rampedUp = fade;
    /** @type {{from: number, length: number} | null} */
    this.closing = null;
  }

  get available() {
    return this.writtenTo - this.readAt;
  }

  /** Adds samples. When the ring is full the oldest give way and `readAt` moves on. @param {Float32Array} samples */
  write(samples) {
    const capacity = this.samples.length;
    const kept = samples.length > capacity ? samples.subarray(samples.length - capacity) : samples;
    this.writtenTo += samples.length - kept.length;
    const start = this.writtenTo % capacity;
    const first = Math.min(kept.length, capacity - start);
    this.samples.set(kept.subarray(0, first), start);
    this.samples.set(kept.subarray(first), 0);
    this.writtenTo += kept.length;
    const lost = this.available - capacity;
    if (lost > 0) {
      this.overrun += lost;
      this.readAt += lost;
    }
  }

  /**
   * Fills the first `n` of `out` with samples, then silence. Unless `last` says that nothing follows, the ring
   * ramps down over the samples it still has when they do not reach beyond the next read, and up again
   * with the sample after them, whenever that comes.
   * @param {Float32Array} out @param {number} n @param {boolean} last
   * @returns {number} how many are real
   */
  read(out, n, last) {
    if (!last && this.closing === null && this.available > 0 && this.available < n + this.fade) {
      const length = Math.min(this.fade, this.available);
      this.closing = { from: this.writtenTo - length, length };
    }
    const real = Math.min(n, this.available);
    const capacity = this.samples.length;
    for (let i = 0; i < real; i += 1) {
      const at = this.readAt + i;
      out[i] = this.samples[at % capacity] * this.gain(at);
    }
    out.fill(0, real, n);
    this.readAt += real;
    if (this.available === 0 && this.closing !== null) this.restart();
    return real;
  }

  /** @param {number} at */
  gain(at) {
    if (this.closing !== null && at >= this.closing.from) {
      const left = this.closing.from + this.closing.length - at;
      if (left > 0) return (left - 1) / this.closing.length;
      this.restart();
    }
    if (this.rampedUp >= this.fade) return 1;
    this.rampedUp += 1;
    return this.rampedUp / this.fade;
  }

  /** The next samples begin after a gap. */
  restart() {
    this.closing = null;
    this.rampedUp = 0;
  }

  /** Keeps the next `n` samples as a ramp down to silence and drops the rest. @param {number} n */
  cut(n) {
    this.writtenTo = this.readAt + Math.min(n, this.available);
    this.closing = { from: this.readAt, length: Math.max(1, this.available) };
  }

  /** An empty ring whose next sample has number `position`. @param {number} position */
  clear(position) {
    this.goTo(position);
    this.closing = null;
    this.rampedUp = this.fade;
  }

  /** Empty as it is, the next sample has number `position`. @param {number} position */
  goTo(position) {
    this.readAt = position;
    this.writtenTo = position;
  }
}
