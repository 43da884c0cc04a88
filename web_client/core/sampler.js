/**
 * The face to show now: the frame at the playhead while a turn is heard, else a loop that keeps the avatar
 * breathing, with soft steps between the two.
 *
 * Where frames fail or the voice stands still, the face is held for 150 ms, then passes to the loop, whose mouth
 * is at rest, with a time constant of 120 ms. Nothing is extrapolated.
 */

import { FrameBuffer, mix } from "./frame_buffer.js";

const EASE_IN_MS = 70;
const EASE_OUT_MS = 160;
const FLUSH_OUT_MS = 120;
const LOOP_FADE_MS = 350;
const HOLD_MS = 150;
const RELAX_MS = 120;
/** Frames so far behind what is shown are forgotten. */
export const KEPT_US = 1_000_000;

/**
 * @typedef {"idle" | "listening" | "thinking" | "speaking"} AvatarState
 * @typedef {{fps: number, frames: Float32Array[]}} Clip
 */

/** Smooth from 0 to 1 with flat ends. @param {number} x */
const ease = (x) => {
  const t = Math.min(Math.max(x, 0), 1);
  return t * t * (3 - 2 * t);
};

/** Short loops of frames, cross-faded. */
class Loops {
  /** @param {number} size numbers of a frame */
  constructor(size) {
    /** @type {Map<string, Clip>} */
    this.clips = new Map();
    this.name = "idle";
    /** @type {Clip | undefined} what is passed from */
    this.before = undefined;
    this.since = -Infinity;
    this.now = -Infinity;
    this.scratch = new Float32Array(size);
  }

  /** Another mood has other loops: the one shown passes into its successor. @param {string} name @param {Clip} clip */
  set(name, clip) {
    const shown = this.clips.get(name);
    this.clips.set(name, clip);
    if (shown && name === this.name) this.leave(shown);
  }

  /** @param {Clip | undefined} clip */
  leave(clip) {
    this.before = clip;
    this.since = this.now;
  }

  /** @param {AvatarState} state @param {number} now */
  choose(state, now) {
    const name = this.clips.has(state) ? state : "idle";
    this.now = now;
    if (name === this.name) return;
    this.leave(this.clips.get(this.name));
    this.name = name;
  }

  /** @param {number} now milliseconds @param {Float32Array} out */
  sample(now, out) {
    frameOf(this.clips.get(this.name), now, out);
    const share = ease((now - this.since) / LOOP_FADE_MS);
    if (share >= 1) return;
    frameOf(this.before, now, this.scratch);
    mix(this.scratch, out, share, out);
  }
}

/** @param {Clip | undefined} clip @param {number} now @param {Float32Array} out */
function frameOf(clip, now, out) {
  if (!clip) {
    out.fill(0);
    return;
  }
  const at = ((now / 1000) * clip.fps) % clip.frames.length;
  const i = Math.floor(at);
  mix(clip.frames[i], clip.frames[(i + 1) % clip.frames.length], at - i, out);
}

export class Sampler {
  /** @param {number} size numbers of a frame: weights and three angles */
  constructor(size) {
    this.loops = new Loops(size);
    /** @type {Map<number, FrameBuffer>} */
    this.turns = new Map();
    this.out = new Float32Array(size);
    this.rest = new Float32Array(size);
    this.voice = new Float32Array(size);
    this.presence = 0;
    this.outMs = EASE_OUT_MS;
    this.turn = -1;
    this.shown = -1;
    this.still = 0;
    this.relaxed = 0;
    this.last = -1;
  }

  /** A loop to show while nothing is said. @param {string} name @param {number} fps @param {Float32Array[]} frames */
  setLoop(name, fps, frames) {
    if (frames.length > 0) this.loops.set(name, { fps, frames });
  }

  /** @param {number} turn @param {number} pts @param {Float32Array} frame */
  insert(turn, pts, frame) {
    let buffer = this.turns.get(turn);
    if (!buffer) this.turns.set(turn, (buffer = new FrameBuffer()));
    buffer.insert(pts, frame);
  }

  /** Forgets the frames of this turn before `pts`, but the last of them; for a screen that is off. @param {number} turn @param {number} pts */
  forget(turn, pts) {
    this.turns.get(turn)?.dropBefore(pts);
  }

  /** Forgets the frames of this turn and all before it. @param {number} turn */
  forgetTurns(turn) {
    for (const known of this.turns.keys()) if (known <= turn) this.turns.delete(known);
  }

  /** Forgets the frames of this turn and all before it; the face goes to rest. @param {number} [turn] all without */
  flush(turn = Infinity) {
    this.forgetTurns(turn);
    if (this.turn <= turn) this.turn = -1;
    this.outMs = FLUSH_OUT_MS;
  }

  /**
   * The face at one moment.
   * @param {number} now milliseconds of real time, never going back
   * @param {{turn: number, pts: number, state: import("./playout.js").PlayoutState}} heard from the media clock
   * @param {AvatarState} avatar which loop fits
   * @param {number} [aheadUs] how much later than `heard` the picture lights up
   * @returns {{frame: Float32Array, shown: number}} the frame is reused by the next call; `shown` is its media
   *   time, -1 when no turn is shown
   */
  sample(now, heard, avatar, aheadUs = 0) {
    const passed = this.last < 0 ? 0 : Math.max(0, now - this.last);
    this.last = now;
    this.loops.choose(avatar, now);
    this.loops.sample(now, this.rest);
    const speaking = heard.state === "playing" || heard.state === "draining";
    const buffer = this.turns.get(heard.turn);
    const present = buffer !== undefined && (speaking || heard.state === "starved");
    if (present) this.follow(buffer, heard.turn, heard.pts + (speaking ? aheadUs : 0), speaking, passed);
    this.fade(present, passed);
    mix(this.rest, this.voice, ease(this.presence), this.out);
    return { frame: this.out, shown: present ? this.shown : -1 };
  }

  /**
   * Takes the frame at `pts`, or holds and relaxes the face while the voice stands or frames are missing.
   * @param {FrameBuffer} buffer @param {number} turn @param {number} pts @param {boolean} moving whether the voice is
   * @param {number} passed milliseconds
   */
  follow(buffer, turn, pts, moving, passed) {
    if (turn !== this.turn) {
      this.forgetTurns(turn - 1);
      this.turn = turn;
      this.shown = -1;
      this.relaxed = 0;
      this.outMs = EASE_OUT_MS;
    }
    buffer.dropBefore(pts - KEPT_US);
    const before = this.shown;
    this.shown = buffer.sample(pts, this.voice);
    this.still = moving && this.shown !== before ? 0 : this.still + passed;
    if (this.still > HOLD_MS) this.relaxed += (1 - this.relaxed) * (1 - Math.exp(-passed / RELAX_MS));
    else this.relaxed = Math.max(0, this.relaxed - passed / EASE_IN_MS);
    if (this.relaxed > 0) mix(this.voice, this.rest, this.relaxed, this.voice);
  }

  /** @param {boolean} present @param {number} passed */
  fade(present, passed) {
    if (present) this.presence = Math.min(1, this.presence + passed / EASE_IN_MS);
    else this.presence = Math.max(0, this.presence - passed / this.outMs);
  }
}
