/**
 * Bytes to messages and back, for the binary subprotocol `facewire.v1`.
 *
 * A message is a plain object whose `type` names it. Control messages carry the field names of the wire;
 * the media arrays become objects of type `segment`, `peer_segment`, `mirror` and `microphone`. The table below
 * mirrors `protocol/messages.py`; the vectors in `protocol/vectors` hold the two together.
 */

import {
  boolean, bytes, count, integer, list, maybe, name, number, oneOf, otherwise, range, record, table, text, tuple,
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
const milliseconds = number(0);

const CLIENT = {
  hello: {
    token: maybe(text),
    client: maybe(record({ name, version: otherwise(name, "") })),
    mode: otherwise(oneOf("converse", "drive"), "converse"),
    character: maybe(name),
    language: maybe(name),
    audio: maybe(record({ codecs: otherwise(list(text), ["pcm16"]), rate: maybe(rate) })),
    mic: maybe(audioFormat),
    face: maybe(
      record({
        format: otherwise(faceFormat.format, "q8"),
        fps: maybe(range(1, 240)),
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
    protocol: integer,
    server: text,
    session: text,
    resume_token: text,
    resume_window_s: number(),
    audio: audioFormat,
    face: record({ ...faceFormat, fps: integer, profile: text, channels: list(text), head: boolean }),
    limits: record({
      message_bytes: integer,
      mic_ms: integer,
      messages_per_s: integer,
      text_chars: integer,
      hello_timeout_s: number(),
      idle_timeout_s: number(),
    }),
    character: text,
    features: otherwise(list(text), []),
    mic: maybe(audioFormat),
    resumed: maybe(position),
  },
  clip: { name: oneOf("idle", "listening", "thinking"), fps: integer, face: bytes },
  state: { state: oneOf("idle", "listening", "thinking", "speaking") },
  heard: { text, final: boolean, language: maybe(text) },
  turn: { turn: count, origin: oneOf("text", "speech", "say", "greeting"), id: maybe(text) },
  caption: { turn: count, pts: count, end: count, text },
  mood: { turn: count, pts: count, mood: text, intensity: number(0, 1) },
  cue: { turn: count, pts: count, name: text },
  end: { turn: count, pts: count },
  flush: { turn: count, reason: text, fade_ms: integer },
  timings: { turn: count, stages: table(number()) },
  peer: { room: text, peer: count, name: text, state: oneOf("joined", "left", "muted") },
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
    const field = typeof wire[0] === "number" && MESSAGES[from].get(wire[0]);
    if (!field) throw new BadMessage(`${String(wire[0])} is no kind of media that a ${from} sends`, "unknown_kind");
    return field.read(wire, `media ${wire[0]}`);
  }
  if (!(wire instanceof Map)) throw new BadMessage("a message is a map or an array");
  const type = wire.get("type");
  const field = typeof type === "string" && !(type in MEDIA[from]) && MESSAGES[from].get(type);
  if (!field) throw new BadMessage(`${JSON.stringify(type)} is no message that a ${from} sends`, "unknown_type");
  return field.read(wire, type);
}

/**
 * Canonical bytes of a message. Fields that have their default are left out of control messages.
 * @param {{type: string} & Record<string, any>} message @param {Side} [from]
 * @returns {Uint8Array}
 * @throws {BadMessage} when a field is missing or out of range
 */
export function encode(message, from = "client") {
  const field = MESSAGES[from].get(message.type);
  if (!field) throw new BadMessage(`${message.type} is no message that a ${from} sends`, "unknown_type");
  return pack(field.write(message, message.type));
}
