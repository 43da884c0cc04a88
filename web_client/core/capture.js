/**
 * What the audio thread does with a microphone: resamples it to the rate that the server takes, cuts it into
 * messages of 20 ms, and says how loud they are. Pure, and imports nothing that an audio thread lacks.
 */

import { Resampler } from "./resampler.js";

const MESSAGE_S = 0.02;

/**
 * @typedef {object} Sound 20 ms of the microphone
 * @property {number} position of its first sample, counted from the first that was heard, muted ones too
 * @property {Uint8Array<ArrayBuffer>} audio packed samples
 * @property {number} rms from 0 to 1
 * @property {number} peak from 0 to 1
 */

export class Capture {
  /** @param {number} deviceRate of what is heard @param {number} rate of what is given out */
  constructor(deviceRate, rate) {
    this.muted = false;
    this.size = Math.round(MESSAGE_S * rate);
    this.resampler = new Resampler(deviceRate, rate);
    this.position = 0;
    this.waiting = new Float32Array(0);
    this.count = 0;
    this.samples = new Float32Array(this.size);
  }

  /**
   * The messages that are complete with these samples. While it is muted there are none, and time runs on.
   * @param {Float32Array} block mono, -1 to 1
   * @returns {Sound[]}
   */
  hear(block) {
    this.keep(block);
    const sounds = [];
    for (let need; this.count >= (need = this.resampler.need(this.size)); ) {
      this.resampler.process(this.waiting, this.samples, this.size);
      this.waiting.copyWithin(0, need, this.count);
      this.count -= need;
      if (!this.muted) sounds.push(this.sound());
      this.position += this.size;
    }
    return sounds;
  }

  /** @param {Float32Array} block */
  keep(block) {
    const count = this.count + block.length;
    if (count > this.waiting.length) {
      const wider = new Float32Array(2 * count);
      wider.set(this.waiting.subarray(0, this.count));
      this.waiting = wider;
    }
    this.waiting.set(block, this.count);
    this.count = count;
  }

  /** @returns {Sound} */
  sound() {
    let energy = 0;
    let peak = 0;
    for (const x of this.samples) {
      energy += x * x;
      peak = Math.max(peak, Math.abs(x));
    }
    const rms = Math.sqrt(energy / this.size);
    return { position: this.position, audio: packPcm16(this.samples), rms, peak: Math.min(1, peak) };
  }
}

/**
 * Numbers from -1 to 1 as little-endian 16-bit samples; what is beyond is cut.
 * @param {Float32Array} samples
 * @returns {Uint8Array<ArrayBuffer>} a new array
 */
export function packPcm16(samples) {
  const audio = new Uint8Array(2 * samples.length);
  const view = new DataView(audio.buffer);
  for (let i = 0; i < samples.length; i += 1) {
    view.setInt16(2 * i, Math.min(Math.max(Math.round(32768 * samples[i]), -32768), 32767), true);
  }
  return audio;
}
