/** The others in the room, for a page: who is there, and what comes from them. */

import { LivePeer } from "./live_peer.js";
import { Room } from "./room.js";
import { Peer } from "./peer.js";

/** What the server may answer to `join`. */
const REFUSALS = new Set(["room_full", "unknown_room", "bad_name", "in_a_room", "not_available"]);
const LEFT = "The room was left before it was entered.";

export class RoomError extends Error {
  name = "RoomError";

  /** @param {import("../client.d.ts").RoomError["code"]} code @param {string} message @param {number} [retryAfterMs] */
  constructor(code, message, retryAfterMs) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * @typedef {{room: string, name?: string, resolve: (room: import("../client.d.ts").Room) => void, reject: (error: RoomError) => void}} Wish
 *   A room to be entered, by its name at the server once that has answered.
 */

const NOBODY = { resolve() {}, reject() {} };

export class Company {
  /**
   * @param {import("./peer.js").Stage} stage
   * @param {object} parts
   * @param {(message: {type: string} & Record<string, any>) => void} parts.send
   * @param {() => boolean} parts.open whether a connection stands
   * @param {(event: string, detail: any) => void} parts.emit
   */
  constructor(stage, { send, open, emit }) {
    this.stage = stage;
    this.send = send;
    this.open = open;
    this.emit = emit;
    this.members = new Room();
    /** @type {import("../client.d.ts").Room | null} */
    this.room = null;
    /** The others, by number. @type {Map<number, Peer>} */
    this.byNumber = new Map();
    /** @type {Peer[]} */
    this.peers = [];
    /** The room to be in, also in the next session. @type {Wish | null} */
    this.wanted = null;
    /** Where the server has this session, and what it was asked for and has not answered yet. @type {Wish | null} */
    this.inside = null;
    /** @type {Wish | "leave" | null} */
    this.asked = null;
    /** @type {Record<string, any> | null} */
    this.welcome = null;
    /** @type {Map<string, [string, number, Float32Array[]]>} */
    this.loops = new Map();
  }

  /** @param {string} room @param {string} [name] @returns {Promise<import("../client.d.ts").Room>} */
  join(room, name) {
    this.forget();
    return new Promise((resolve, reject) => {
      this.wanted = { room, name, resolve, reject };
      this.step();
    });
  }

  leave() {
    this.forget();
    this.step();
  }

  /** No room is wanted any more: its voices end here and now. */
  forget() {
    this.wanted?.reject(new RoomError("left", LEFT));
    this.wanted = null;
    this.tell(this.members.leave());
    this.became();
  }

  /** One question to the server at a time, until it has this session where it is to be. */
  step(open = this.open()) {
    if (!open || this.asked || this.inside === this.wanted) return;
    const { inside, wanted } = this;
    if (inside) {
      this.asked = "leave";
      this.send({ type: "leave", room: inside.room });
    } else if (wanted) {
      try {
        this.send({ type: "join", room: wanted.room, name: wanted.name });
        this.asked = wanted;
      } catch (error) {
        this.refuse(new RoomError("bad_name", error instanceof Error ? error.message : String(error)));
      }
    }
  }

  /** @param {RoomError} error */
  refuse(error) {
    this.wanted?.reject(error);
    this.wanted = null;
  }

  /** A connection stands. A new session is in no room. @param {Record<string, any>} welcome @param {boolean} resumed */
  begin(welcome, resumed) {
    this.welcome = welcome;
    this.asked = null;
    for (const { live } of this.peers) live.reception.begin();
    if (!resumed) {
      this.inside = null;
      this.tell(this.members.leave());
      this.became();
      this.loops.clear();
    }
    this.step(true);
  }

  /** @param {string} name @param {number} fps @param {Float32Array[]} frames */
  setLoop(name, fps, frames) {
    this.loops.set(name, [name, fps, frames]);
    for (const { live } of this.peers) live.sampler.setLoop(name, fps, frames);
  }

  /**
   * @param {{type: string} & Record<string, any>} message @param {number} now milliseconds
   * @returns {boolean} whether it was about the room
   */
  take(message, now) {
    if (message.type === "peer_segment") this.hear(message, now);
    else if (message.type === "peer") this.meet(message, now);
    else if (message.type === "said") {
      const peer = this.byNumber.get(message.peer);
      if (peer) this.emit("said", { peer, pts: message.pts, end: message.end, text: message.text });
    } else return message.type === "error" && this.answered(message);
    return true;
  }

  /** @param {Record<string, any>} message `peer` @param {number} now */
  meet(message, now) {
    if (message.you) this.moved(message);
    if (message.you && this.inside !== this.wanted) return this.step();
    this.tell(this.members.take(message, now));
    this.became();
    if (message.you && this.room) this.wanted?.resolve(this.room);
  }

  /** Where the server has this session now; it may say so unasked. @param {Record<string, any>} message */
  moved({ room, state }) {
    if (state === "left" && this.asked !== "leave") this.refuse(new RoomError("left", LEFT));
    const wish = this.asked === "leave" ? null : (this.asked ?? this.inside);
    this.inside = state === "left" ? null : (wish && Object.assign(wish, { room })) || { ...NOBODY, room };
    this.asked = null;
  }

  /** An error may answer what was asked. @param {Record<string, any>} error @returns {boolean} whether it does */
  answered({ code, message, turn, retry_after_ms }) {
    const { asked } = this;
    if (!asked || turn !== undefined || !REFUSALS.has(code)) return false;
    this.asked = null;
    if (asked === "leave") this.inside = null;
    else if (asked === this.wanted) this.refuse(new RoomError(code, message, retry_after_ms));
    this.step();
    return true;
  }

  /** @param {Record<string, any>} segment @param {number} now */
  hear(segment, now) {
    const peer = this.byNumber.get(segment.peer);
    const media = peer?.live.take(segment, now);
    if (!peer || !media) return;
    const { player } = this.stage;
    if (media.samples.length > 0) player.speech(peer.number, peer.rate, media.run, media.start, media.samples);
    if (media.ended) player.hush(peer.number, media.run);
  }

  /** Who speaks and who is gone, as time tells. @param {number} now */
  attend(now) {
    const changes = this.members.settle(now);
    for (const peer of this.peers) {
      peer.listen(now);
      changes.push(...this.members.hear(peer.number, peer.live.speaking));
    }
    this.tell(changes);
  }

  /** The room that this session is in, if it is another one now. */
  became() {
    const { name, you, number } = this.members;
    if (name === (this.room?.name ?? null) && number === (this.room?.number ?? -1)) return;
    this.room = name === null ? null : Object.freeze({ name, you, number });
    this.emit("room", { room: this.room });
  }

  /** @param {import("./room.js").PeerChange[]} changes */
  tell(changes) {
    for (const { peer: member, change } of changes) {
      if (change === "joined") this.admit(member);
      const peer = this.byNumber.get(member.number);
      if (!peer) continue;
      if (change === "left") this.part(peer);
      this.emit("peer", { peer, change });
    }
  }

  /** @param {import("./room.js").Member} member */
  admit(member) {
    const { audio, face } = /** @type {Record<string, any>} */ (this.welcome);
    const live = new LivePeer(member.number, audio.rate, face);
    for (const loop of this.loops.values()) live.sampler.setLoop(...loop);
    this.byNumber.set(member.number, new Peer(member, live, audio.rate, this.stage));
    this.list();
  }

  /** @param {Peer} peer */
  part(peer) {
    this.stage.player.drop(peer.number);
    this.byNumber.delete(peer.number);
    this.list();
  }

  list() {
    this.peers = [...this.byNumber.values()].sort((a, b) => a.number - b.number);
  }
}
