/**
 * The audio thread: pulls the avatar's voice out of a Playout, adds those of a room, and says where each stands; cuts what
 * the microphone hears into messages. Runs in AudioWorkletGlobalScope.
 */

import { Capture } from "../core/capture.js";
import { LivePlayout } from "../core/live_playout.js";
import { Mixer, PeerVoice } from "../core/mixer.js";
import { Playout } from "../core/playout.js";

/** While nothing changes an anchor is due after this many blocks of 128 samples: about 21 ms at 48 kHz. */
const ANCHOR_BLOCKS = 8;

/**
 * A context that has just started may leave the worklet out for some tens of milliseconds while its clock runs on.
 * The voice waits until this many blocks have followed each other without a hole.
 */
const STEADY_BLOCKS = 16;

/** A position that is farther than this from where it was to be has leapt. */
const LEAP_US = 2000;

/** What was last said of a voice, to know when there is something new. */
class Said {
  constructor() {
    this.state = "";
    this.turn = -1;
    this.pts = 0;
    this.blocks = 0;
  }

  /** @param {Omit<import("../core/media_clock.js").Anchor, "time">} anchor @param {number} blockUs @returns {boolean} */
  old({ state, turn, pts }, blockUs) {
    this.blocks += 1;
    const same = state === this.state && turn === this.turn;
    const steady = state !== "playing" || Math.abs(pts - this.pts - this.blocks * blockUs) < LEAP_US;
    if (same && steady && (state === "idle" || this.blocks < ANCHOR_BLOCKS)) return true;
    this.state = state;
    this.turn = turn;
    this.pts = pts;
    this.blocks = 0;
    return false;
  }
}

class VoiceProcessor extends AudioWorkletProcessor {
  /** @param {{processorOptions: {targetMs: number}}} options */
  constructor(options) {
    super();
    this.playout = new Playout(sampleRate, options.processorOptions.targetMs);
    this.said = new Said();
    this.mixer = new Mixer();
    /** Of the peers. @type {Map<number, Said>} */
    this.saidOf = new Map();
    this.steady = 0;
    this.due = 0;
    this.port.onmessage = ({ data }) => {
      if (data.type === "speech") this.voice(data).playout.push(data.run, data.start, data.samples);
      else if (data.type === "hush") this.mixer.voices.get(data.peer)?.playout.end(data.run);
      else if (data.type === "tune") this.voice(data).volume = data.volume;
      else if (data.type === "drop") this.drop(data.peer);
      else if (data.type === "push") this.playout.push(data.turn, data.pts, data.rate, data.samples);
      else if (data.type === "end") this.playout.end(data.turn);
      else if (data.type === "flush") this.playout.flush(data.turn, data.fadeMs);
      else if (data.type === "duck") this.playout.duck(data.turn, data.level, data.fadeMs);
    };
  }

  /** The voice of a peer, made where it is new. @param {{peer: number, rate: number}} of */
  voice({ peer, rate }) {
    let voice = this.mixer.voices.get(peer);
    if (!voice) {
      voice = new PeerVoice(new LivePlayout(sampleRate, rate));
      this.mixer.voices.set(peer, voice);
      this.saidOf.set(peer, new Said());
    }
    return voice;
  }

  /** @param {number} peer */
  drop(peer) {
    this.mixer.drop(peer);
    this.saidOf.delete(peer);
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, outputs) {
    const [voice, ...others] = outputs[0];
    const hole = Math.abs(currentTime - this.due) * sampleRate > 1;
    this.due = currentTime + voice.length / sampleRate;
    if (this.steady < STEADY_BLOCKS) {
      this.steady = hole ? 0 : this.steady + 1;
      return true;
    }
    const anchor = this.playout.pull(voice);
    this.mixer.mix(voice);
    for (const channel of others) channel.set(voice);
    const blockUs = (1e6 * voice.length) / sampleRate;
    if (!this.said.old(anchor, blockUs) || hole) this.port.postMessage({ time: currentTime, ...anchor });
    for (const [peer, said] of this.saidOf) {
      const { anchor: of } = /** @type {PeerVoice} */ (this.mixer.voices.get(peer)).playout;
      if (!said.old(of, blockUs) || hole) this.port.postMessage({ peer, time: currentTime, ...of });
    }
    return true;
  }
}

/** Hears from its `begin` on. Gives out silence. */
class MicrophoneProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    /** @type {Capture | null} */
    this.capture = null;
    this.stream = 0;
    this.muted = false;
    this.ended = false;
    this.port.onmessage = ({ data }) => {
      if (data.type === "begin") {
        this.capture = new Capture(sampleRate, data.rate);
        this.stream = data.stream;
      } else if (data.type === "mute") this.muted = data.muted;
      else if (data.type === "end") this.ended = true;
      if (this.capture) this.capture.muted = this.muted;
    };
  }

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const [mono] = inputs[0];
    if (mono && this.capture) {
      for (const sound of this.capture.hear(mono)) {
        this.port.postMessage({ stream: this.stream, ...sound }, [sound.audio.buffer]);
      }
    }
    return !this.ended;
  }
}

registerProcessor("facewire-voice", VoiceProcessor);
registerProcessor("facewire-microphone", MicrophoneProcessor);
