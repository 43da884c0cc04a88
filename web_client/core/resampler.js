/**
 * Streaming resampler: windowed sinc (Kaiser, beta 8) of 16 taps at 256 phases, cut off below the lower of the
 * two Nyquist frequencies. It is pulled: ask how many samples it needs for an output block, then give them.
 */

const TAPS = 16;
const PHASES = 256;
const BETA = 8;

export class Resampler {
  /** @param {number} inRate @param {number} outRate */
  constructor(inRate, outRate) {
    this.ratio = inRate / outRate;
    this.step = this.ratio;
    this.kernel = kernel(Math.min(1, outRate / inRate));
    this.window = new Float32Array(TAPS);
    /** Samples taken in. */
    this.taken = 0;
    /** Samples given out since the speed changed, and where that was. */
    this.made = 0;
    this.begun = 0;
  }

  /** Forgets what it heard; the next sample given is sample 0. */
  reset() {
    this.window.fill(0);
    this.taken = 0;
    this.made = 0;
    this.begun = 0;
    this.step = this.ratio;
  }

  /** From the next output sample on, input passes `speed` times as fast as the rates say. @param {number} speed */
  steer(speed) {
    this.begun = this.position;
    this.made = 0;
    this.step = this.ratio * speed;
  }

  /** Position of the next output sample, in input samples; multiplied, so that no error adds up. */
  get position() {
    return this.begun + this.made * this.step;
  }

  /** Input samples that `n` output samples need. @param {number} n */
  need(n) {
    return Math.max(0, Math.floor(this.begun + (this.made + n - 1) * this.step) + TAPS / 2 + 1 - this.taken);
  }

  /**
   * Makes `n` output samples from exactly `need(n)` input samples.
   * @param {Float32Array} input @param {Float32Array} output @param {number} n
   */
  process(input, output, n) {
    const { window, kernel } = this;
    let next = 0;
    for (let i = 0; i < n; i += 1) {
      const { position } = this;
      const whole = Math.floor(position);
      while (this.taken < whole + TAPS / 2 + 1) {
        window.copyWithin(0, 1);
        window[TAPS - 1] = input[next];
        next += 1;
        this.taken += 1;
      }
      const row = Math.round((position - whole) * PHASES) * TAPS;
      let sum = 0;
      for (let k = 0; k < TAPS; k += 1) sum += window[k] * kernel[row + k];
      output[i] = sum;
      this.made += 1;
    }
  }
}

/**
 * Rows of taps, one row a phase (and one more for rounding up): tap k weighs input sample whole - TAPS/2 + 1 + k.
 * @param {number} cutoff relative to the input's Nyquist frequency
 */
function kernel(cutoff) {
  const rows = new Float32Array((PHASES + 1) * TAPS);
  for (let phase = 0; phase <= PHASES; phase += 1) {
    let sum = 0;
    for (let k = 0; k < TAPS; k += 1) {
      const x = k - TAPS / 2 + 1 - phase / PHASES;
      const value = sinc(cutoff * x) * kaiser(x / (TAPS / 2));
      rows[phase * TAPS + k] = value;
      sum += value;
    }
    for (let k = 0; k < TAPS; k += 1) rows[phase * TAPS + k] /= sum;
  }
  return rows;
}

/** @param {number} x */
const sinc = (x) => (Math.abs(x) < 1e-9 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));

/** @param {number} x from -1 to 1 */
const kaiser = (x) => (Math.abs(x) > 1 ? 0 : bessel(BETA * Math.sqrt(1 - x * x)) / bessel(BETA));

/** Modified Bessel function of the first kind, order 0, by its power series. @param {number} x */
function bessel(x) {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-12 * sum; k += 1) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
