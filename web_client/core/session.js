/**
 * One conversation with a server over as many sockets as it takes.
 *
 * Says hello, keeps the session's token, reconnects with growing pauses and goes on where the media stopped.
 * Sockets and timers are passed in. What arrives is handed on by `events`; stale media never is.
 */

import { BadMessage, SUBPROTOCOL, decode, encode } from "./codec.js";
import { Reception } from "./reception.js";

const BACK_OFF_FIRST_MS = 500;
const BACK_OFF_LAST_MS = 8000;
const WELCOME_MS = 10000;
const OUTBOX = 16;
/** What is worth nothing on a later connection. */
const NOT_KEPT = new Set(["played", "microphone", "mic"]);

/** Close codes after which another attempt would end the same way, with what to tell the user. */
const FINAL = new Map([
  [1000, "closed"],
  [4400, "rejected"],
  [4401, "unauthorised"],
  [4409, "taken_over"],
  [4413, "rejected"],
]);

/**
 * @typedef {"connecting" | "open" | "reconnecting" | "full" | "closed" | "rejected" | "unauthorised" | "taken_over"}
 *   Status `full`: the server has no room; tried again. The last four are final.
 *
 * @typedef {object} Events
 * @property {(status: Status, detail: string) => void} status
 * @property {(welcome: Record<string, any>, resumed: boolean) => void} welcome
 * @property {(media: import("./reception.js").Media) => void} media
 * @property {(turn: number, fadeMs: number) => void} flush drop this turn and all before it
 * @property {(message: {type: string} & Record<string, any>) => void} message any other control message
 * @property {(error: BadMessage) => void} fault the server sent something malformed; it is skipped
 * @property {(sender: "server" | "client", data: Uint8Array) => void} [wire] every message as it stands on the wire
 *
 * @typedef {object} Timers
 * @property {(task: () => void, ms: number) => any} set
 * @property {(timer: any) => void} clear
 *
 * @typedef {Pick<WebSocket, "send" | "close"> & {binaryType: any, onopen: any, onmessage: any, onclose: any, bufferedAmount?: number}} Socket
 */

export class Session {
  /**
   * @param {object} parts
   * @param {(subprotocol: string) => Socket} parts.openSocket a new socket for each attempt
   * @param {Record<string, any>} parts.hello fields of the first message but those of resuming
   * @param {Events} parts.events
   * @param {Timers} parts.timers
   * @param {() => number} [parts.random] from 0 to 1
   */
  constructor({ openSocket, hello, events, timers, random = Math.random }) {
    this.openSocket = openSocket;
    this.hello = hello;
    this.events = events;
    this.timers = timers;
    this.random = random;
    /** @type {Socket | null} */
    this.socket = null;
    /** @type {Status} */
    this.status = "connecting";
    /** @type {Record<string, any> | null} */
    this.welcome = null;
    /** @type {Reception | null} */
    this.reception = null;
    /** @type {({type: string} & Record<string, any>)[]} said while no connection was open */
    this.outbox = [];
    this.failures = 0;
    this.retryAfterMs = 0;
    this.detail = "";
    /** @type {any} */
    this.timer = null;
  }

  /** Opens the first connection. */
  start() {
    this.dial("connecting");
  }

  /** Ends the session for good. */
  close() {
    const socket = this.socket;
    if (this.status === "open") socket?.send(encode({ type: "bye" }));
    this.finish("closed");
    socket?.close(1000);
  }

  /**
   * Sends a message, or keeps it for the next connection. Reports of playback and sound are not kept.
   * @param {{type: string} & Record<string, any>} message
   * @throws {BadMessage} when it is not a legal message
   */
  send(message) {
    const bytes = encode(message);
    if (this.status === "open") this.post(bytes);
    else if (!NOT_KEPT.has(message.type)) {
      this.outbox.push(message);
      if (this.outbox.length > OUTBOX) this.outbox.shift();
    }
  }

  /** Bytes that the network has not taken yet. */
  get backlog() {
    return this.socket?.bufferedAmount ?? 0;
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  post(bytes) {
    this.socket?.send(bytes);
    this.events.wire?.("client", bytes);
  }

  /** Drops the current turn here and now, then asks the server to stop it. @param {number} fadeMs */
  interrupt(fadeMs) {
    const turn = this.reception?.turn ?? -1;
    if (turn >= 0 && !this.reception?.stale(turn)) this.drop(turn, fadeMs);
    this.send(turn >= 0 ? { type: "interrupt", turn } : { type: "interrupt" });
  }

  /** @param {number} turn @param {number} fadeMs */
  drop(turn, fadeMs) {
    this.reception?.flush(turn);
    this.events.flush(turn, fadeMs);
  }

  /** @param {Status} status @param {string} [detail] */
  become(status, detail = "") {
    this.status = status;
    this.events.status(status, detail);
  }

  /** @param {Status} status */
  dial(status) {
    this.become(status, this.detail);
    const socket = this.openSocket(SUBPROTOCOL);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(encode(this.greeting()));
    socket.onmessage = (/** @type {{data: unknown}} */ event) => {
      if (this.socket === socket) this.receive(event.data);
    };
    socket.onclose = (/** @type {{code: number, reason: string}} */ event) => {
      if (this.socket === socket) this.lost(event.code, event.reason);
    };
    this.later(() => socket.close(), WELCOME_MS);
  }

  /** @param {() => void} task @param {number} ms */
  later(task, ms) {
    this.timers.clear(this.timer);
    this.timer = this.timers.set(task, ms);
  }

  greeting() {
    const hello = { type: "hello", ...this.hello };
    if (!this.welcome) return hello;
    const { session, resume_token } = this.welcome;
    return { ...hello, session, resume_token, resume: this.reception?.position ?? { turn: 0, pts: 0 } };
  }

  /** @param {number} code @param {string} reason */
  lost(code, reason) {
    this.socket = null;
    this.timers.clear(this.timer);
    const final = FINAL.get(code);
    if (final) {
      this.finish(/** @type {Status} */ (final), this.detail || reason);
      return;
    }
    const pause = Math.min(BACK_OFF_LAST_MS, BACK_OFF_FIRST_MS * 2 ** this.failures);
    this.failures += 1;
    this.become(code === 4429 ? "full" : "reconnecting", this.detail || reason);
    const wait = Math.max(this.retryAfterMs, pause * (0.5 + 0.5 * this.random()));
    this.retryAfterMs = 0;
    this.later(() => this.dial(this.status), wait);
  }

  /** @param {Status} status @param {string} [detail] */
  finish(status, detail = "") {
    this.timers.clear(this.timer);
    this.socket = null;
    this.become(status, detail);
  }

  /** @param {unknown} data */
  receive(data) {
    try {
      if (!(data instanceof ArrayBuffer)) throw new BadMessage("a text message on the binary subprotocol");
      const bytes = new Uint8Array(data);
      this.events.wire?.("server", bytes);
      this.accept(decode(bytes, "server"));
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
      if (error.code !== "unknown_type") this.events.fault(error);
    }
  }

  /** @param {{type: string} & Record<string, any>} message */
  accept(message) {
    if (message.type === "welcome") this.enter(message);
    else if (message.type === "error") this.complain(message);
    else if (!this.reception) throw new BadMessage(`${message.type} before welcome`, "wrong_order");
    else if (message.turn !== undefined) this.turned(message, this.reception);
    else this.events.message(message);
  }

  /** A new connection stands. @param {{type: string} & Record<string, any>} welcome */
  enter(welcome) {
    const resumed = welcome.resumed !== undefined && this.reception !== null;
    if (!resumed) {
      if (this.reception && this.reception.turn >= 0) this.drop(this.reception.turn, 10);
      this.reception = new Reception(welcome.audio, welcome.face);
    }
    this.welcome = welcome;
    this.failures = 0;
    this.detail = "";
    this.timers.clear(this.timer);
    this.events.welcome(welcome, resumed);
    this.become("open");
    for (const message of this.outbox.splice(0)) this.send(message);
  }

  /** @param {{type: string} & Record<string, any>} error */
  complain(error) {
    if (error.fatal) this.detail = error.message;
    this.retryAfterMs = error.retry_after_ms ?? 0;
    this.events.message(error);
  }

  /** What belongs to a turn. @param {{type: string} & Record<string, any>} message @param {Reception} reception */
  turned(message, reception) {
    if (message.type === "flush") {
      this.drop(message.turn, message.fade_ms);
      this.events.message(message);
      return;
    }
    if (message.type === "segment") {
      const media = reception.take(message);
      if (media) this.events.media(media);
      return;
    }
    if (reception.stale(message.turn)) return;
    if (message.type === "turn") reception.begin(message.turn);
    if (message.type === "end") reception.end(message.turn);
    this.events.message(message);
  }
}
