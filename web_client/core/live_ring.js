/** The ring of a live voice: samples have numbers of the speaker's own, and pieces can be cut out. */

import { AudioRing } from "./audio_ring.js";

/** Below this root mean square of full scale a stretch may go as a whole: the floor of a room, no voice. */
const QUIET = 0.005;
/** How many hops of a voice go at once. */
const LOUD_HOPS = 8;
const SHORTEST_HOPS = 2;

export class LiveRing extends AudioRing {
  /** @param {number} capacity samples held @param {number} fade samples of a fade, and of a hop of the search for what to cut */
  constructor(capacity, fade) {
    super(capacity, fade);
    /** Samples of silence put in for what was missing. */
    this.concealed = 0;
    /** Samples that were there and have been passed over. */
    this.skipped = 0;
    this.cutAt = 0;
    this.cutLength = 0;
    this.energies = new Float64Array(Math.ceil(capacity / fade));
  }

  get available() {
    return super.available - this.cutLength;
  }

  /**
   * Adds samples, the first of which has number `start`. What is here already is left out. A hole becomes silence with a
   * fade on both sides. Where nothing is left to be read the ring goes on behind it, or as far before its end as
   * `stood` is shorter: so long it was silent for it already.
   * @param {number} start @param {Float32Array} samples changed at a hole @param {number} [stood]
   */
  writeAt(start, samples, stood = Infinity) {
    let hole = start - this.writtenTo;
    if (hole > 0 && this.available === 0) {
      hole = Math.max(0, hole - stood);
      this.goTo(start - hole);
    }
    if (hole > 0) this.bridge(hole, samples);
    this.write(hole < 0 ? samples.subarray(Math.min(-hole, samples.length)) : samples);
  }

  /** As the ring's. What would be cut out gives way first. @param {Float32Array} samples */
  write(samples) {
    if (this.writtenTo - this.readAt + samples.length > this.samples.length) this.cutLength = 0;
    super.write(samples);
  }

  /** As the ring's, without what was cut out. @param {Float32Array} out @param {number} n @param {boolean} last */
  read(out, n, last) {
    const first = this.cutAt - this.readAt;
    if (this.cutLength === 0 || first >= n) return super.read(out, n, last);
    const real = super.read(out, first, true);
    this.skipped += this.cutLength;
    this.readAt += this.cutLength;
    this.cutLength = 0;
    return real + super.read(out.subarray(first), n - first, last);
  }

  /** Passes over the next `n` samples, while there is silence. @param {number} n */
  leave(n) {
    this.skipped += n;
    this.readAt += n;
  }

  /** @param {number} n */
  cut(n) {
    this.cutLength = 0;
    super.cut(n);
  }

  /** As the ring's; the next sample fades in. @param {number} position */
  clear(position) {
    this.cutLength = 0;
    super.clear(position);
    this.restart();
  }

  /**
   * Cuts up to `wanted` samples out of the longest quiet stretch. There is a crossfade between what is left and what
   * follows, here and in `cutVoice`.
   * @param {number} wanted
   * @returns {number} how many, 0 if it is too short
   */
  cutQuiet(wanted) {
    const hops = this.hops(wanted);
    if (hops < SHORTEST_HOPS) return 0;
    const count = this.measure();
    const bound = this.fade * QUIET ** 2;
    let first = 0;
    let length = 0;
    for (let i = 0, begin = 0; i <= count; i += 1) {
      if (i < count && this.energies[i] <= bound) continue;
      const quiet = Math.min(hops, i - begin - 1);
      if (quiet > length) [first, length] = [begin, quiet];
      begin = i + 1;
    }
    return length < SHORTEST_HOPS ? 0 : this.cutOut(first, length);
  }

  /**
   * Cuts up to `wanted` samples where there is the least energy: no more than `LOUD_HOPS`, or `least` samples where that
   * is more.
   * @param {number} wanted @param {number} least
   * @returns {number} how many, 0 if there are too few
   */
  cutVoice(wanted, least) {
    const hops = Math.min(this.hops(wanted), Math.max(LOUD_HOPS, Math.floor(least / this.fade)));
    if (hops < SHORTEST_HOPS) return 0;
    const count = this.measure();
    let first = 0;
    let lowest = Infinity;
    for (let i = 0; i + hops < count; i += 1) {
      let energy = 0;
      for (let k = i; k <= i + hops; k += 1) energy += this.energies[k];
      if (energy < lowest) [first, lowest] = [i, energy];
    }
    return this.cutOut(first, hops);
  }

  /** Hops that may be cut out now; one at a time. @param {number} wanted */
  hops(wanted) {
    if (this.cutLength > 0) return 0;
    return Math.min(Math.floor(wanted / this.fade), Math.floor(this.available / this.fade) - 2);
  }

  /** The sum of squares of each whole hop that is to be read. @returns {number} how many there are */
  measure() {
    const count = Math.floor(this.available / this.fade);
    for (let i = 0, at = this.readAt; i < count; i += 1) {
      let energy = 0;
      for (let k = 0; k < this.fade; k += 1, at += 1) energy += this.samples[at % this.samples.length] ** 2;
      this.energies[i] = energy;
    }
    return count;
  }

  /** Cuts out about so many hops from hop `first` on. @param {number} first @param {number} hops */
  cutOut(first, hops) {
    this.cutAt = this.readAt + first * this.fade;
    this.cutLength = this.fitting(this.cutAt, hops * this.fade);
    const { samples, fade } = this;
    for (let i = 0; i < fade; i += 1) {
      const left = samples[(this.cutAt + i) % samples.length];
      const to = (this.cutAt + this.cutLength + i) % samples.length;
      samples[to] = left + (samples[to] - left) * ((i + 1) / (fade + 1));
    }
    return this.cutLength;
  }

  /** The length, `longest` or up to two hops less, at which both sides of the cut differ least. @param {number} at @param {number} longest */
  fitting(at, longest) {
    const { samples, fade } = this;
    const shortest = Math.max(fade, longest - 2 * fade);
    let best = longest;
    let lowest = Infinity;
    for (let length = longest; length >= shortest; length -= 1) {
      let apart = 0;
      for (let i = 0; i < fade; i += 1) {
        apart += (samples[(at + length + i) % samples.length] - samples[(at + i) % samples.length]) ** 2;
      }
      if (apart < lowest) [best, lowest] = [length, apart];
    }
    return best;
  }

  /** Silence for `hole` samples; what is before it fades out, `samples` fade in, here and now. @param {number} hole @param {Float32Array} samples */
  bridge(hole, samples) {
    this.concealed += hole;
    const ring = this.samples;
    const down = Math.min(this.fade, this.available);
    for (let i = 0; i < down; i += 1) ring[(this.writtenTo - down + i) % ring.length] *= (down - 1 - i) / down;
    const up = Math.min(this.fade, samples.length);
    for (let i = 0; i < up; i += 1) samples[i] *= (i + 1) / up;
    this.write(new Float32Array(hole));
  }
}
