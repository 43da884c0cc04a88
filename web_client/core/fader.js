/** The loudness of a voice that can be lowered for a while: even ramps between gains. */
export class Fader {
  constructor() {
    /** Of the last sample. */
    this.gain = 1;
    this.from = 1;
    this.to = 1;
    this.length = 1;
    this.done = 1;
  }

  /** Is at `gain` after so many samples, evenly from where it is; a ramp under way ends. @param {number} gain @param {number} samples */
  fade(gain, samples) {
    this.from = this.gain;
    this.to = gain;
    this.length = Math.max(1, samples);
    this.done = 0;
  }

  /** Full loudness from the next sample on. */
  reset() {
    this.gain = 1;
    this.from = 1;
    this.to = 1;
  }

  /** Gives the next samples their loudness. @param {Float32Array} sound */
  apply(sound) {
    const { from, to, length } = this;
    if (from !== to || to !== 1) {
      for (let i = 0; i < sound.length; i += 1) {
        sound[i] *= from + ((to - from) * Math.min(this.done + 1 + i, length)) / length;
      }
    }
    this.done = Math.min(this.done + sound.length, length);
    this.gain = from + ((to - from) * this.done) / length;
  }
}
