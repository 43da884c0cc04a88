/**
 * Bytes to messages and back, for the binary subprotocol `facewire.v1`.
 *
 * A message is a plain object whose `type` names it. Control messages carry the field names of the wire;
 * the media arrays become objects of type `segment`, `peer_segment`, `mirror` and `microphone`. The table below
 * mirrors `protocol/messages.py`; the vectors in `protocol/vectors` hold the two together.
 */

import {
  boolean, bytes, count, list, maybe, name, number, oneOf, otherwise, range, record, table, text, tuple,
} from "./fields.js";
import { BadMessage, pack, unpack } from "./messagepack.js";

/** @typedef {import("./fields.js").Field} Field */

export { BadMessage } from "./messagepack.js";

export const VERSION = 1;
export const SUBPROTOCOL = "facewire.v1";

const NO_BYTES = new Uint8Array(0);

const rate = range(8000, 48000);
const audioFormat = record({ codec: oneOf("pcm16", "opus"), rate });
const faceFormat = { format: oneOf("q8", "f32") };
const position = record({ turn: count, pts: count });
const someBytes = otherwise(bytes, NO_BYTES);
const milliseconds = number(0, 1e9);
const seconds = number(0, 1e9);
const frameRate = range(1, 240);

const CLIENT = {
  hello: {
    token: maybe(text),
    client: maybe(record({ name, version: otherwise(name, "") })),
    mode: otherwise(oneOf("converse", "drive"), "converse"),
    character: maybe(name),
    language: maybe(name),
    audio: maybe(record({ codecs: otherwise(list(name), ["pcm16"]), rate: maybe(rate) })),
    mic: maybe(audioFormat),
    face: maybe(
      record({
        format: otherwise(faceFormat.format, "q8"),
        fps: maybe(frameRate),
        profile: otherwise(name, "arkit"),
      }),
    ),
    max_ahead_ms: maybe(range(100, 10000)),
    session: maybe(name),
    resume_token: maybe(name),
    resume: maybe(position),
  },
  text: { text, id: maybe(name) },
  say: { text, mood: maybe(name), id: maybe(name), queue: otherwise(oneOf("now", "next", "last"), "last") },
  interrupt: { turn: maybe(count) },
  played: {
    turn: count,
    pts: count,
    state: oneOf("playing", "starved", "idle"),
    buffered_ms: maybe(milliseconds),
    underruns: maybe(count),
    output_latency_ms: maybe(milliseconds),
  },
  mic: { state: oneOf("open", "closed", "muted") },
  configure: { character: maybe(name), voice: maybe(name), language: maybe(name), mood: maybe(name) },
  join: { room: name, name: maybe(name) },
  leave: { room: name },
  ping: { t: count },
  bye: {},
};

const SERVER = {
  welcome: {
    protocol: count,
    server: text,
    session: text,
    resume_token: text,
    resume_window_s: seconds,
    audio: audioFormat,
    face: record({ ...faceFormat, fps: frameRate, profile: text, channels: list(text), head: boolean }),
    limits: record({
      message_bytes: count,
      mic_ms: count,
      messages_per_s: count,
      text_chars: count,
      hello_timeout_s: seconds,
      idle_timeout_s: seconds,
    }),
    character: text,
    features: otherwise(list(text), []),
    mic: maybe(audioFormat),
    resumed: maybe(position),
  },
  clip: { name: oneOf("idle", "listening", "thinking"), fps: frameRate, face: bytes },
  state: { state: oneOf("idle", "listening", "thinking", "speaking") },
  heard: { text, final: boolean, language: maybe(text) },
  turn: { turn: count, origin: oneOf("text", "speech", "say", "greeting"), id: maybe(text) },
  caption: { turn: count, pts: count, end: count, text },
  mood: { turn: count, pts: count, mood: text, intensity: number(0, 1) },
  cue: { turn: count, pts: count, name: text },
  end: { turn: count, pts: count },
  flush: { turn: count, reason: text, fade_ms: count },
  duck: { turn: count, level: number(0, 1), fade_ms: count },
  timings: { turn: count, stages: table(number(-1e9, 1e9)) },
  peer: {
    room: text,
    peer: count,
    name: text,
    state: oneOf("joined", "left", "muted"),
    you: otherwise(boolean, false),
    character: maybe(text),
  },
  said: { peer: count, pts: count, end: count, text },
  error: { code: text, message: text, turn: maybe(count), retry_after_ms: maybe(count), fatal: otherwise(boolean, false) },
  pong: { t: count, server_t: count },
};

const voiceAndFace = { seq: count, pts: count, audio: someBytes, face_pts: otherwise(count, 0), face: someBytes };

/** @type {Record<Side, Record<string, [kind: number, fields: Record<string, Field>]>>} */
const MEDIA = {
  client: { microphone: [16, { seq: count, pts: count, audio: someBytes }] },
  server: {
    segment: [1, { turn: count, ...voiceAndFace }],
    peer_segment: [2, { peer: count, ...voiceAndFace }],
    mirror: [3, { seq: count, face_pts: count, face: someBytes }],
  },
};

/**
 * Every message of one side, by its name and, for media, by its kind.
 * @param {Record<string, Record<string, Field>>} control @param {typeof MEDIA["client"]} media
 * @returns {Map<unknown, Field>}
 */
function catalogue(control, media) {
  const fields = new Map();
  for (const [type, members] of Object.entries(control)) fields.set(type, record(members, type));
  for (const [type, [kind, members]] of Object.entries(media)) {
    const field = tuple(kind, type, members);
    fields.set(type, field).set(kind, field);
  }
  return fields;
}

/** @typedef {"client" | "server"} Side */
const MESSAGES = { client: catalogue(CLIENT, MEDIA.client), server: catalogue(SERVER, MEDIA.server) };

/**
 * The message in `data`, sent by `from`. Byte strings are views into `data`.
 * @param {Uint8Array} data @param {Side} [from]
 * @returns {{type: string} & Record<string, any>}
 * @throws {BadMessage}
 */
export function decode(data, from = "server") {
  const wire = unpack(data);
  if (Array.isArray(wire)) {
    if (!Number.isSafeInteger(wire[0])) throw new BadMessage("element 0 of an array must be its kind, an integer");
    return field(wire[0], from).read(wire, `media ${wire[0]}`);
  }
  if (!(wire instanceof Map)) throw new BadMessage("a message is a map or an array");
  const type = wire.get("type");
  if (typeof type !== "string") throw new BadMessage("the key type must hold the message's name");
  return field(Object.hasOwn(MEDIA[from], type) ? undefined : type, from).read(wire, type);
}

/** @param {unknown} name type or kind @param {Side} from */
function field(name, from) {
  const known = MESSAGES[from].get(name);
  if (!known) throw new BadMessage(`${JSON.stringify(name)} is no message that a ${from} sends`, "unknown_type");
  return known;
}

/**
 * Canonical bytes of a message. Fields that have their default are left out of control messages.
 * @param {{type: string} & Record<string, any>} message @param {Side} [from]
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {BadMessage} when a field is missing or out of range
 */
export function encode(message, from = "client") {
  return pack(field(message.type, from).write(message, message.type));
}
