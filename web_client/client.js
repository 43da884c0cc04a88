/**
 * FaceWire in the browser: `connect`, then `text`, `say` or `speak`, and each display frame `face(performance.now())`.
 * Gathers the parts of `core/` and `audio/`; what it gives out is described in `client.d.ts`.
 */

import { Microphone, MicrophoneError } from "./audio/microphone.js";
import { Player } from "./audio/player.js";
import { Company, RoomError } from "./core/company.js";
import { HEAD_ANGLES, timedFrames, unpackFace } from "./core/face_format.js";
import { Lines } from "./core/lines.js";
import { DeviceClock, MediaClock } from "./core/media_clock.js";
import { Mirror } from "./core/mirror.js";
import { Reports } from "./core/reports.js";
import { Sampler } from "./core/sampler.js";
import { Session } from "./core/session.js";
import { CHANNELS, ShapeMapper } from "./core/shape_mapper.js";
import { SoundStream } from "./core/sound_stream.js";

export { CHANNELS, MicrophoneError, RoomError, ShapeMapper };

const VERSION = "0.1.0";
const WATCH_MS = 50;
const INTERRUPT_FADE_MS = 10;
/** An audio device that was allowed to start has started after this time. */
const START_MS = 400;
const FINAL = new Set(["closed", "rejected", "unauthorised", "taken_over"]);
/** More than this between two pictures is a picture missed, not the interval of the display. */
const LONGEST_FRAME_MS = 34;
const MICROPHONE_RATE = 16000;
const NO_RECOGNIZER =
  "This server does not understand speech: it has no recognizer. Type instead; whoever runs it can name one in config.yaml, under engines: recognizer.";
/** Sound that the network may hold up, in seconds; what is more is left out. */
const BACKLOG_S = 1;
const NO_WEIGHTS = new Float32Array(0);
const NO_HEAD = new Float32Array(3);
/** @type {import("./core/reports.js").Heard} */
const NOTHING = { turn: -1, pts: 0, state: "idle" };

/** @param {import("./client.d.ts").ConnectOptions} [options] @returns {import("./client.d.ts").Client} */
export function connect(options = {}) {
  const client = new Client(options);
  client.session.start();
  return client;
}

/** The WebSocket address beside the page: works under any path prefix. */
function beside() {
  const url = new URL("v1/stream", globalThis.location.href);
  url.protocol = url.protocol.replace("http", "ws");
  return url.href;
}

class Client {
  /** @param {import("./client.d.ts").ConnectOptions} options */
  constructor(options) {
    const { url = beside(), token, character, language, mode = "converse", bufferMs = 120, offsetMs = 0 } = options;
    this.mode = mode;
    this.offsetUs = 1000 * offsetMs;
    /** @type {Map<string, Set<(event: any) => void>>} */
    this.listeners = new Map();
    /** @type {string[]} */
    this.channels = [];
    this.avatar = /** @type {import("./core/sampler.js").AvatarState} */ ("idle");
    this.lines = new Lines();
    this.clock = new MediaClock();
    this.device = new DeviceClock();
    /** @type {Sampler | null} */
    this.sampler = null;
    /** @type {Mirror | null} */
    this.mirror = null;
    this.heard = NOTHING;
    /** What `face` gives, each time the same. @type {import("./client.d.ts").Pose} */
    this.pose = { weights: NO_WEIGHTS, head: NO_HEAD, shown: -1, ...NOTHING };
    this.report = new Reports(this.clock);
    this.told = { turn: -1, state: "idle" };
    this.welcomes = 0;
    this.frameMs = 1000 / 60;
    this.lastFrame = 0;
    this.player = new Player({
      onAnchor: (anchor, peer) => this.clockOf(peer)?.add(anchor),
      onError: (error) => this.emit("fault", error),
      targetMs: bufferMs,
      context: options.audioContext,
      destination: options.destination,
      workletUrl: options.workletUrl,
    });
    /** What the microphone's messages count in; null where the server takes none. @type {SoundStream | null} */
    this.sound = null;
    /** Waiting for a welcome, or for the end. @type {(() => void)[]} */
    this.expecting = [];
    this.microphone = new Microphone(options.microphone ?? {}, {
      refusal: () => this.deaf(),
      context: () => this.player.ready(),
      rate: () => this.takenRate(),
      onSound: (sound) => this.tellSound(sound),
      onState: (state, error) => this.listens(state, error),
    });
    this.session = new Session({
      openSocket: (subprotocol) => new WebSocket(url, subprotocol),
      hello: {
        token: token || undefined,
        client: { name: options.name ?? "facewire-web", version: VERSION },
        mode,
        character,
        language,
        mic: { codec: "pcm16", rate: options.microphone?.rate ?? MICROPHONE_RATE },
        face: { format: options.faceFormat ?? "q8", fps: options.fps },
      },
      timers: { set: (task, ms) => setTimeout(task, ms), clear: (timer) => clearTimeout(timer) },
      events: {
        status: (status, detail) => this.became(status, detail),
        welcome: (welcome, resumed) => this.welcomed(welcome, resumed),
        media: (media) => this.received(media),
        flush: (turn, fadeMs) => this.flushed(turn, fadeMs),
        message: (message) => this.control(message),
        fault: (error) => this.emit("fault", error),
        wire: (sender, data) => this.emit("wire", { sender, data }),
      },
    });
    this.company = new Company(
      { player: this.player, device: this.device, aheadUs: () => this.aheadUs },
      {
        send: (message) => this.session.send(message),
        open: () => this.session.status === "open",
        emit: (event, detail) => {
          if (event === "room" && detail.room) this.tellMicrophone();
          this.emit(event, detail);
        },
      },
    );
    this.watch = setInterval(() => this.attend(performance.now()), WATCH_MS);
    if (options.audioContext) this.player.wake();
  }

  // --- what a page calls ---

  /** @param {string} event @param {(detail: any) => void} listener */
  on(event, listener) {
    const listeners = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  wake() {
    this.player.wake();
  }

  /** @param {string} text @param {string} [id] */
  text(text, id) {
    this.lines.drop();
    this.session.send({ type: "text", text, id });
  }

  /** @param {string} text @param {{mood?: string, queue?: "now" | "next" | "last", id?: string}} [options] */
  say(text, options = {}) {
    if (options.queue === "now") this.lines.drop();
    this.session.send({ type: "say", text, ...options });
  }

  /** @param {string} text @param {{mood?: string, queue?: "now" | "next" | "last"}} [options] */
  async speak(text, options = {}) {
    if (options.queue === "now") this.lines.drop();
    const { id, spoken } = this.lines.begin();
    try {
      this.session.send({ type: "say", text, ...options, id });
    } catch (error) {
      this.lines.refuse(error instanceof Error ? error.message : String(error));
    }
    return spoken;
  }

  /** @param {Record<string, string>} change */
  configure(change) {
    this.session.send({ type: "configure", ...change });
  }

  interrupt() {
    this.lines.drop();
    this.session.interrupt(INTERRUPT_FADE_MS);
  }

  get room() {
    return this.company.room;
  }

  get peers() {
    return this.company.peers;
  }

  /** @param {string} room @param {string} [name] */
  join(room, name) {
    return this.company.join(room, name);
  }

  leave() {
    this.company.leave();
  }

  close() {
    clearInterval(this.watch);
    this.company.forget();
    this.microphone.close();
    this.session.close();
    this.player.close();
  }

  get status() {
    return this.session.status;
  }

  get audible() {
    return this.player.running;
  }

  get bufferedMs() {
    return this.heard.state === "idle" ? 0 : (this.clock.newest?.bufferedMs ?? 0);
  }

  get underruns() {
    return this.clock.newest?.underruns ?? 0;
  }

  get latencyMs() {
    return 1000 * this.player.latencySeconds;
  }

  /** @param {number} now */
  face(now) {
    const interval = now - this.lastFrame;
    if (interval > 2 && interval < LONGEST_FRAME_MS) this.frameMs += 0.1 * (interval - this.frameMs);
    this.lastFrame = now;
    const heard = this.listen(now);
    const own = this.mirror?.heard(now);
    const { turn, pts, state } = own ? { ...own, turn: -1 } : heard;
    Object.assign(this.pose, { turn, pts, state });
    const ahead = own ? 0 : this.aheadUs;
    if (this.sampler) this.pose.shown = this.sampler.sample(now, own ?? heard, this.avatar, ahead).shown;
    return this.pose;
  }

  /** How much later than now a picture lights up, in microseconds: half an interval of the display. */
  get aheadUs() {
    return 500 * this.frameMs + this.offsetUs;
  }

  // --- what the parts call ---

  /** Of the avatar, or of a peer; undefined for one who is gone. @param {number} [peer] */
  clockOf(peer) {
    return peer === undefined ? this.clock : this.company.byNumber.get(peer)?.live.clock;
  }

  /** @param {string} event @param {any} detail */
  emit(event, detail) {
    for (const listener of this.listeners.get(event) ?? []) listener(detail);
  }

  /** @param {import("./client.d.ts").Status} status @param {string} detail */
  became(status, detail) {
    if (FINAL.has(status)) {
      this.lines.lose();
      this.company.forget();
      this.answer();
      if (this.microphone.state !== "off") this.microphone.end(this.deaf() ?? undefined);
    }
    if (status === "open" && this.microphone.state !== "off") this.tellMicrophone();
    this.emit("status", { status, detail });
  }

  // --- the microphone ---

  /** Why the server would not hear, as far as that is known. */
  deaf() {
    const { status, welcome } = this.session;
    if (FINAL.has(status)) return new MicrophoneError("unavailable", { detail: "The connection to the server has ended." });
    if (!welcome || welcome.mic) return null;
    return new MicrophoneError("unavailable", { detail: NO_RECOGNIZER });
  }

  answer() {
    for (const done of this.expecting.splice(0)) done();
  }

  /** The rate at which the server takes sound, once it has said so. @returns {Promise<number>} */
  async takenRate() {
    if (!this.session.welcome) await new Promise((done) => this.expecting.push(() => done(undefined)));
    const refusal = this.deaf();
    if (refusal) throw refusal;
    return this.session.welcome?.mic.rate;
  }

  /** @param {import("./core/capture.js").Sound} sound */
  tellSound({ position, audio, rms, peak }) {
    this.emit("level", { rms, peak });
    if (this.session.status !== "open" || !this.sound) return;
    if (this.session.backlog > 2 * BACKLOG_S * this.sound.rate) return;
    this.session.send(this.sound.message(position, audio));
  }

  /** @param {import("./client.d.ts").MicrophoneState} state @param {MicrophoneError} [error] */
  listens(state, error) {
    if (state === "on" && this.microphone.pressed && this.replying) this.interrupt();
    if (state !== "asking") this.tellMicrophone();
    this.emit("microphone", { state, error });
  }

  /** Whether a reply is heard, or about to be. */
  get replying() {
    return this.heard.state !== "idle" || this.avatar === "thinking" || this.avatar === "speaking";
  }

  tellMicrophone() {
    const { told } = this.microphone;
    if (told && this.sound && this.session.status === "open") this.session.send({ type: "mic", state: told });
  }

  /** A connection stands, and its microphone's numbers start from 0. @param {{rate: number} | undefined} mic */
  hears(mic) {
    this.sound = mic ? new SoundStream(mic.rate) : null;
    if (mic) this.microphone.begin(mic.rate);
    this.answer();
  }

  // --- what arrives ---

  /** Moves the clocks to `now`. @param {number} now of performance.now() */
  listen(now) {
    const heard = this.player.heardAt(now);
    if (heard !== null) this.heard = this.clock.at(this.device.observe(now / 1000, heard));
    return this.heard;
  }

  /** Between display frames, and when there are none: a hidden page still reports. @param {number} now */
  attend(now) {
    if (now - this.lastFrame > WATCH_MS) this.listen(now);
    this.tell(this.report.due(now, this.heard));
    this.lines.heard(this.report.turn, this.report.state);
    this.company.attend(now);
  }

  /** @param {import("./core/reports.js").Report[]} reports */
  tell(reports) {
    for (const report of reports) {
      this.session.send({ type: "played", ...report, output_latency_ms: this.latencyMs });
      const { turn, state, pts } = report;
      if (turn === this.told.turn && state === this.told.state) continue;
      this.told = { turn, state };
      this.emit("playback", { turn, state, pts });
    }
  }

  /** @param {Record<string, any>} welcome @param {boolean} resumed */
  welcomed(welcome, resumed) {
    if (!resumed || !this.sampler) this.begin(welcome.face.channels);
    this.mirror?.begin();
    this.avatar = resumed ? this.avatar : "idle";
    if (!resumed && this.welcomes++ > 0) this.lines.lose();
    this.emit("welcome", { ...welcome, isResumed: resumed });
    this.company.begin(welcome, resumed);
    this.hears(welcome.mic);
  }

  /** A new session: turns count from the start. @param {string[]} channels */
  begin(channels) {
    this.channels = channels;
    this.clock.forget();
    this.report = new Reports(this.clock);
    this.heard = NOTHING;
    const size = channels.length + HEAD_ANGLES;
    if (this.sampler?.out.length === size) this.sampler.flush();
    else {
      this.sampler = new Sampler(size);
      this.mirror = new Mirror(this.sampler);
    }
    this.pose.weights = this.sampler.out.subarray(0, channels.length);
    this.pose.head = this.sampler.out.subarray(channels.length);
  }

  /** @param {import("./core/reception.js").Media} media */
  received(media) {
    for (const { pts, frame } of media.frames) this.sampler?.insert(media.turn, pts, frame);
    if (media.samples.length === 0) return;
    if (!this.player.running) this.silent(media.turn);
    const rate = this.session.reception?.rate ?? 0;
    this.player.push(media.turn, media.pts, rate, media.samples);
  }

  /** Voice has come and the browser lets no sound out: the server should wait with us. @param {number} turn */
  silent(turn) {
    const reports = this.report.muted(performance.now(), turn);
    if (reports.length === 0) return;
    for (const report of reports) this.session.send({ type: "played", ...report });
    setTimeout(() => {
      if (!this.player.running && !this.player.closed) this.emit("silent", { turn });
    }, START_MS);
  }

  /** @param {number} turn @param {number} fadeMs */
  flushed(turn, fadeMs) {
    const now = performance.now();
    this.listen(now);
    this.player.flush(turn, fadeMs);
    this.sampler?.flush(turn);
    this.tell(this.report.flush(now, turn, this.heard));
    this.lines.flush(turn);
    this.emit("flush", { turn });
  }

  /** @param {{type: string} & Record<string, any>} message */
  control(message) {
    if (message.type === "mirror") return this.reflect(message);
    if (this.company.take(message, performance.now())) return;
    if (message.type === "state") this.avatar = message.state;
    else if (message.type === "end") this.ended(message.turn);
    else if (message.type === "duck") this.player.duck(message.turn, message.level, message.fade_ms);
    else if (message.type === "turn") this.lines.turn(message.turn, message.id);
    else if (message.type === "error" && message.turn === undefined) this.lines.refuse(message.message);
    else if (message.type === "clip") this.loop(message);
    this.emit(message.type, message);
  }

  /** Frames of the user's own face. @param {Record<string, any>} mirror */
  reflect({ face_pts, face }) {
    const format = this.session.welcome?.face;
    if (format) this.mirror?.add(performance.now(), timedFrames(face_pts, face, format));
  }

  /** @param {number} turn */
  ended(turn) {
    this.player.end(turn);
    this.lines.end(turn);
  }

  /** @param {Record<string, any>} clip */
  loop(clip) {
    const format = this.session.welcome?.face;
    if (!format) return;
    const frames = unpackFace(clip.face, format);
    this.sampler?.setLoop(clip.name, clip.fps, frames);
    this.company.setLoop(clip.name, clip.fps, frames);
  }
}
