import assert from "node:assert/strict";
import { test } from "node:test";

import { decode, encode } from "../core/codec.js";
import { Session } from "../core/session.js";

const CHANNELS = ["jawOpen", "mouthClose"];
const FACE_BYTES = CHANNELS.length + 6;
const RATE = 8000;

/** A session on sockets and timers that the test moves by hand. */
function world() {
  /** @type {any[]} */
  const sockets = [];
  /** @type {{at: number, task: () => void}[]} */
  let timers = [];
  let now = 0;
  const log = /** @type {Record<string, any[]>} */ ({ status: [], media: [], flush: [], message: [], fault: [], welcome: [] });
  const session = new Session({
    hello: { token: "t" },
    random: () => 1,
    timers: {
      set(task, ms) {
        const timer = { at: now + ms, task };
        timers.push(timer);
        return timer;
      },
      clear(timer) {
        timers = timers.filter((t) => t !== timer);
      },
    },
    openSocket(subprotocol) {
      const socket = {
        subprotocol,
        sent: /** @type {any[]} */ ([]),
        send: (/** @type {Uint8Array} */ bytes) => socket.sent.push(decode(bytes, "client")),
        close: (code = 1000) => socket.closed ?? ((socket.closed = code), socket.onclose?.({ code: 1006, reason: "" })),
        closed: /** @type {any} */ (undefined),
      };
      sockets.push(socket);
      return /** @type {any} */ (socket);
    },
    events: {
      status: (status, detail) => log.status.push(detail ? `${status}: ${detail}` : status),
      welcome: (_welcome, resumed) => log.welcome.push(resumed),
      media: (media) => log.media.push(media),
      flush: (turn) => log.flush.push(turn),
      message: (message) => log.message.push(message.type),
      fault: (error) => log.fault.push(error.message),
    },
  });
  session.start();
  return {
    session,
    log,
    sockets,
    get socket() {
      return sockets.at(-1);
    },
    pass(/** @type {number} */ ms) {
      now += ms;
      for (const timer of timers.filter((t) => t.at <= now)) {
        timers = timers.filter((t) => t !== timer);
        timer.task();
      }
    },
    give(/** @type {any} */ message) {
      sockets.at(-1).onmessage({ data: encode(message, "server").slice().buffer });
    },
    drop(code = 1006, reason = "") {
      const socket = sockets.at(-1);
      socket.closed = code;
      socket.onclose({ code, reason });
    },
    open(/** @type {any} */ fields = {}) {
      sockets.at(-1).onopen();
      this.give({
        type: "welcome", protocol: 1, server: "s", session: "one", resume_token: "r1", resume_window_s: 30,
        audio: { codec: "pcm16", rate: RATE },
        face: { format: "q8", fps: 50, profile: "arkit", channels: CHANNELS, head: true },
        limits: { message_bytes: 1, mic_ms: 1, messages_per_s: 1, text_chars: 1, hello_timeout_s: 1, idle_timeout_s: 1 },
        character: "c",
        ...fields,
      });
    },
  };
}

/** 20 ms of voice whose samples are numbered, with one frame. @param {number} turn @param {number} seq */
function segment(turn, seq, { from = 160 * seq, samples = 160 } = {}) {
  const audio = new Uint8Array(2 * samples);
  const view = new DataView(audio.buffer);
  for (let i = 0; i < samples; i += 1) view.setInt16(2 * i, from + i, true);
  return { type: "segment", turn, seq, pts: Math.round((from * 1e6) / RATE), audio, face_pts: 20_000 * seq, face: new Uint8Array(FACE_BYTES) };
}

test("hello, welcome, media", () => {
  const w = world();
  w.open();
  assert.equal(w.socket.subprotocol, "facewire.v1");
  assert.deepEqual(w.socket.sent, [{ type: "hello", mode: "converse", token: "t" }]);
  w.give({ type: "turn", turn: 1, origin: "text" });
  w.give(segment(1, 0));
  w.give(segment(1, 1));
  w.give({ type: "end", turn: 1, pts: 40_000 });
  w.give({ type: "timings", turn: 1, stages: { voice: 1 } });
  assert.deepEqual(w.log.media.map((m) => [m.turn, m.pts, m.samples.length, m.frames[0].pts]), [[1, 0, 160, 0], [1, 20_000, 160, 20_000]]);
  assert.deepEqual(w.log.message, ["turn", "end", "timings"]);
  assert.deepEqual(w.log.status, ["connecting", "open"]);
});

test("stale media is dropped: older turn, flushed turn, interrupted turn", () => {
  const w = world();
  w.open();
  w.give(segment(1, 0));
  w.give({ type: "turn", turn: 2, origin: "text" });
  w.give(segment(1, 1));
  w.give(segment(2, 0));
  assert.deepEqual(w.log.media.map((m) => m.turn), [1, 2]);
  w.session.interrupt(10);
  assert.deepEqual(w.log.flush, [2], "at once, before the server answers");
  w.give(segment(2, 1));
  w.give({ type: "caption", turn: 2, pts: 0, end: 1, text: "late" });
  w.give({ type: "end", turn: 2, pts: 1 });
  w.give({ type: "flush", turn: 2, reason: "client asked", fade_ms: 10 });
  assert.equal(w.log.media.length, 2);
  assert.deepEqual(w.log.message, ["turn", "flush"]);
  assert.deepEqual(w.socket.sent.at(-1), { type: "interrupt", turn: 2 });
  w.give(segment(3, 0));
  assert.equal(w.log.media.at(-1).turn, 3, "the next turn plays");
});

test("a flush that crosses the interrupt, and one for a turn that never came", () => {
  const w = world();
  w.open();
  w.give({ type: "flush", turn: 4, reason: "superseded", fade_ms: 10 });
  w.give(segment(4, 0));
  assert.equal(w.log.media.length, 0);
  w.session.interrupt(10);
  w.session.interrupt(10);
  w.give(segment(5, 0));
  assert.equal(w.log.media.length, 1);
});

test("reconnects after 0.5, 1, 2, 4, 8, 8 s and begins anew after a welcome", () => {
  const w = world();
  w.open();
  for (const wait of [500, 1000, 2000, 4000, 8000, 8000]) {
    w.drop();
    const before = w.sockets.length;
    w.pass(wait - 1);
    assert.equal(w.sockets.length, before);
    w.pass(1);
    assert.equal(w.sockets.length, before + 1);
  }
  w.open({ resumed: { turn: 0, pts: 0 } });
  w.drop();
  w.pass(500);
  assert.equal(w.sockets.length, 8);
});

test("resumes where the media stopped; what comes twice is cut to what is new", () => {
  const w = world();
  w.open();
  w.give(segment(1, 0));
  w.give(segment(1, 1));
  w.drop();
  w.session.send({ type: "text", text: "meanwhile" });
  w.session.send({ type: "played", turn: 1, pts: 0, state: "playing" });
  w.session.send({ type: "microphone", seq: 9, pts: 0, audio: new Uint8Array(640) });
  w.session.send({ type: "mic", state: "muted" });
  w.pass(500);
  w.open({ resume_token: "r2", resumed: { turn: 1, pts: 40_000 } });
  const [hello, ...after] = w.socket.sent;
  assert.deepEqual([hello.session, hello.resume_token, hello.resume], ["one", "r1", { turn: 1, pts: 40_000 }]);
  assert.deepEqual(after.map((m) => m.type), ["text"], "reports and sound are not kept, words are");
  w.give(segment(1, 1));
  w.give(segment(1, 2, { from: 300, samples: 180 }));
  const samples = w.log.media.flatMap((m) => [...m.samples].map((x) => Math.round(x * 32768)));
  assert.deepEqual(samples, Array.from({ length: 480 }, (_, i) => i));
  assert.deepEqual(w.log.flush, []);
  w.drop();
  w.pass(500);
  w.socket.onopen();
  assert.equal(w.socket.sent[0].resume_token, "r2");
  assert.deepEqual(w.socket.sent[0].resume, { turn: 1, pts: 60_000 });
});

test("a session that is gone: what was buffered is flushed, turns count from the start", () => {
  const w = world();
  w.open();
  w.give(segment(7, 0));
  w.drop();
  w.pass(500);
  w.open({ session: "two" });
  assert.deepEqual(w.log.flush, [7]);
  assert.deepEqual(w.log.welcome, [false, false]);
  w.give(segment(1, 0));
  assert.equal(w.log.media.at(-1).turn, 1);
});

test("a hole becomes silence, so that the voice stays on its time", () => {
  const w = world();
  w.open();
  w.give(segment(1, 0));
  w.give(segment(1, 2));
  const last = w.log.media.at(-1);
  assert.deepEqual([last.pts, last.samples.length, last.samples[0], Math.round(32768 * last.samples[160])], [20_000, 320, 0, 320]);
  assert.equal(w.session.reception?.missing, 160);
});

test("final close codes are not tried again", () => {
  for (const [code, status] of /** @type {const} */ ([[4401, "unauthorised"], [4400, "rejected"], [4413, "rejected"], [4409, "taken_over"], [1000, "closed"]])) {
    const w = world();
    w.socket.onopen();
    w.give({ type: "error", code: "x", message: "because", fatal: true });
    w.drop(code);
    assert.equal(w.log.status.at(-1), `${status}: because`);
    w.pass(60_000);
    assert.equal(w.sockets.length, 1);
  }
});

test("a full server is asked again, when it said", () => {
  const w = world();
  w.socket.onopen();
  w.give({ type: "error", code: "too_many_sessions", message: "full", retry_after_ms: 3000, fatal: true });
  w.drop(4429);
  assert.equal(w.log.status.at(-1), "full: full");
  w.pass(2999);
  assert.equal(w.sockets.length, 1);
  w.pass(1);
  assert.equal(w.sockets.length, 2);
});

test("no welcome within 10 s: another socket", () => {
  const w = world();
  w.socket.onopen();
  w.pass(10_000);
  w.pass(500);
  assert.equal(w.sockets.length, 2);
});

test("malformed messages cost themselves only; unknown types cost nothing", () => {
  const w = world();
  w.open();
  w.socket.onmessage({ data: Uint8Array.of(0xc1).buffer });
  w.socket.onmessage({ data: "text" });
  w.give({ ...segment(1, 0), face: new Uint8Array(3) });
  assert.equal(w.log.fault.length, 3);
  w.socket.onmessage({ data: Uint8Array.of(0x81, 0xa4, 0x74, 0x79, 0x70, 0x65, 0xa1, 0x78).buffer });
  assert.equal(w.log.fault.length, 3);
  w.give(segment(1, 0));
  assert.equal(w.log.media.length, 1);
});

test("a late message of an old socket is not heard", () => {
  const w = world();
  w.open();
  const old = w.socket;
  w.drop();
  w.pass(500);
  w.open({ resumed: { turn: 0, pts: 0 } });
  old.onmessage({ data: encode(segment(1, 0), "server").slice().buffer });
  old.onclose({ code: 1006, reason: "" });
  assert.equal(w.log.media.length, 0);
  assert.equal(w.session.status, "open");
});

test("close says bye and stays closed", () => {
  const w = world();
  w.open();
  w.session.close();
  assert.equal(w.socket.sent.at(-1).type, "bye");
  assert.equal(w.socket.closed, 1000);
  w.pass(60_000);
  assert.deepEqual([w.sockets.length, w.log.status.at(-1)], [1, "closed"]);
});
