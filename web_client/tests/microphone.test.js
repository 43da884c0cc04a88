/** The microphone without a browser: what push to talk sends, and what the server is told. */

import assert from "node:assert/strict";
import test from "node:test";

import { Microphone } from "../audio/microphone.js";

/** Messages of 20 ms that come after a key was let go. */
const TAIL = 6;

class Node {
  port = { postMessage() {}, onmessage: null };

  /** @param {unknown} next */
  connect(next) {
    return next;
  }

  disconnect() {}
}

/** A microphone whose user answers when `allow` is called. */
function made() {
  Object.assign(globalThis, { AudioWorkletNode: Node });
  const sent = [];
  const states = [];
  const track = { enabled: true, stop() {}, onended: null };
  const microphone = new Microphone(
    {},
    {
      refusal: () => null,
      context: async () => ({ createMediaStreamSource: () => new Node(), destination: {} }),
      rate: async () => 16000,
      onSound: (sound) => sent.push(sound.position),
      onState: (state) => states.push([state, microphone.told]),
    },
  );
  let allow = () => {};
  microphone.request = () => new Promise((done) => (allow = () => done({ getTracks: () => [track] })));
  let position = 0;
  const sound = () => microphone.heard({ stream: microphone.stream, position: position++, audio: new Uint8Array(), rms: 0, peak: 0 });
  return { microphone, sent, states, sound, track, allow: () => allow() };
}

/** @param {ReturnType<typeof made>} it */
async function opened(it) {
  const opening = it.microphone.open();
  it.allow();
  await opening;
  it.states.length = 0;
}

test("push to talk sends until shortly after it is let go, and says then that the utterance is over", async () => {
  const it = made();
  await opened(it);
  it.microphone.mute();
  it.sound();
  assert.deepEqual(it.sent, []);
  it.microphone.press();
  assert.ok(it.track.enabled);
  it.sound();
  it.microphone.release();
  for (let i = 0; i < TAIL + 3; i += 1) it.sound();
  assert.equal(it.sent.length, 1 + TAIL);
  assert.deepEqual(it.states, [["muted", "muted"], ["on", "open"], ["muted", "closed"]]);
  it.microphone.unmute();
  it.microphone.mute();
  assert.deepEqual(it.states.slice(3), [["on", "open"], ["muted", "muted"]]);
});

test("pressed again before it was silent it goes on", async () => {
  const it = made();
  await opened(it);
  it.microphone.mute();
  it.microphone.press();
  it.microphone.release();
  for (let i = 0; i < TAIL - 1; i += 1) it.sound();
  it.microphone.press();
  for (let i = 0; i < 20; i += 1) it.sound();
  assert.equal(it.sent.length, TAIL - 1 + 20);
  assert.deepEqual(it.states, [["muted", "muted"], ["on", "open"]]);
});

test("push to talk opens it, and whoever let go meanwhile finds it muted", async () => {
  const it = made();
  const opening = it.microphone.press();
  it.microphone.release();
  it.allow();
  await opening;
  assert.deepEqual(it.states, [["asking", null], ["muted", "muted"]]);
  it.microphone.close();
  const again = it.microphone.press();
  it.allow();
  await again;
  assert.equal(it.microphone.state, "on");
});

test("while it is on anyhow, push to talk changes nothing", async () => {
  const it = made();
  await opened(it);
  await it.microphone.press();
  it.microphone.release();
  for (let i = 0; i < 20; i += 1) it.sound();
  assert.equal(it.sent.length, 20);
  assert.deepEqual(it.states, []);
});

test("mute and unmute put an end to push to talk", async () => {
  const it = made();
  await opened(it);
  for (const end of /** @type {const} */ (["mute", "unmute"])) {
    it.microphone.mute();
    it.microphone.press();
    it.microphone[end]();
    it.microphone.release();
    for (let i = 0; i < 20; i += 1) it.sound();
    assert.equal(it.microphone.told, end === "mute" ? "muted" : "open");
  }
});

test("closed while it is pressed, it is over", async () => {
  const it = made();
  await opened(it);
  it.microphone.mute();
  it.microphone.press();
  it.microphone.close();
  assert.deepEqual(it.states.at(-1), ["off", "closed"]);
  it.microphone.release();
  const opening = it.microphone.open();
  it.allow();
  await opening;
  assert.equal(it.microphone.state, "on");
});
