/** Someone else in the room, as a page has them: how loud they are played, and their face. */

import { HEAD_ANGLES } from "./face_format.js";

const LOUDEST = 4;

/**
 * @typedef {object} Stage what the others need of the client
 * @property {import("../audio/player.js").Player} player
 * @property {import("./media_clock.js").DeviceClock} device
 * @property {() => number} aheadUs how much later than now a picture lights up
 */

/** As `client.d.ts` describes it. */
export class Peer {
  /** @param {import("./room.js").Member} member @param {import("./live_peer.js").LivePeer} live @param {number} rate @param {Stage} stage */
  constructor(member, live, rate, stage) {
    this.member = member;
    this.live = live;
    this.rate = rate;
    this.stage = stage;
    this.loudness = 1;
    this.hushed = false;
    const { out } = live.sampler;
    const [weights, head] = [out.subarray(0, -HEAD_ANGLES), out.subarray(-HEAD_ANGLES)];
    /** @type {import("../client.d.ts").Pose} */
    this.pose = { weights, head, shown: -1, turn: -1, pts: 0, state: "idle" };
  }

  get number() {
    return this.member.number;
  }

  get name() {
    return this.member.name;
  }

  get character() {
    return this.member.character;
  }

  get muted() {
    return this.member.muted;
  }

  get speaking() {
    return this.member.speaking;
  }

  get gone() {
    return this.member.gone;
  }

  get volume() {
    return this.loudness;
  }

  set volume(volume) {
    if (!(volume >= 0 && volume <= LOUDEST)) throw new RangeError(`a volume of ${volume}; it is from 0 to ${LOUDEST}`);
    this.loudness = volume;
    this.tune();
  }

  get silenced() {
    return this.hushed;
  }

  set silenced(silenced) {
    this.hushed = silenced;
    this.tune();
  }

  get bufferedMs() {
    const { newest } = this.live.clock;
    return newest && newest.state !== "idle" ? newest.bufferedMs : 0;
  }

  get targetMs() {
    return this.live.clock.newest?.targetMs ?? 0;
  }

  get underruns() {
    return this.live.clock.newest?.underruns ?? 0;
  }

  tune() {
    if (!this.gone) this.stage.player.tune(this.number, this.rate, this.hushed ? 0 : this.loudness);
  }

  /** @param {number} now */
  listen(now) {
    const { player, device } = this.stage;
    return player.running ? this.live.listen(now / 1000 + device.offset) : this.live.guess(now);
  }

  /** @param {number} now */
  face(now) {
    const { turn, pts, state } = this.listen(now);
    const ahead = this.stage.player.running ? this.stage.aheadUs() : 0;
    this.pose.shown = this.live.face(now, ahead).shown;
    this.pose.turn = turn;
    this.pose.pts = pts;
    this.pose.state = state;
    return this.pose;
  }
}
