/** Packed samples. */

import { BadMessage } from "./messagepack.js";

/**
 * Little-endian 16-bit samples as numbers from -1 to 1.
 * @param {Uint8Array} audio @param {number} [skip] samples left out at the front
 * @returns {Float32Array} a new array
 * @throws {BadMessage} on half a sample
 */
export function unpackPcm16(audio, skip = 0) {
  if (audio.length % 2 !== 0) throw new BadMessage(`${audio.length} bytes of pcm16 are no whole number of samples`);
  const view = new DataView(audio.buffer, audio.byteOffset, audio.byteLength);
  const samples = new Float32Array(Math.max(0, audio.length / 2 - skip));
  for (let i = 0; i < samples.length; i += 1) samples[i] = view.getInt16(2 * (i + skip), true) / 32768;
  return samples;
}
