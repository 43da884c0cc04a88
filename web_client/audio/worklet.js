/** The audio thread: pulls the voice out of a Playout and says where it stands. Runs in AudioWorkletGlobalScope. */

import { Playout } from "../core/playout.js";

/** While nothing changes an anchor is due after this many blocks of 128 samples: about 21 ms at 48 kHz. */
const ANCHOR_BLOCKS = 8;

class VoiceProcessor extends AudioWorkletProcessor {
  /** @param {{processorOptions: {targetMs: number}}} options */
  constructor(options) {
    super();
    this.playout = new Playout(sampleRate, options.processorOptions.targetMs);
    this.state = "";
    this.turn = -2;
    this.blocks = 0;
    this.port.onmessage = ({ data }) => {
      if (data.type === "push") this.playout.push(data.turn, data.pts, data.rate, data.samples);
      else if (data.type === "end") this.playout.end(data.turn);
      else if (data.type === "flush") this.playout.flush(data.turn, data.fadeMs);
    };
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, outputs) {
    const [voice, ...others] = outputs[0];
    const { state, turn, pts } = this.playout.pull(voice);
    for (const channel of others) channel.set(voice);
    this.blocks += 1;
    const changed = state !== this.state || turn !== this.turn;
    if (changed || (state !== "idle" && this.blocks >= ANCHOR_BLOCKS)) {
      this.state = state;
      this.turn = turn;
      this.blocks = 0;
      const { bufferedMs, underruns } = this.playout;
      this.port.postMessage({ time: currentTime, turn, pts, state, bufferedMs, underruns });
    }
    return true;
  }
}

registerProcessor("facewire-voice", VoiceProcessor);
