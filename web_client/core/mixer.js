/** The voices of a room in one stream of sound, each at its own volume, the sum held within bounds. */

/** Up to here a sum is left as it is; beyond it is bent, and never reaches 1. */
const KNEE = 0.75;
const LOUDEST = 4;
const LEAVING_MS = 10;

/** One speaker in a mix; belongs to the audio thread. */
export class PeerVoice {
  /** @param {import("./live_playout.js").LivePlayout} playout */
  constructor(playout) {
    this.playout = playout;
    /** From 0 to 4. */
    this.volume = 1;
    this.gain = 1;
    this.block = new Float32Array(0);
  }

  /** Whether nothing is left to be heard. */
  get silent() {
    return this.playout.state === "idle";
  }

  /**
   * Adds the next block; a changed volume is reached within it.
   * @param {Float32Array} out
   * @returns {boolean} whether it was added as it is
   */
  add(out) {
    const before = this.gain;
    this.gain = Math.min(Math.max(this.volume, 0), LOUDEST);
    if (this.block.length !== out.length) this.block = new Float32Array(out.length);
    this.playout.pull(this.block);
    for (let i = 0; i < out.length; i += 1) {
      out[i] += this.block[i] * (before + (this.gain - before) * ((i + 1) / out.length));
    }
    return before === 1 && this.gain === 1;
  }
}

/** The voices of those who are in the room, by their numbers. */
export class Mixer {
  constructor() {
    /** @type {Map<number, PeerVoice>} */
    this.voices = new Map();
    /** @type {PeerVoice[]} */
    this.leaving = [];
  }

  /** This one is gone: what is still heard fades. @param {number} peer */
  drop(peer) {
    const voice = this.voices.get(peer);
    this.voices.delete(peer);
    if (!voice || voice.silent) return;
    voice.playout.flush(LEAVING_MS);
    this.leaving.push(voice);
  }

  /** Adds the next block of each voice. One voice alone, at its own volume, is left as it is. @param {Float32Array} out holds the avatar's */
  mix(out) {
    if (this.voices.size === 0 && this.leaving.length === 0) return;
    let sounding = sounds(out) ? 1 : 0;
    let plain = true;
    for (const voice of this.voices.values()) {
      plain = voice.add(out) && plain;
      if (!voice.silent) sounding += 1;
    }
    for (let i = this.leaving.length - 1; i >= 0; i -= 1) {
      this.leaving[i].add(out);
      sounding += 1;
      if (this.leaving[i].silent) this.leaving.splice(i, 1);
    }
    if (sounding > 1 || !plain) limit(out);
  }
}

/** @param {Float32Array} sound */
function sounds(sound) {
  for (let i = 0; i < sound.length; i += 1) if (sound[i] !== 0) return true;
  return false;
}

/**
 * Holds sound within -1..1: beyond KNEE, x is KNEE + (1 - KNEE) t / (1 + t), where t = (x - KNEE) / (1 - KNEE); no corner.
 * @param {Float32Array} sound
 */
export function limit(sound) {
  for (let i = 0; i < sound.length; i += 1) {
    const size = Math.abs(sound[i]);
    if (size <= KNEE) continue;
    const t = (size - KNEE) / (1 - KNEE);
    sound[i] = Math.sign(sound[i]) * (KNEE + ((1 - KNEE) * t) / (1 + t));
  }
}
