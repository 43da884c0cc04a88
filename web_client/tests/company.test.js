/** Who is in the room, as a page sees it: joining, leaving, reconnecting, faces and volumes. The server is a script. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Company, RoomError } from "../core/company.js";
import { DeviceClock } from "../core/media_clock.js";

const FACE = { format: "f32", fps: 50, channels: ["jawOpen"], head: false };
const WELCOME = { audio: { codec: "pcm16", rate: 8000 }, face: FACE };

/** A company whose server answers as the test says. */
function world({ running = true } = {}) {
  const calls = /** @type {any[][]} */ ([]);
  const called = (/** @type {string} */ name) => (/** @type {any[]} */ ...parts) => void calls.push([name, ...parts]);
  const player = /** @type {any} */ ({
    running, speech: called("speech"), hush: called("hush"), tune: called("tune"), drop: called("drop"),
  });
  const sent = /** @type {any[]} */ ([]);
  const events = /** @type {string[]} */ ([]);
  const state = { open: true, now: 0 };
  const company = new Company({ player, device: new DeviceClock(), aheadUs: () => 8000 }, {
    send: (message) => sent.push(message),
    open: () => state.open,
    emit: (event, { peer, change, room, text }) =>
      events.push([event, room?.name, peer?.name, change ?? text].filter((x) => x !== undefined).join(" ")),
  });
  company.begin(WELCOME, false);
  return {
    company, player, calls, state,
    sent: () => sent.splice(0).map(({ type, room, name }) => [type, room, name].filter(Boolean).join(" ")),
    events: () => events.splice(0),
    give: (/** @type {any} */ message) => company.take(message, state.now),
    you: (room = "lobby", change = "joined", peer = 1) => company.take({ type: "peer", room, peer, name: "Me", state: change, you: true }, state.now),
    other: (/** @type {number} */ peer, change = "joined", room = "lobby") =>
      company.take({ type: "peer", room, peer, name: `P${peer}`, state: change, you: false }, state.now),
    refuse: (code = "room_full") => company.take({ type: "error", code, message: "why", retry_after_ms: 500, fatal: false }, state.now),
  };
}

/** 20 ms of voice with a frame. @param {number} peer @param {number} k */
const segment = (peer, k, jaw = 0.5) => ({
  type: "peer_segment", peer, seq: k, pts: 20_000 * k, audio: new Uint8Array(320), face_pts: 20_000 * k,
  face: new Uint8Array(Float32Array.of(jaw).buffer),
});

test("a room is entered, people come, are muted, and go", async () => {
  const w = world();
  const entered = w.company.join("lobby", "Me");
  assert.deepEqual(w.sent(), ["join lobby Me"]);
  w.you();
  assert.deepEqual(await entered, { name: "lobby", you: "Me", number: 1 });
  w.other(5);
  w.other(3, "muted");
  assert.deepEqual(w.company.peers.map(({ number, name, muted }) => [number, name, muted]), [[3, "P3", true], [5, "P5", false]]);
  w.other(3);
  w.other(5, "muted");
  const [, five] = w.company.peers;
  w.other(5, "left");
  assert.ok(five.gone);
  assert.deepEqual(w.events(), ["room lobby", "peer P5 joined", "peer P3 joined", "peer P3 unmuted", "peer P5 muted", "peer P5 left"]);
  w.company.leave();
  assert.deepEqual([w.sent(), w.company.peers, w.company.room], [["leave lobby"], [], null]);
  assert.deepEqual(w.events(), ["peer P3 left", "room"]);
  w.other(3);
  w.give(segment(3, 0));
  assert.deepEqual(w.company.peers, [], "late messages of a room that was left");
  assert.deepEqual(w.calls.map((call) => call.slice(0, 2)), [["drop", 5], ["drop", 3]]);
});

test("a refusal is told, and the next room can be entered", async () => {
  const w = world();
  const full = w.company.join("lobby");
  w.refuse();
  await assert.rejects(full, (error) => error instanceof RoomError && error.code === "room_full" && error.retryAfterMs === 500);
  assert.equal(w.refuse(), false, "an error that answers nothing is not of the room");
  const bad = w.company.join("x".repeat(9));
  w.refuse("bad_name");
  await assert.rejects(bad, /why/);
  const entered = w.company.join("den");
  w.you("den");
  assert.equal((await entered).name, "den");
});

test("who changes their mind before the answer is in the last room only", async () => {
  const w = world();
  const first = w.company.join("one");
  const second = w.company.join("two");
  const third = w.company.join("three");
  await assert.rejects(first, /left before/);
  await assert.rejects(second, /left before/);
  assert.deepEqual(w.sent(), ["join one"], "one question at a time");
  w.you("one");
  w.other(7, "joined", "one");
  assert.deepEqual([w.company.room, w.company.peers], [null, []]);
  assert.deepEqual(w.sent(), ["leave one"]);
  w.you("one", "left");
  assert.deepEqual(w.sent(), ["join three"]);
  w.you("three", "joined", 4);
  assert.equal((await third).name, "three");
  const gone = w.company.join("four");
  w.company.leave();
  await assert.rejects(gone, /left before/);
  assert.deepEqual(w.sent(), ["leave three"]);
});

test("after a reconnect the same people are the same objects, and who is not named again is gone", async () => {
  const w = world();
  const entered = w.company.join("lobby");
  w.you();
  await entered;
  for (const peer of [2, 3]) w.other(peer);
  const [two] = w.company.peers;
  two.volume = 0.3;
  w.events();
  w.state.open = false;
  w.company.begin(WELCOME, true);
  w.state.now = 5000;
  w.you();
  w.other(2);
  w.other(9);
  w.company.attend(5900);
  assert.equal(w.company.peers.length, 3);
  w.company.attend(6001);
  assert.deepEqual(w.events(), ["peer P9 joined", "peer P3 left"]);
  assert.equal(w.company.peers[0], two);
  assert.equal(two.volume, 0.3);
});

test("a lost session enters the room again", async () => {
  const w = world();
  const entered = w.company.join("lobby", "Me");
  w.you();
  w.other(2);
  await entered;
  w.sent();
  w.events();
  w.company.begin(WELCOME, false);
  assert.deepEqual(w.sent(), ["join lobby Me"]);
  assert.deepEqual([w.company.peers, w.company.room], [[], null]);
  w.you("lobby", "joined", 8);
  w.other(2);
  assert.deepEqual(w.events(), ["peer P2 left", "room", "room lobby", "peer P2 joined"]);
});

test("a room asked for before the welcome is entered with it", () => {
  const w = world();
  w.state.open = false;
  w.company.join("lobby").catch(() => {});
  assert.deepEqual(w.sent(), []);
  w.company.begin(WELCOME, false);
  assert.deepEqual(w.sent(), ["join lobby"]);
});

test("whoever is put out of a room stays out", async () => {
  const w = world();
  const entered = w.company.join("lobby");
  w.you();
  w.other(2);
  await entered;
  w.sent();
  w.you("lobby", "left");
  assert.deepEqual([w.sent(), w.company.room, w.company.peers], [[], null, []]);
});

test("voice goes to the player, the face is that of what is heard, and the volume is the listener's affair", async () => {
  const w = world();
  const entered = w.company.join("lobby");
  w.you();
  w.other(2);
  await entered;
  const [peer] = w.company.peers;
  for (let k = 0; k < 10; k += 1) w.give(segment(2, k, k / 20));
  assert.deepEqual(w.calls.filter(([name]) => name === "speech").map(([, ...rest]) => rest.slice(0, 4)).at(-1), [2, 8000, 0, 1440]);
  const anchor = { stream: 0, turn: 0, received: 200_000, bufferedMs: 100, targetMs: 60, underruns: 2 };
  peer.live.clock.add({ time: 1, pts: 0, state: "playing", ...anchor });
  peer.face(1000);
  const pose = peer.face(1090);
  assert.ok(Math.abs(pose.shown - 98_000) < 1, "8 ms ahead of what is heard");
  assert.ok(Math.abs(pose.weights[0] - 98 / 400) < 1e-6);
  assert.deepEqual([peer.bufferedMs, peer.targetMs, peer.underruns], [100, 60, 2]);
  w.company.attend(1090);
  w.give({ ...segment(2, 10), audio: new Uint8Array(0), face: new Uint8Array(0) });
  assert.deepEqual(w.calls.at(-1), ["hush", 2, 0]);
  peer.live.clock.add({ time: 1.2, pts: 200_000, state: "idle", ...anchor });
  w.company.attend(1300);
  assert.deepEqual(w.events().slice(2), ["peer P2 speaking", "peer P2 quiet"]);
  peer.volume = 2;
  peer.silenced = true;
  peer.silenced = false;
  assert.deepEqual(w.calls.filter(([name]) => name === "tune").map(([, , , volume]) => volume), [2, 0, 2]);
  assert.throws(() => (peer.volume = 5), /from 0 to 4/);
  assert.throws(() => (peer.volume = NaN), /from 0 to 4/);
});

test("without sound the face goes by what arrives, and rests after it", async () => {
  const w = world({ running: false });
  const entered = w.company.join("lobby");
  w.you();
  w.other(2);
  await entered;
  const [peer] = w.company.peers;
  for (let k = 0; k < 50; k += 1) {
    w.state.now = 20 * k;
    w.give(segment(2, k, 0.5));
    peer.face(20 * k + 5);
  }
  const pose = peer.face(1000);
  assert.ok(pose.shown > 900_000 && pose.shown <= 980_000);
  assert.ok(Math.abs(pose.weights[0] - 0.5) < 1e-6);
  w.company.attend(1000);
  w.company.attend(1400);
  for (let at = 1400; at < 1800; at += 20) peer.face(at);
  assert.deepEqual([peer.pose.weights[0], peer.pose.shown], [0, -1]);
  assert.deepEqual(w.events().slice(2), ["peer P2 speaking", "peer P2 quiet"]);
});

test("words of an AI come with the peer that says them", async () => {
  const w = world();
  w.company.join("lobby").catch(() => {});
  w.you();
  w.give({ type: "peer", room: "lobby", peer: 4, name: "Mira", state: "joined", character: "Mira" });
  w.give({ type: "said", peer: 4, pts: 0, end: 10, text: "Hello" });
  w.give({ type: "said", peer: 44, pts: 0, end: 10, text: "Nobody" });
  assert.equal(w.company.peers[0].character, "Mira");
  assert.deepEqual(w.events().slice(2), ["said Mira Hello"]);
});

test("a segment that cannot be read harms nobody", async () => {
  const w = world();
  w.company.join("lobby").catch(() => {});
  w.you();
  w.other(2);
  assert.throws(() => w.give({ ...segment(2, 0), audio: new Uint8Array(3) }), /pcm16/);
  w.give(segment(2, 0));
  assert.equal(w.calls.filter(([name]) => name === "speech").length, 1);
});
