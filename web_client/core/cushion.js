/** How much voice is held before it plays: more after each underrun, and slowly back. */

const GROWTH = 1.5;
const MOST_MS = 600;
const RELAX_S = 30;

/** `ms` is what to hold now. */
export class Cushion {
  /**
   * @param {number} baseMs where nothing went wrong, also where that is more than the most
   * @param {number} [relaxS] in which all that lies between goes back
   */
  constructor(baseMs, relaxS = RELAX_S) {
    this.ms = baseMs;
    this.baseMs = baseMs;
    this.mostMs = Math.max(MOST_MS, baseMs);
    this.relaxS = relaxS;
  }

  /** The voice ran dry. */
  grow() {
    this.ms = Math.min(this.mostMs, this.ms * GROWTH);
  }

  /** The voice played so long, undisturbed. @param {number} seconds */
  relax(seconds) {
    this.ms = Math.max(this.baseMs, this.ms - ((this.mostMs - this.baseMs) * seconds) / this.relaxS);
  }
}
