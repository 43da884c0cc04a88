/**
 * What the audio thread does: the voice of one turn after another, from arrival to the device.
 *
 *     idle -> priming -> playing <-> starved -> draining -> idle,   flushing from anywhere
 *
 * Pure: samples come in by `push`, blocks go out by `pull`, which also gives the state and media position at the
 * block's first sample. A block is silent unless the state is playing, draining or flushing. Media position
 * moves only with real samples: in a gap it stands still. protocol/PLAYOUT.md is normative.
 */

import { AudioRing } from "./audio_ring.js";
import { Cushion } from "./cushion.js";
import { Fader } from "./fader.js";
import { Resampler } from "./resampler.js";

/** @typedef {"idle" | "priming" | "playing" | "starved" | "draining" | "flushing"} PlayoutState */

const FADE_MS = 5;
const CAPACITY_S = 12;

export class Playout {
  /** @param {number} deviceRate @param {number} [targetMs] voice held before a turn begins */
  constructor(deviceRate, targetMs = 120) {
    this.deviceRate = deviceRate;
    this.cushion = new Cushion(targetMs);
    /** @type {PlayoutState} */
    this.state = "idle";
    /** Counts the turns taken up, over all sessions. */
    this.stream = 0;
    /** Turn heard now or last. */
    this.turn = -1;
    /** Whether the block before said idle. */
    this.rested = true;
    this.underruns = 0;
    /** @type {{turn: number, rate: number, start: number, chunks: Float32Array[], ended: boolean}[]} */
    this.waiting = [];
    this.ended = false;
    this.fader = new Fader();
    /** Turn up to which voice is heard with the fader's loudness. */
    this.ducked = -1;
    this.origin = 0;
    this.rate = deviceRate;
    this.ring = new AudioRing(1, 1);
    this.resampler = new Resampler(1, 1);
    this.input = new Float32Array(0);
  }

  /**
   * Samples that follow what was pushed for this turn; a new turn waits until the one before is over.
   * @param {number} turn @param {number} pts media time of the first sample, read for a turn's first only
   * @param {number} rate of the stream @param {Float32Array} samples
   */
  push(turn, pts, rate, samples) {
    if (turn === this.turn && this.state !== "idle" && this.state !== "flushing") {
      this.ring.write(samples);
      return;
    }
    let stream = this.waiting.find((s) => s.turn === turn);
    if (!stream) {
      stream = { turn, rate, start: Math.round((pts * rate) / 1e6), chunks: [], ended: false };
      this.waiting.push(stream);
    }
    stream.chunks.push(samples);
  }

  /** Nothing follows in this turn. @param {number} turn */
  end(turn) {
    if (turn === this.turn) this.ended = true;
    for (const stream of this.waiting) if (stream.turn === turn) stream.ended = true;
  }

  /** Drops this turn and all before it with a short fade. @param {number} turn @param {number} fadeMs */
  flush(turn, fadeMs) {
    this.waiting = this.waiting.filter((s) => s.turn > turn);
    if (turn >= this.ducked) this.ducked = -1;
    if (this.turn > turn || this.state === "idle" || this.state === "flushing") return;
    if (this.state === "playing" || this.state === "draining") {
      this.ring.cut(Math.round((fadeMs * this.rate) / 1000));
      this.state = "flushing";
    } else this.state = "idle";
    this.ended = true;
  }

  /**
   * Within `fadeMs` gives the voice of this turn and all before it `level` times its loudness.
   * @param {number} turn @param {number} level from 0 to 1 @param {number} fadeMs
   */
  duck(turn, level, fadeMs) {
    this.ducked = Math.max(this.ducked, turn);
    if (this.turn <= turn) this.fader.fade(level, Math.round((fadeMs * this.deviceRate) / 1000));
  }

  /** Milliseconds of voice held for the current turn. */
  get bufferedMs() {
    return this.state === "idle" ? 0 : (1000 * this.ring.available) / this.rate;
  }

  /** Media time in microseconds of the next sample out. */
  get pts() {
    const position = Math.min(this.origin + this.resampler.position, this.ring.readAt);
    return (position * 1e6) / this.rate;
  }

  /**
   * The next block. What is said of it holds at its first sample. A block that says idle lies between two turns.
   * @param {Float32Array} out filled completely
   * @returns {Omit<import("./media_clock.js").Anchor, "time">}
   */
  pull(out) {
    if (this.state === "idle" && this.rested) this.open();
    if ((this.state === "priming" || this.state === "starved") && this.ready()) this.play();
    if (this.state === "playing" && this.ended) this.state = "draining";
    const { stream, turn, pts, received, state, bufferedMs, underruns } = this;
    this.rested = state === "idle";
    if (this.state === "playing" || this.state === "draining" || this.state === "flushing") this.voice(out);
    else out.fill(0);
    this.fader.apply(out);
    return { stream, turn, pts, received, state, bufferedMs, underruns };
  }

  /** Media time in microseconds up to which the current turn was received. */
  get received() {
    return (this.ring.writtenTo * 1e6) / this.rate;
  }

  /** Samples lost because more came than the ring holds. */
  get overrun() {
    return this.ring.overrun;
  }

  /** Takes up the next waiting turn. */
  open() {
    const stream = this.waiting.shift();
    if (!stream) return;
    if (stream.rate !== this.rate || this.ring.samples.length === 1) {
      this.ring = new AudioRing(CAPACITY_S * stream.rate, Math.round((FADE_MS * stream.rate) / 1000));
      this.resampler = new Resampler(stream.rate, this.deviceRate);
    }
    this.rate = stream.rate;
    this.stream += 1;
    if (stream.turn > this.ducked) this.fader.reset();
    this.turn = stream.turn;
    this.ended = stream.ended;
    this.origin = stream.start;
    this.ring.clear(stream.start);
    this.resampler.reset();
    for (const chunk of stream.chunks) this.ring.write(chunk);
    this.state = "priming";
  }

  ready() {
    return this.ended || this.bufferedMs >= this.cushion.ms;
  }

  /** From silence to voice: the filter begins afresh where the ring stands. */
  play() {
    this.origin = this.ring.readAt;
    this.resampler.reset();
    this.state = "playing";
  }

  /** @param {Float32Array} out */
  voice(out) {
    const need = this.resampler.need(out.length);
    if (need > this.input.length) this.input = new Float32Array(2 * need);
    const last = this.state !== "playing";
    const real = this.ring.read(this.input, need, last);
    this.resampler.process(this.input, out, out.length);
    if (last && this.origin + this.resampler.position >= this.ring.writtenTo) this.state = "idle";
    else if (!last && real < need) this.starve();
    else this.cushion.relax(out.length / this.deviceRate);
  }

  starve() {
    this.state = "starved";
    this.underruns += 1;
    this.cushion.grow();
    this.origin = this.ring.readAt;
    this.resampler.reset();
  }
}
