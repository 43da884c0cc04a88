/**
 * What was shown when: one entry a displayed frame, to compare the face with the voice.
 *
 * `playhead` is read from the audio device's raw clock at the moment of drawing and does not pass through the
 * smoothing that chose the frame, so the two can disagree.
 */

/** Two minutes at 60 Hz. */
const KEPT = 7200;

export class SyncRecords {
  /** @param {any} client */
  constructor(client) {
    this.client = client;
    /** @type {{shown: number, playhead: number, time: number, turn: number, state: string, jawOpen: number, closed: boolean}[]} */
    this.list = [];
  }

  /** @param {import("../client.d.ts").Pose} pose */
  add(pose) {
    const time = this.client.player.heardAt(performance.now());
    if (time === null) return;
    const { shown, turn, state } = pose;
    this.list.push({ shown, playhead: this.playhead(time, turn), time, turn, state, ...mouth(this.client.channels, pose.weights) });
    if (this.list.length > KEPT) this.list.shift();
  }

  /** Media time at device time `time`, from the anchors alone. @param {number} time @param {number} turn */
  playhead(time, turn) {
    const anchors = this.client.clock.anchors;
    const anchor = anchors.findLast((/** @type {any} */ a) => a.time <= time && a.turn === turn);
    if (!anchor) return -1;
    const moving = anchor.state === "playing" || anchor.state === "draining";
    return anchor.pts + (moving ? 1e6 * (time - anchor.time) : 0);
  }
}

/** @param {readonly string[]} channels @param {Float32Array} weights */
function mouth(channels, weights) {
  const jawOpen = weights[channels.indexOf("jawOpen")] ?? 0;
  return { jawOpen, closed: jawOpen - (weights[channels.indexOf("mouthClose")] ?? 0) < 0.02 };
}
