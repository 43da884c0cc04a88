/**
 * What the audio thread does with one speaker of a room: live voice, from arrival to the device.
 *
 *     idle -> priming -> playing <-> starved -> draining -> idle,   flushing from anywhere
 *
 * As `Playout`, but for what cannot wait: as little is held as the network allows. The fill is steered to its target by
 * playing up to half a per cent faster or slower; far too much is cut out. A speaker speaks in runs, between which
 * nothing comes; each is primed anew. Pure; `pull` makes no objects. protocol/PLAYOUT.md is normative.
 */

import { JitterTarget, LIVE_TARGET_MS } from "./jitter.js";
import { LiveRing } from "./live_ring.js";
import { Resampler } from "./resampler.js";

const FADE_MS = 5;
const CAPACITY_S = 2;
const WINDOW_S = 0.2;
const SMOOTHING = 0.25;
/** Share of speed for each millisecond that the fill is off. */
const STEERING = 0.00025;
const FASTEST = 0.005;
/** Times the target: what is more is cut down where it is quiet. */
const SOME = 1.35;
/** Times the target: what is more is cut down anywhere. */
const MUCH = 2;
/** No more than this beyond the target is ever waited for. */
const BEYOND_MS = 250;
/** A run of which nothing came for so long is over, if nobody said so. */
const OVER_S = 0.3;

export class LivePlayout {
  /** @param {number} deviceRate @param {number} rate of the voice @param {number} [targetMs] held on a good network */
  constructor(deviceRate, rate, targetMs = LIVE_TARGET_MS) {
    this.deviceRate = deviceRate;
    this.rate = rate;
    /** @type {import("./playout.js").PlayoutState} */
    this.state = "idle";
    /** Run heard now or last. */
    this.run = -1;
    this.underruns = 0;
    this.target = new JitterTarget(targetMs);
    this.ring = new LiveRing(CAPACITY_S * rate, Math.round((FADE_MS * rate) / 1000));
    this.resampler = new Resampler(rate, deviceRate);
    this.input = new Float32Array(0);
    this.origin = 0;
    this.ended = false;
    /** Runs that have come and are not yet played. @type {{run: number, start: number, samples: Float32Array}[]} */
    this.waiting = [];
    this.waitingEnded = -1;
    /** Samples that the device has had, in all, when voice came last, and when it ran dry. */
    this.pulled = 0;
    this.arrived = 0;
    this.stoodSince = 0;
    /** Whether the voice ran dry, and it is not yet known whether that was its end. */
    this.cutShort = false;
    this.newest = -1;
    this.level = -1;
    this.window = 0;
    this.fill = 0;
    /**
     * What holds at the first sample of the last block; changed by each `pull`. The run stands for stream and turn.
     * @type {Omit<import("./media_clock.js").Anchor, "time">}
     */
    this.anchor = { stream: -1, turn: -1, pts: 0, received: 0, state: "idle", bufferedMs: 0, underruns: 0, targetMs };
  }

  /** Milliseconds of voice held for the current run. */
  get bufferedMs() {
    return this.state === "idle" ? 0 : (1000 * this.ring.available) / this.rate;
  }

  /**
   * Takes samples over. A new run waits until the one before has been played. Nothing comes of a run after its `end`.
   * @param {number} run @param {number} start number of the first sample @param {Float32Array} samples
   */
  push(run, start, samples) {
    if (run !== this.newest) {
      this.newest = run;
      this.target.begin();
    }
    this.target.arrive(this.pulled / this.deviceRate, (start + samples.length) / this.rate, samples.length / this.rate);
    this.arrived = this.pulled;
    if (run === this.run && this.state !== "flushing") {
      this.resume(start, samples);
      return;
    }
    this.waiting.push({ run, start, samples });
    this.ended = true;
    while (this.waiting.reduce((sum, { samples: s }) => sum + s.length, 0) > CAPACITY_S * this.rate) this.waiting.shift();
  }

  /** Nothing follows in this run. @param {number} run */
  end(run) {
    if (run === this.run) this.ended = true;
    else this.waitingEnded = run;
  }

  /** Drops what is here, with a fade. @param {number} fadeMs */
  flush(fadeMs) {
    this.waiting = [];
    this.newest = -1;
    if (this.state === "playing" || this.state === "draining") {
      this.ring.cut(Math.round((fadeMs * this.rate) / 1000));
      this.state = "flushing";
    } else if (this.state !== "flushing") {
      this.state = "idle";
      this.ring.clear(this.ring.writtenTo);
    }
    this.ended = true;
  }

  /** The next block. @param {Float32Array} out filled completely @returns {LivePlayout["anchor"]} reused by the next call */
  pull(out) {
    this.turnOver();
    this.mark();
    if (this.state === "playing" || this.state === "draining" || this.state === "flushing") this.voice(out);
    else out.fill(0);
    this.pulled += out.length;
    return this.anchor;
  }

  /** The state of the next block. */
  turnOver() {
    if (this.state === "idle" && this.waiting.length > 0) this.open();
    if (this.state === "priming" || this.state === "starved") {
      this.ended ||= this.pulled - this.arrived >= OVER_S * this.deviceRate;
      if (this.ended || this.bufferedMs >= this.target.ms) this.play();
    }
    if (this.state === "playing" && this.ended) this.state = "draining";
  }

  mark() {
    const { anchor, ring, rate } = this;
    anchor.stream = this.run;
    anchor.turn = this.run;
    anchor.pts = (Math.min(this.origin + this.resampler.position, ring.readAt) * 1e6) / rate;
    anchor.received = (ring.writtenTo * 1e6) / rate;
    anchor.state = this.state;
    anchor.bufferedMs = this.bufferedMs;
    anchor.underruns = this.underruns;
    anchor.targetMs = this.target.ms;
  }

  /** Takes up the next run that waits. */
  open() {
    this.run = this.waiting[0].run;
    this.ring.clear(this.waiting[0].start);
    while (this.waiting[0]?.run === this.run) {
      const { start, samples } = /** @type {LivePlayout["waiting"][0]} */ (this.waiting.shift());
      this.ring.writeAt(start, samples);
    }
    this.ended = this.waiting.length > 0 || this.waitingEnded === this.run;
    this.cutShort = false;
    this.stand("priming");
  }

  /**
   * More of the run has come. If it had run dry, and nothing was left out, the network was to blame. If something was left
   * out, the silence since then stands for it, and the voice goes on in its time.
   * @param {number} start @param {Float32Array} samples
   */
  resume(start, samples) {
    const hole = start - this.ring.writtenTo;
    let stood = Infinity;
    if (this.cutShort && hole <= 0) {
      this.underruns += 1;
      this.target.cushion.grow();
    } else if (this.cutShort && this.state === "starved") {
      stood = Math.round(((this.pulled - this.stoodSince) * this.rate) / this.deviceRate);
    }
    this.ring.writeAt(start, samples, stood);
    this.cutShort = false;
    this.ended = false;
    if (hole >= stood) this.play();
    else if (this.state === "idle") this.stand("priming");
    else if (this.state === "draining") this.state = "playing";
  }

  /** From silence to voice: the filter begins afresh where the ring stands. */
  play() {
    const most = Math.trunc(((this.target.ms + BEYOND_MS) * this.rate) / 1000);
    this.ring.leave(Math.max(0, this.ring.available - most));
    this.level = -1;
    this.window = 0;
    this.fill = 0;
    this.stand("playing");
  }

  /** Into a state where the ring stands. @param {import("./playout.js").PlayoutState} state */
  stand(state) {
    this.state = state;
    this.origin = this.ring.readAt;
    this.resampler.reset();
  }

  /** @param {Float32Array} out */
  voice(out) {
    const { ring, resampler } = this;
    if (this.state === "playing") this.steer(out.length);
    const need = resampler.need(out.length);
    if (need > this.input.length) this.input = new Float32Array(2 * need);
    const { skipped } = ring;
    const real = ring.read(this.input, need, false);
    resampler.process(this.input, out, out.length);
    this.origin += ring.skipped - skipped;
    if (this.state !== "playing" && this.origin + resampler.position >= ring.writtenTo) this.state = "idle";
    else if (this.state === "playing" && real < need) {
      this.cutShort = true;
      this.stoodSince = this.pulled;
      this.stand("starved");
    } else this.target.cushion.relax(out.length / this.deviceRate);
  }

  /** Every `WINDOW_S` the speed, and whether to cut, from the mean fill since the last time. @param {number} n */
  steer(n) {
    this.fill += n * this.bufferedMs;
    this.window += n;
    if (this.window < WINDOW_S * this.deviceRate) return;
    const mean = this.fill / this.window;
    this.window = 0;
    this.fill = 0;
    this.level = this.level < 0 ? mean : this.level + SMOOTHING * (mean - this.level);
    const target = this.target.ms;
    if (mean > SOME * target) this.level -= (1000 * this.shorten(mean - target, mean > MUCH * target)) / this.rate;
    const off = STEERING * (this.level - target);
    this.resampler.steer(1 + Math.min(Math.max(off, -FASTEST), FASTEST));
  }

  /** Cuts out what waits beyond the target. @param {number} excessMs @param {boolean} anywhere @returns {number} samples */
  shorten(excessMs, anywhere) {
    const samples = (/** @type {number} */ ms) => Math.trunc((ms * this.rate) / 1000);
    const quiet = this.ring.cutQuiet(samples(excessMs));
    return quiet > 0 || !anywhere ? quiet : this.ring.cutVoice(samples(excessMs), samples(excessMs - BEYOND_MS));
  }
}
