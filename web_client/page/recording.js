/**
 * What was received, kept to be saved: as a recording (protocol/SPEC.md section 9, which `facewire replay` plays) and as
 * the faces in a Live Link Face CSV (`blend_shapes/face_csv.py`). Pure: the caller gives messages and times.
 */

import { decode } from "../core/codec.js";
import { unpackFace } from "../core/face_format.js";
import { pack } from "../core/messagepack.js";

const SENDERS = ["server", "client"];
/** Kept in memory; an hour of speech is about 190 MB. */
export const LARGEST = 128 * 2 ** 20;

/** @typedef {import("../client.d.ts").Wire} Wire */

export class Recording {
  /**
   * @param {number} startedUs wall clock, microseconds since 1970
   * @param {number} now milliseconds of performance.now()
   * @param {Uint8Array | null} welcome the connection's first message, as it stood on the wire
   */
  constructor(startedUs, now, welcome) {
    this.began = now;
    /** @type {{arrivalUs: number, sender: "server" | "client", data: Uint8Array}[]} */
    this.entries = [];
    this.size = 0;
    this.header = new Map(Object.entries({ format: "facewire.recording", version: 1, started_us: Math.round(startedUs), directions: SENDERS }));
    if (welcome) this.add({ sender: "server", data: welcome }, now);
  }

  /** Whether there is room for more. */
  get full() {
    return this.size >= LARGEST;
  }

  /** @param {Wire} message its bytes are kept, not copied @param {number} now */
  add({ sender, data }, now) {
    if (this.full) return;
    this.entries.push({ arrivalUs: Math.round(1000 * (now - this.began)), sender, data });
    this.size += data.length;
  }

  /** The file, in parts. @returns {Uint8Array<ArrayBuffer>[]} */
  file() {
    const entries = this.entries.map(({ arrivalUs, sender, data }) => pack([arrivalUs, SENDERS.indexOf(sender), data]));
    return [pack(this.header), ...entries];
  }

  /**
   * The faces received, one turn after the other on one grid of frames. Faces of a turn that was sent twice, as after
   * a reconnect, count once; what an interrupt kept from coming is not there.
   * @returns {string} empty where there were none
   */
  csv() {
    /** @type {any} */
    let format = null;
    /** @type {string[]} */
    const rows = [];
    /** @type {Map<number, Float32Array>} frames of the turn by their number */
    let frames = new Map();
    let turn = -1;
    let offset = 0;
    const finish = () => {
      if (frames.size === 0) return;
      const last = Math.max(...frames.keys());
      let frame = /** @type {Float32Array} */ (frames.get(Math.min(...frames.keys())));
      for (let i = 0; i <= last; i++) {
        frame = frames.get(i) ?? frame;
        rows.push(row((offset + i) / format.fps, frame, format.channels.length));
      }
      offset += last + 1;
      frames = new Map();
    };
    for (const message of this.messages()) {
      if (message.type === "welcome") {
        finish();
        turn = -1;
        format = message.face;
      }
      if (message.type !== "segment" || !format || message.face.length === 0) continue;
      if (message.turn !== turn) finish();
      turn = message.turn;
      const first = Math.round((message.face_pts * format.fps) / 1e6);
      unpackFace(message.face, format).forEach((frame, i) => frames.set(first + i, frame));
    }
    finish();
    if (rows.length === 0) return "";
    return `${["time", ...format.channels, "headYaw", "headPitch", "headRoll"].join(",")}\r\n${rows.join("")}`;
  }

  /** What the server sent, without what cannot be read. */
  *messages() {
    for (const { sender, data } of this.entries) {
      if (sender !== "server") continue;
      try {
        yield /** @type {{type: string} & Record<string, any>} */ (decode(data, "server"));
      } catch {
        continue;
      }
    }
  }
}

/** @param {number} time seconds @param {Float32Array} frame @param {number} channels */
function row(time, frame, channels) {
  const cells = Array.from(frame, (value, i) => value.toFixed(i < channels ? 4 : 3));
  return `${time.toFixed(6)},${cells.join(",")}\r\n`;
}
