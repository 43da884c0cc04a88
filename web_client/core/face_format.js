/**
 * Packed faces to frames. A frame is a Float32Array: the weights in the order of `welcome.face.channels`,
 * then yaw, pitch and roll of the head in degrees (0 where the stream carries no head).
 */

import { BadMessage } from "./messagepack.js";

export const HEAD_ANGLES = 3;

/**
 * @typedef {object} FaceFormat
 * @property {"q8" | "f32"} format
 * @property {number} fps
 * @property {string[]} channels
 * @property {boolean} head
 */

/** Bytes of one frame. @param {FaceFormat} format */
export function frameBytes({ format, channels, head }) {
  const angles = head ? HEAD_ANGLES : 0;
  return format === "q8" ? channels.length + 2 * angles : 4 * (channels.length + angles);
}

/**
 * @param {Uint8Array} face @param {FaceFormat} format
 * @returns {Float32Array[]} weights clamped to 0..1
 * @throws {BadMessage} when the bytes are no whole number of frames or hold something that is no number
 */
export function unpackFace(face, format) {
  const size = frameBytes(format);
  if (face.length % size !== 0) {
    throw new BadMessage(`${face.length} bytes of face are no multiple of ${size} bytes a frame`);
  }
  const view = new DataView(face.buffer, face.byteOffset, face.byteLength);
  const read = format.format === "q8" ? readQ8 : readF32;
  const frames = [];
  for (let at = 0; at < face.length; at += size) frames.push(read(view, at, format));
  return frames;
}

/**
 * Packed frames with their media times.
 * @param {number} facePts of the first @param {Uint8Array} face @param {FaceFormat} format
 * @returns {{pts: number, frame: Float32Array}[]}
 * @throws {BadMessage}
 */
export const timedFrames = (facePts, face, format) =>
  unpackFace(face, format).map((frame, i) => ({ pts: facePts + frameTime(i, format.fps), frame }));

/** @param {DataView} view @param {number} at @param {FaceFormat} format */
function readQ8(view, at, { channels, head }) {
  const n = channels.length;
  const frame = new Float32Array(n + HEAD_ANGLES);
  for (let i = 0; i < n; i += 1) frame[i] = view.getUint8(at + i) / 255;
  if (head) for (let i = 0; i < HEAD_ANGLES; i += 1) frame[n + i] = view.getInt16(at + n + 2 * i, true) / 100;
  return frame;
}

/** @param {DataView} view @param {number} at @param {FaceFormat} format */
function readF32(view, at, { channels, head }) {
  const n = channels.length;
  const frame = new Float32Array(n + HEAD_ANGLES);
  const values = head ? n + HEAD_ANGLES : n;
  for (let i = 0; i < values; i += 1) {
    const x = view.getFloat32(at + 4 * i, true);
    if (!Number.isFinite(x)) throw new BadMessage(`value ${i} of a face frame is ${x}`);
    frame[i] = i < n ? Math.min(Math.max(x, 0), 1) : x;
  }
  return frame;
}

/** Media time of frame `index` in microseconds. @param {number} index @param {number} fps */
export const frameTime = (index, fps) => Math.round((index * 1e6) / fps);
