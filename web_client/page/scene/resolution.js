/**
 * How finely the stage is drawn: as finely as the device manages at full frame rate.
 *
 * Goes down soon, because a page that stutters is worse than a soft picture; goes up late, and later each time it did not
 * hold, so that it never swings.
 */

const WINDOW = 20;
const SLOW_MS = 25;
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
    this.settle();
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
    if (mean > SLOW_MS && this.level < this.levels.length - 1) return this.change(1);
    if (smooth >= this.patience && this.level > 0) return this.change(-1);
    return false;
  }

  /** @param {1 | -1} step */
  change(step) {
    if (step > 0) this.patience = Math.min(LONGEST_PATIENCE, 2 * this.patience);
    this.level += step;
    this.settle();
    return true;
  }
}
