import assert from "node:assert/strict";
import { test } from "node:test";

import { BadMessage, decode, encode } from "../core/codec.js";
import { Real, pack, unpack } from "../core/messagepack.js";
import { seeded } from "./random.js";

const SEGMENT = { type: "segment", turn: 3, seq: 7, pts: 5_000_000_000, audio: new Uint8Array(400).fill(9), face_pts: 1, face: new Uint8Array(58) };
const ERROR = { type: "error", code: "busy", message: "你好 – try later", retry_after_ms: 100, fatal: true };

test("a message survives the wire", () => {
  assert.deepEqual(decode(encode(SEGMENT, "server")), SEGMENT);
  assert.deepEqual(decode(encode(ERROR, "server")), ERROR);
  const played = { type: "played", turn: 1, pts: 70_000, state: "idle", buffered_ms: 12 };
  assert.deepEqual(decode(encode(played), "client"), played);
});

test("defaults are left out of maps and stand in arrays", () => {
  assert.equal(encode({ type: "say", text: "a", queue: "last" }).length, encode({ type: "say", text: "a" }).length);
  assert.deepEqual(unpack(encode({ type: "segment", turn: 1, seq: 0, pts: 0 }, "server")), [1, 1, 0, 0, new Uint8Array(0), 0, new Uint8Array(0)]);
});

test("every width of integer, at its edges", () => {
  const widths = new Map([[0x7f, 1], [0x80, 2], [0xff, 2], [0x100, 3], [0xffff, 3], [0x10000, 5], [0xffffffff, 5], [2 ** 32, 9], [2 ** 53 - 1, 9],
    [-1, 1], [-32, 1], [-33, 2], [-128, 2], [-129, 3], [-32768, 3], [-32769, 5], [-(2 ** 31), 5], [-(2 ** 31) - 1, 9], [-(2 ** 53) + 1, 9]]);
  for (const [n, length] of widths) {
    assert.equal(pack(n).length, length, String(n));
    assert.equal(unpack(pack(n)), n);
  }
  assert.throws(() => pack(2 ** 53), TypeError);
  assert.throws(() => pack(0.5), TypeError);
});

test("an integer and a float stay two things", () => {
  assert.deepEqual(unpack(pack(new Real(1))), new Real(1));
  const turn = pack(new Map([["type", "end"], ["turn", new Real(1)], ["pts", 2]]));
  assert.throws(() => decode(turn), /end.turn must be an integer/);
});

test("what is wrong and what would be right", () => {
  assert.throws(() => encode({ type: "played", turn: -1, pts: 0, state: "idle" }), /played.turn must be an integer from 0/);
  assert.throws(() => encode({ type: "played", turn: 1, pts: 0, state: "gone" }), /one of playing, starved, idle/);
  assert.throws(() => encode({ type: "hello", max_ahead_ms: 99 }), /from 100 to 10000/);
  assert.throws(() => encode({ type: "hello", max_ahead_ms: 10_001 }), /from 100 to 10000/);
  assert.ok(encode({ type: "hello", max_ahead_ms: 100 }));
  assert.throws(() => encode({ type: "text", text: "a", id: "x".repeat(201) }), /at most 200/);
  assert.ok(encode({ type: "text", text: "a", id: "😀".repeat(200) }));
});

test("a huge length makes nothing", () => {
  for (const head of [[0xdd], [0xdf], [0xc6], [0xdb], [0xc9]]) {
    assert.throws(() => decode(Uint8Array.of(...head, 0xff, 0xff, 0xff, 0xff)), BadMessage);
  }
});

test("any bytes decode or are refused", () => {
  const random = seeded(1);
  const seeds = [SEGMENT, ERROR, { type: "timings", turn: 1, stages: { voice: 1.5 } }].map((m) => encode(m, "server"));
  for (let i = 0; i < 20_000; i += 1) {
    const bytes = i % 4 === 0 ? new Uint8Array(Math.floor(40 * random())) : seeds[i % 3].slice();
    const changes = i % 4 === 0 ? bytes.length : 1 + Math.floor(4 * random());
    for (let k = 0; k < changes; k += 1) bytes[Math.floor(bytes.length * random())] = Math.floor(256 * random());
    try {
      decode(bytes);
    } catch (error) {
      assert.ok(error instanceof BadMessage, String(error));
    }
  }
});
