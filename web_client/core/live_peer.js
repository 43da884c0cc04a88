/** One speaker of a room off the audio thread: what arrives, and the face of what is heard. */

import { HEAD_ANGLES } from "./face_format.js";
import { LiveClock } from "./live_clock.js";
import { LiveReception } from "./live_reception.js";
import { MediaClock } from "./media_clock.js";
import { Sampler } from "./sampler.js";

/** By so much for each number are the loops of the speakers apart, so that heads do not breathe in step. */
const LOOP_SHIFT_MS = 2700;
/** Frames that far behind the newest are forgotten, also while nobody looks. */
const HELD_US = 3_000_000;
const KEPT_RUNS = 2;
/** Without sound a run is over after this time without a segment. */
const OVER_MS = 300;
/** @type {import("./reports.js").Heard} */
const NOTHING = { turn: -1, pts: 0, state: "idle" };

export class LivePeer {
  /** @param {number} number @param {number} rate of the voice @param {import("./face_format.js").FaceFormat} face */
  constructor(number, rate, face) {
    this.number = number;
    this.reception = new LiveReception(rate, face);
    this.clock = new MediaClock();
    this.sampler = new Sampler(face.channels.length + HEAD_ANGLES);
    /** For where no sound can be played. */
    this.unheard = new LiveClock();
    this.arrived = -Infinity;
    /** As of the last look. @type {import("./reports.js").Heard} */
    this.heard = NOTHING;
  }

  /** Whether there is something to be heard of them, as of the last look. */
  get speaking() {
    return this.heard.state === "playing" || this.heard.state === "draining" || this.heard.state === "starved";
  }

  /**
   * Something has come; its voice is for the playout.
   * @param {Record<string, any>} segment @param {number} now milliseconds
   * @returns {import("./live_reception.js").LiveMedia | null}
   */
  take(segment, now) {
    const media = this.reception.take(segment);
    if (!media) return null;
    this.arrived = media.ended ? -Infinity : now;
    const newest = media.frames.at(-1);
    if (!newest) return media;
    for (const { pts, frame } of media.frames) this.sampler.insert(media.run, pts, frame);
    this.sampler.forget(media.run, newest.pts - HELD_US);
    this.sampler.forgetTurns(media.run - KEPT_RUNS);
    this.unheard.arrive(now, newest.pts);
    return media;
  }

  /** What is heard of them at device time `device`. @param {number} device seconds */
  listen(device) {
    this.heard = this.clock.at(device);
    return this.heard;
  }

  /** No sound can be played: what would be heard follows from what arrives, as with a mirror. @param {number} now milliseconds */
  guess(now) {
    const { run: turn } = this.reception;
    const pts = Math.max(0, this.unheard.at(now));
    this.heard = { turn, pts, state: now - this.arrived < OVER_MS ? "playing" : "idle" };
    return this.heard;
  }

  /**
   * The face of what was heard at the last look.
   * @param {number} now milliseconds @param {number} aheadUs how much later the picture lights up
   */
  face(now, aheadUs) {
    return this.sampler.sample(now + LOOP_SHIFT_MS * this.number, this.heard, "idle", aheadUs);
  }
}
