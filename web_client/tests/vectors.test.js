/** The golden messages of protocol/vectors, read and written by this codec. Format: protocol/SPEC.md, Vectors. */

import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, test } from "node:test";

import { BadMessage, decode, encode } from "../core/codec.js";
import { unpackFace } from "../core/face_format.js";

const ROOT = fileURLToPath(new URL("../../protocol/vectors/", import.meta.url));

/** The fields of media messages in the order of their arrays, and which fields hold byte strings. */
const MEDIA = {
  1: ["segment", "turn", "seq", "pts", "audio", "face_pts", "face"],
  2: ["peer_segment", "peer", "seq", "pts", "audio", "face_pts", "face"],
  3: ["mirror", "seq", "face_pts", "face"],
  16: ["microphone", "seq", "pts", "audio"],
};

/** @param {string} base64 */
const fromBase64 = (base64) => new Uint8Array(Buffer.from(base64, "base64"));

/** A twin's JSON form as the codec's objects. @param {any} json */
function message(json) {
  if (Array.isArray(json)) {
    const [type, ...names] = MEDIA[json[0]];
    const entries = names.map((name, i) => [name, /audio|face$/.test(name) ? fromBase64(json[i + 1]) : json[i + 1]]);
    return { type, ...Object.fromEntries(entries) };
  }
  return json.type === "clip" ? { ...json, face: fromBase64(json.face) } : json;
}

/** Byte views as plain arrays, defaults filled in by a round trip. @param {any} value */
const plain = (value) => JSON.parse(JSON.stringify(value, (_key, x) => (x instanceof Uint8Array ? [...x] : x)));

/** @param {string} folder */
function* cases(folder) {
  if (!existsSync(ROOT + folder)) return;
  for (const file of readdirSync(ROOT + folder)) {
    if (!file.endsWith(".bin")) continue;
    const name = file.slice(0, -4);
    const twin = JSON.parse(readFileSync(`${ROOT}${folder}/${name}.json`, "utf8"));
    yield { name, twin, bytes: new Uint8Array(readFileSync(`${ROOT}${folder}/${file}`)) };
  }
}

test("there are vectors", { skip: !existsSync(ROOT) && "protocol/vectors is not there" }, () => {
  assert.ok([...cases("canonical")].length > 50);
  assert.ok([...cases("reject")].length > 50);
});

describe("canonical", () => {
  for (const { name, twin, bytes } of cases("canonical")) {
    test(name, () => {
      const wanted = message(twin.message);
      const got = decode(bytes, twin.from);
      for (const [key, value] of Object.entries(plain(wanted))) assert.deepEqual(plain(got)[key], complete(value, plain(got)[key]), key);
      assert.deepEqual(Buffer.from(encode(wanted, twin.from)), Buffer.from(bytes));
      assert.deepEqual(Buffer.from(encode(got, twin.from)), Buffer.from(bytes));
      const step = Math.max(1, Math.floor(bytes.length / 300));
      for (let n = 0; n < bytes.length; n += step) {
        assert.throws(() => decode(bytes.slice(0, n), twin.from), BadMessage, `prefix of ${n}`);
      }
    });
  }
});

/** What a twin leaves out of nested maps is there as the default. @param {any} wanted @param {any} got */
function complete(wanted, got) {
  const nested = wanted !== null && typeof wanted === "object" && !Array.isArray(wanted);
  return nested ? { ...got, ...wanted } : wanted;
}

describe("decode only", () => {
  for (const { name, twin, bytes } of cases("decode_only")) {
    test(name, () => {
      assert.deepEqual(encode(decode(bytes, twin.from), twin.from), encode(message(twin.message), twin.from));
    });
  }
});

describe("reject", () => {
  for (const { name, twin, bytes } of cases("reject")) {
    test(`${name}: ${twin.why}`, () => {
      assert.throws(
        () => decode(bytes, twin.from),
        (/** @type {unknown} */ error) => error instanceof BadMessage && error.code === twin.error,
      );
    });
  }
});

describe("face", () => {
  for (const { name, twin, bytes } of cases("face")) {
    test(name, () => {
      const channels = Array.from({ length: twin.channels }, (_, i) => `c${i}`);
      const format = { format: twin.format, head: twin.head, fps: 60, channels };
      if (twin.error) {
        assert.throws(() => unpackFace(bytes, format), BadMessage);
        return;
      }
      const frames = unpackFace(bytes, format);
      assert.equal(frames.length, twin.weights.length);
      frames.forEach((frame, i) => {
        twin.weights[i].forEach((w, k) => assert.ok(Math.abs(frame[k] - w) <= 1e-6));
        twin.angles[i]?.forEach((a, k) => assert.ok(Math.abs(frame[twin.channels + k] - a) <= 1e-4));
      });
    });
  }
});
