/** Who is in the room, from the messages that say so. Messages and times come in. */

/** After a reconnect, whoever is not named within this time is gone. */
const RETOLD_MS = 1000;

/**
 * @typedef {"joined" | "left" | "muted" | "unmuted" | "speaking" | "quiet"} Change
 * @typedef {{number: number, name: string, character?: string, muted: boolean, speaking: boolean, gone: boolean}} Member
 *   Someone else in the room; the same object for as long as they are there, also after a reconnect.
 * @typedef {{peer: Member, change: Change}} PeerChange
 */

/** The room of one session. */
export class Room {
  constructor() {
    /** Null outside of rooms. @type {string | null} */
    this.name = null;
    /** What the others call this session. */
    this.you = "";
    this.number = -1;
    /** The others, by number. @type {Map<number, Member>} */
    this.members = new Map();
    /** @type {Set<number>} */
    this.untold = new Set();
    this.toldAt = 0;
  }

  /** What a message changes. @param {Record<string, any>} message `peer` @param {number} now milliseconds @returns {PeerChange[]} */
  take(message, now) {
    if (message.you) return this.enter(message, now);
    if (message.room !== this.name) return [];
    if (message.state === "left") return this.lose([message.peer]);
    const muted = message.state === "muted";
    const member = this.members.get(message.peer);
    if (!member) {
      const { peer: number, name, character } = message;
      const fresh = { number, name, character, muted, speaking: false, gone: false };
      this.members.set(number, fresh);
      return [{ peer: fresh, change: "joined" }];
    }
    this.untold.delete(message.peer);
    member.name = message.name;
    if (member.muted === muted) return [];
    member.muted = muted;
    return [{ peer: member, change: muted ? "muted" : "unmuted" }];
  }

  /** Whether this one is heard at the moment. @param {number} number @param {boolean} speaking @returns {PeerChange[]} */
  hear(number, speaking) {
    const member = this.members.get(number);
    if (!member || member.speaking === speaking) return [];
    member.speaking = speaking;
    return [{ peer: member, change: speaking ? "speaking" : "quiet" }];
  }

  /** Who has not been named again; to be asked for a few times a second. @param {number} now @returns {PeerChange[]} */
  settle(now) {
    return this.untold.size > 0 && now - this.toldAt >= RETOLD_MS ? this.lose([...this.untold]) : [];
  }

  /** The session is in no room any more. @returns {PeerChange[]} */
  leave() {
    this.name = null;
    this.you = "";
    this.number = -1;
    return this.lose([...this.members.keys()]);
  }

  /** The list begins anew; those who are in it again have not been away. @param {Record<string, any>} message @param {number} now */
  enter({ room, name, peer, state }, now) {
    if (state === "left") return room === this.name ? this.leave() : [];
    const changes = room === this.name ? [] : this.lose([...this.members.keys()]);
    Object.assign(this, { name: room, you: name, number: peer });
    this.untold = new Set(this.members.keys());
    this.toldAt = now;
    return changes;
  }

  /** @param {number[]} numbers @returns {PeerChange[]} */
  lose(numbers) {
    /** @type {PeerChange[]} */
    const changes = [];
    for (const number of numbers) {
      this.untold.delete(number);
      const member = this.members.get(number);
      if (!member) continue;
      this.members.delete(number);
      Object.assign(member, { gone: true, speaking: false });
      changes.push({ peer: member, change: "left" });
    }
    return changes;
  }
}
