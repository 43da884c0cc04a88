/** A level meter: the last half second of the microphone as bars, and a halo around its button. */

const BARS = 11;
const STEP_MS = 45;
/** Loudness of the meter's ends, in dB below full scale. */
const [QUIET_DB, LOUD_DB] = [-60, -8];
/** Time in which what is left of a level falls to a third. */
const FALL_MS = 110;
const LEAST = 0.1;

/** How high a meter stands, from 0 to 1. @param {number} rms of full scale */
export function height(rms) {
  const decibel = 20 * Math.log10(Math.max(rms, 1e-6));
  return Math.min(Math.max((decibel - QUIET_DB) / (LOUD_DB - QUIET_DB), 0), 1);
}

export class Level {
  /** @param {HTMLElement} place @param {HTMLElement} button gets the level as `--level` */
  constructor(place, button) {
    this.button = button;
    this.bars = Array.from({ length: BARS }, () => document.createElement("i"));
    place.replaceChildren(...this.bars);
    /** Whether anything can be heard. */
    this.open = false;
    this.value = 0;
    /** Highest since the last bar. */
    this.peak = 0;
    /** @type {number[]} */
    this.past = new Array(BARS).fill(0);
    this.stepped = 0;
    this.last = 0;
  }

  /** @param {number} rms from 0 to 1 */
  heard(rms) {
    this.value = Math.max(this.value, height(rms));
    this.peak = Math.max(this.peak, this.value);
  }

  /** Once a display frame. @param {number} now milliseconds */
  show(now) {
    if (!this.open && this.past.every((x) => x === 0)) return;
    this.value = this.open ? this.value * Math.exp((this.last - now) / FALL_MS) : 0;
    this.last = now;
    this.button.style.setProperty("--level", this.value.toFixed(3));
    if (now - this.stepped < STEP_MS) return;
    this.stepped = now;
    this.past.push(this.open ? this.peak : 0);
    this.past.shift();
    this.peak = this.value;
    this.bars.forEach((bar, i) => bar.style.setProperty("transform", `scaleY(${Math.max(LEAST, this.past[i]).toFixed(2)})`));
  }
}
