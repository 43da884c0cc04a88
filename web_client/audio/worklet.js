/**
 * The audio thread: pulls the voice out of a Playout and says where it stands; cuts what the microphone hears into
 * messages. Runs in AudioWorkletGlobalScope.
 */

import { Capture } from "../core/capture.js";
import { Playout } from "../core/playout.js";

/** While nothing changes an anchor is due after this many blocks of 128 samples: about 21 ms at 48 kHz. */
const ANCHOR_BLOCKS = 8;

/**
 * A context that has just started may leave the worklet out for some tens of milliseconds while its clock runs on.
 * The voice waits until this many blocks have followed each other without a hole.
 */
const STEADY_BLOCKS = 16;

class VoiceProcessor extends AudioWorkletProcessor {
  /** @param {{processorOptions: {targetMs: number}}} options */
  constructor(options) {
    super();
    this.playout = new Playout(sampleRate, options.processorOptions.targetMs);
    this.state = "";
    this.turn = -2;
    this.blocks = 0;
    this.steady = 0;
    this.due = 0;
    this.port.onmessage = ({ data }) => {
      if (data.type === "push") this.playout.push(data.turn, data.pts, data.rate, data.samples);
      else if (data.type === "end") this.playout.end(data.turn);
      else if (data.type === "flush") this.playout.flush(data.turn, data.fadeMs);
      else if (data.type === "duck") this.playout.duck(data.turn, data.level, data.fadeMs);
    };
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
    const { state, turn } = anchor;
    for (const channel of others) channel.set(voice);
    this.blocks += 1;
    const changed = hole || state !== this.state || turn !== this.turn;
    if (changed || (state !== "idle" && this.blocks >= ANCHOR_BLOCKS)) {
      this.state = state;
      this.turn = turn;
      this.blocks = 0;
      this.port.postMessage({ time: currentTime, ...anchor });
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
