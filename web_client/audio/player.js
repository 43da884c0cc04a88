/**
 * The main thread's side of the voice: makes the audio context, hands samples to the worklet and reads the device's clock.
 * A browser lets sound begin only after the user did something on the page: `wake` is to be called then.
 */

export class Player {
  /**
   * @param {object} options
   * @param {(anchor: import("../core/media_clock.js").Anchor, peer?: number) => void} options.onAnchor
   * @param {(error: unknown) => void} options.onError the audio device or the worklet cannot be had
   * @param {number} [options.targetMs] voice held before a turn begins
   * @param {AudioContext} [options.context] one that the page already has
   * @param {AudioNode} [options.destination] where the voice goes instead of the loudspeaker
   * @param {string | URL} [options.workletUrl] where worklet.js lies if not beside this module
   */
  constructor({ onAnchor, onError, targetMs = 120, context, destination, workletUrl }) {
    this.onAnchor = onAnchor;
    this.onError = onError;
    this.targetMs = targetMs;
    this.context = context ?? null;
    this.ownsContext = context === undefined;
    this.destination = destination;
    this.workletUrl = workletUrl ?? new URL("./worklet.js", import.meta.url);
    /** @type {AudioWorkletNode | null} */
    this.node = null;
    /** Settled once the worklet is loaded; null before the first `wake`. @type {Promise<void> | null} */
    this.loaded = null;
    this.closed = false;
    /** @type {{message: object, transfer: Transferable[]}[]} until the worklet is loaded */
    this.early = [];
  }

  /** Whether sound can come out now. */
  get running() {
    return this.context?.state === "running" && this.node !== null;
  }

  /** Begins or continues the audio context. Call it from a user's action. */
  wake() {
    if (!this.context) this.context = new AudioContext({ latencyHint: "interactive" });
    if (this.context.state === "suspended") this.context.resume().catch((error) => this.fail(error));
    if (!this.loaded) {
      this.loaded = this.context.audioWorklet.addModule(this.workletUrl);
      this.open(this.context, this.loaded).catch((error) => this.fail(error));
    }
  }

  /** What closing it breaks off is no fault. @param {unknown} error */
  fail(error) {
    if (!this.closed) this.onError(error);
  }

  /**
   * The audio context with the worklet loaded; as for `wake`, best asked for from a user's action.
   * @returns {Promise<AudioContext>} rejected where the worklet cannot be had
   */
  async ready() {
    this.wake();
    await this.loaded;
    return /** @type {AudioContext} */ (this.context);
  }

  /** @param {AudioContext} context @param {Promise<void>} loaded */
  async open(context, loaded) {
    await loaded;
    if (this.closed) return;
    const node = new AudioWorkletNode(context, "facewire-voice", {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions: { targetMs: this.targetMs },
    });
    node.port.onmessage = ({ data: { peer, ...anchor } }) => this.onAnchor(anchor, peer);
    node.onprocessorerror = this.onError;
    node.connect(this.destination ?? context.destination);
    this.node = node;
    for (const { message, transfer } of this.early.splice(0)) node.port.postMessage(message, transfer);
  }

  /** @param {object} message @param {Transferable[]} [transfer] */
  post(message, transfer = []) {
    if (this.node) this.node.port.postMessage(message, transfer);
    else this.early.push({ message, transfer });
  }

  /** Takes the samples over. @param {number} turn @param {number} pts @param {number} rate @param {Float32Array} samples */
  push(turn, pts, rate, samples) {
    this.post({ type: "push", turn, pts, rate, samples }, [samples.buffer]);
  }

  /** @param {number} turn */
  end(turn) {
    this.post({ type: "end", turn });
  }

  /** @param {number} turn @param {number} fadeMs */
  flush(turn, fadeMs) {
    this.post({ type: "flush", turn, fadeMs });
  }

  /** @param {number} turn @param {number} level from 0 to 1 @param {number} fadeMs */
  duck(turn, level, fadeMs) {
    this.post({ type: "duck", turn, level, fadeMs });
  }

  /**
   * Takes the samples of one of a room over. What cannot be heard at once is not kept.
   * @param {number} peer @param {number} rate @param {number} run @param {number} start @param {Float32Array} samples
   */
  speech(peer, rate, run, start, samples) {
    if (this.running) this.post({ type: "speech", peer, rate, run, start, samples }, [samples.buffer]);
  }

  /** Nothing follows in this run of a peer. @param {number} peer @param {number} run */
  hush(peer, run) {
    if (this.running) this.post({ type: "hush", peer, run });
  }

  /** How loud one of a room is played. @param {number} peer @param {number} rate @param {number} volume */
  tune(peer, rate, volume) {
    this.post({ type: "tune", peer, rate, volume });
  }

  /** One of a room is gone. @param {number} peer */
  drop(peer) {
    if (this.node) this.post({ type: "drop", peer });
    else this.early = this.early.filter(({ message }) => !("peer" in message) || message.peer !== peer);
  }

  /**
   * Device time in seconds of what is heard at the moment `now`, or null while no sound can be.
   * @param {number} now of performance.now()
   */
  heardAt(now) {
    const { context } = this;
    if (!context || !this.running) return null;
    const stamp = context.getOutputTimestamp?.();
    if (stamp?.contextTime && stamp.performanceTime) return stamp.contextTime + (now - stamp.performanceTime) / 1000;
    return context.currentTime - this.latencySeconds;
  }

  /** From a sample's making to the ear, as far as the browser knows. */
  get latencySeconds() {
    const context = this.context;
    return context ? context.outputLatency || context.baseLatency || 0 : 0;
  }

  close() {
    this.closed = true;
    this.node?.disconnect();
    this.node = null;
    if (this.ownsContext) this.context?.close().catch(() => {});
  }
}
