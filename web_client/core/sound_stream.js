/** What a microphone heard as messages: numbered and timed from the first that is sent on each connection. */

export class SoundStream {
  /** @param {number} rate samples a second */
  constructor(rate) {
    this.rate = rate;
    this.seq = 0;
    this.first = -1;
  }

  /**
   * The next message. Sound may be left out before it; its time says so.
   * @param {number} position of the first sample, rising @param {Uint8Array} audio packed samples
   */
  message(position, audio) {
    if (this.first < 0) this.first = position;
    const pts = Math.round(((position - this.first) * 1e6) / this.rate);
    const seq = this.seq;
    this.seq += 1;
    return { type: "microphone", seq, pts, audio };
  }
}
