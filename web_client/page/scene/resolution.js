/**
 * How finely the stage is drawn: as finely as the device manages at full frame rate.
 *
 * Goes down soon, because a page that stutters is worse than a soft picture; goes up late, and later each time it did not
 * hold, so that it never swings. Where fewer pixels make it no faster, pixels are not what takes the time, and it stays.
 */

const WINDOW = 20;
const SLOW_MS = 30;
/** A step down that leaves more of the time than this was for nothing. */
const WORTH = 0.88;
const FAST_MS = 18.5;
/** Longer pauses are a hidden page or a file being loaded, not drawing. */
const PAUSE_MS = 400;
const FIRST_PATIENCE = 300;
const LONGEST_PATIENCE = 20000;

export class Resolution {
  /**
   * @param {readonly number[]} levels from fine to coarse
   * @param {number} [start] index of the first
   */
  constructor(levels, start = 0) {
    this.levels = levels;
    this.level = Math.min(start, levels.length - 1);
    this.patience = FIRST_PATIENCE;
    this.coarsest = levels.length - 1;
    /** Mean time of a frame before the last step down. */
    this.before = Infinity;
    this.sum = 0;
    this.count = 0;
    /** Frames shown without a slow one among them. */
    this.smooth = 0;
  }

  settle() {
    this.sum = 0;
    this.count = 0;
    this.smooth = 0;
  }

  /** What holds now. */
  get value() {
    return this.levels[this.level];
  }

  /**
   * One frame was shown.
   * @param {number} interval milliseconds since the one before
   * @returns {boolean} whether `value` has changed
   */
  took(interval) {
    if (interval > PAUSE_MS) return false;
    this.sum += interval;
    this.count += 1;
    if (this.count < WINDOW) return false;
    const mean = this.sum / this.count;
    const smooth = mean < FAST_MS ? this.smooth + this.count : 0;
    this.settle();
    this.smooth = smooth;
    if (mean > SLOW_MS) return this.slow(mean);
    this.before = Infinity;
    if (smooth >= this.patience && this.level > 0) return this.change(-1);
    return false;
  }

  /** @param {number} mean milliseconds a frame takes */
  slow(mean) {
    if (mean > WORTH * this.before) {
      this.before = Infinity;
      this.coarsest = Math.max(0, this.level - 1);
      return this.change(-1);
    }
    if (this.level >= this.coarsest) return false;
    this.before = mean;
    return this.change(1);
  }

  /** @param {1 | -1} step */
  change(step) {
    if (step > 0) this.patience = Math.min(LONGEST_PATIENCE, 2 * this.patience);
    this.level += step;
    this.settle();
    return true;
  }
}
