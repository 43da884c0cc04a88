/**
 * The user's microphone: asks for it, has the audio thread cut it into messages, mutes, closes, and says in plain
 * words why it cannot be had.
 */

/** Why there is no microphone, with what to do about it. */
const REASONS = {
  insecure: "This page may not use the microphone: open it over https, or from localhost.",
  unsupported: "This browser gives pages no microphone, or no AudioWorklet. Use a current one.",
  refused: "The microphone was refused. Allow it for this page in the browser's settings, and try again.",
  missing: "No microphone was found. Connect one, and try again.",
  busy: "The microphone cannot be opened: another program may hold it, or the system may refuse it to the browser.",
  lost: "The microphone is gone: it was unplugged, or taken back. Connect it, and open it again.",
  unavailable: "The server takes no microphone here.",
  failed: "The microphone could not be started.",
  closed: "The microphone was closed before it was open.",
};

/** What is still sent after `release`, in messages of 20 ms: a key is let go before the last word has come through the device. */
const TAIL = 6;

/** Names of what `getUserMedia` is rejected with. @type {Record<string, Code>} */
const REJECTIONS = {
  NotAllowedError: "refused",
  SecurityError: "refused",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

/** @typedef {keyof typeof REASONS} Code */
/** @typedef {import("../client.d.ts").MicrophoneOptions} Options */
/** @typedef {import("../client.d.ts").MicrophoneState} State */

export class MicrophoneError extends Error {
  name = "MicrophoneError";

  /** @param {Code} code @param {{cause?: unknown, detail?: string}} [more] */
  constructor(code, { cause, detail } = {}) {
    super(detail ?? REASONS[code], { cause });
    this.code = code;
  }
}

export class Microphone {
  /**
   * @param {Options} options
   * @param {object} parts
   * @param {() => MicrophoneError | null} parts.refusal known before the user is asked
   * @param {() => Promise<AudioContext>} parts.context with the worklet loaded
   * @param {() => Promise<number>} parts.rate at which the server takes sound; rejected where it takes none
   * @param {(sound: import("../core/capture.js").Sound) => void} parts.onSound not while it is muted
   * @param {(state: State, error?: MicrophoneError) => void} parts.onState
   */
  constructor(options, { refusal, context, rate, onSound, onState }) {
    this.options = options;
    this.refusal = refusal;
    this.context = context;
    this.rate = rate;
    this.onSound = onSound;
    this.onState = onState;
    /** @type {State} */
    this.state = "off";
    this.wantsMute = false;
    /** Push to talk: it is on for as long as that is held. */
    this.pressed = false;
    /** Messages to come before the release of push to talk holds. */
    this.tail = 0;
    /** Muted because push to talk was let go: what was said is complete. */
    this.finished = false;
    /** Counts what was asked for, so that an answer that comes late is known. */
    this.wish = 0;
    this.stream = 0;
    /** @type {Promise<void> | null} */
    this.opening = null;
    /** @type {MediaStream | null} */
    this.media = null;
    /** @type {AudioWorkletNode | null} */
    this.node = null;
    /** @type {MediaStreamAudioSourceNode | null} */
    this.source = null;
  }

  /** Asks the user, and begins. @returns {Promise<void>} rejected with a MicrophoneError */
  open() {
    if (this.state === "off") this.opening = this.ask(++this.wish);
    return this.opening ?? Promise.resolve();
  }

  mute() {
    this.pressed = false;
    this.hush(true);
  }

  unmute() {
    this.pressed = false;
    this.hush(false);
  }

  /** Push to talk: on until `release`. @returns {Promise<void>} as `open` */
  press() {
    if (this.pressed || (this.state === "on" && this.tail === 0)) return Promise.resolve();
    this.pressed = true;
    const opened = this.open();
    this.hush(false);
    return opened;
  }

  release() {
    if (!this.pressed) return;
    this.pressed = false;
    if (this.state === "on") this.tail = TAIL;
    else this.wantsMute = true; // let go before it was open, as who answers the browser does
  }

  close() {
    this.end();
  }

  /** What the server is to know of it; null before it was open. @returns {"open" | "muted" | "closed" | null} */
  get told() {
    if (this.state === "asking") return null;
    if (this.state === "on") return "open";
    return this.state === "muted" && !this.finished ? "muted" : "closed";
  }

  /** Another connection, whose numbers start from 0, and perhaps another rate. @param {number} rate */
  begin(rate) {
    this.stream += 1;
    this.node?.port.postMessage({ type: "begin", stream: this.stream, rate });
  }

  /** @param {number} wish */
  async ask(wish) {
    this.become("asking");
    try {
      const media = await this.request();
      if (wish === this.wish) this.media = media;
      else for (const track of media.getTracks()) track.stop();
      this.check(wish);
      const [rate, context] = await Promise.all([this.rate(), this.context()]);
      this.check(wish);
      this.connect(media, context, rate);
    } catch (error) {
      const known = error instanceof MicrophoneError ? error : new MicrophoneError("failed", { cause: error });
      if (wish === this.wish) this.end(known);
      throw known;
    }
  }

  /** @param {number} wish */
  check(wish) {
    if (wish !== this.wish) throw new MicrophoneError("closed");
  }

  /** @returns {Promise<MediaStream>} */
  async request() {
    const refusal = this.refusal();
    if (refusal) throw refusal;
    if (!globalThis.isSecureContext) throw new MicrophoneError("insecure");
    if (!navigator.mediaDevices?.getUserMedia || !globalThis.AudioWorkletNode) throw new MicrophoneError("unsupported");
    const { deviceId, echoCancellation = true, noiseSuppression = true, autoGainControl = true } = this.options;
    const device = deviceId === undefined ? {} : { deviceId: { exact: deviceId } };
    const audio = { ...device, echoCancellation, noiseSuppression, autoGainControl, channelCount: { ideal: 1 } };
    try {
      return await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      const { name } = /** @type {DOMException} */ (error);
      throw new MicrophoneError(REJECTIONS[name] ?? "busy", { cause: error });
    }
  }

  /** @param {MediaStream} media @param {AudioContext} context @param {number} rate */
  connect(media, context, rate) {
    const node = new AudioWorkletNode(context, "facewire-microphone", {
      channelCount: 1, // the browser mixes what has more
      channelCountMode: "explicit",
      outputChannelCount: [1],
    });
    node.port.onmessage = ({ data }) => this.heard(data);
    this.source = context.createMediaStreamSource(media);
    this.source.connect(node).connect(context.destination); // silence: a node that leads nowhere may not be run
    this.node = node;
    for (const track of media.getTracks()) track.onended = () => this.end(new MicrophoneError("lost"));
    this.begin(rate);
    this.hush(this.wantsMute);
  }

  /** @param {import("../core/capture.js").Sound & {stream: number}} sound */
  heard(sound) {
    if (sound.stream !== this.stream || this.state !== "on") return;
    this.onSound(sound);
    if (this.tail > 0 && --this.tail === 0) this.hush(true, true);
  }

  /** @param {boolean} muted @param {boolean} [finished] what was said is complete */
  hush(muted, finished = false) {
    this.wantsMute = muted;
    this.tail = 0;
    this.finished = finished;
    if (!this.node) return;
    this.node.port.postMessage({ type: "mute", muted });
    for (const track of this.media?.getTracks() ?? []) track.enabled = !muted;
    this.become(muted ? "muted" : "on");
  }

  /** @param {MicrophoneError} [error] why, where nobody asked for it */
  end(error) {
    this.wish += 1;
    for (const track of this.media?.getTracks() ?? []) {
      track.onended = null;
      track.stop();
    }
    this.node?.port.postMessage({ type: "end" });
    this.source?.disconnect();
    this.node?.disconnect();
    this.media = this.source = this.node = this.opening = null;
    this.wantsMute = this.pressed = this.finished = false;
    this.tail = 0;
    this.become("off", error);
  }

  /** @param {State} state @param {MicrophoneError} [error] */
  become(state, error) {
    if (state === this.state && !error) return;
    this.state = state;
    this.onState(state, error);
  }
}
