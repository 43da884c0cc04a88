/** The room: voice chat in which everybody has a face. Joined under a name, in a session of its own in drive mode. */

import { RoomFaces } from "./room_faces.js";
import { RoomTiles } from "./room_tiles.js";

const STORED = "facewire.name";
/** Louder than this the visitor is shown as speaking, for a little longer than it lasts. */
const SPEAKING_RMS = 0.015;
const SPEAKING_MS = 350;
const COPIED_MS = 2500;
/** Of the visitor, whose number the others' never is before the answer. */
const YOU = -1;

/** @typedef {import("../client.d.ts").Client} Client */

export class RoomView {
  /**
   * @param {(id: string) => any} element
   * @param {object} page
   * @param {() => Client} page.connect a client in drive mode
   * @param {(client: Client) => void} page.joined its microphone is to be shown, and it wears the chosen mood
   * @param {() => void} page.open opens the microphone of this view
   * @param {() => string} page.look of the visitor
   * @param {() => void} page.onChange something else is to be seen
   */
  constructor(element, { connect, joined, open, look, onChange }) {
    this.element = element;
    this.connect = connect;
    this.joined = joined;
    this.open = open;
    this.onChange = onChange;
    /** @type {Client | null} */
    this.client = null;
    /** @type {import("../client.d.ts").Room | null} */
    this.room = null;
    this.tiles = new RoomTiles(element("tiles"), element("more"));
    this.faces = new RoomFaces(element("inside"), look);
    this.spoke = -Infinity;
    this.words = "Everybody hears you";
    this.wire();
  }

  wire() {
    const { element } = this;
    const asked = new URLSearchParams(location.search).get("room");
    if (asked) element("where").value = asked;
    element("name").value = stored();
    element("door").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      void this.join(true);
    });
    element("listen").addEventListener("click", () => element("door").reportValidity() && void this.join(false));
    element("hangup").addEventListener("click", () => this.quit());
    element("invite").hidden = !navigator.clipboard;
    element("invite").addEventListener("click", () => void this.invite());
  }

  // --- as a view, and as one that has a microphone ---

  enter() {
    this.element("room").hidden = false;
    const name = this.element("name");
    if (!this.room && name.value === "") name.focus({ preventScroll: true });
    this.tell();
  }

  leave() {
    this.quit();
    this.element("room").hidden = true;
  }

  prepare() {
    return this.room && this.client;
  }

  end() {
    this.client?.microphone.close();
  }

  // --- coming and going ---

  /** @param {boolean} speaking opens the microphone too */
  async join(speaking) {
    const { element } = this;
    const [name, where] = [element("name").value.trim(), element("where").value.trim()];
    this.refuse("");
    this.quit();
    const client = this.connect();
    this.client = client;
    this.listen(client);
    this.joined(client);
    client.wake();
    element("enter").disabled = element("listen").disabled = true;
    try {
      await client.join(where, name);
      store(name);
      if (client === this.client && speaking) this.open();
    } catch (error) {
      if (client !== this.client) return;
      this.quit();
      this.refuse(error instanceof Error ? error.message : String(error));
    } finally {
      element("enter").disabled = element("listen").disabled = false;
    }
  }

  quit() {
    const { client } = this;
    this.client = this.room = null;
    client?.leave();
    client?.close();
    this.tiles.clear();
    this.faces.clear();
    this.tell();
  }

  /** @param {Client} client */
  listen(client) {
    const current = (/** @type {() => void} */ act) => client === this.client && act();
    client.on("room", ({ room }) => current(() => this.entered(room)));
    client.on("peer", ({ peer, change }) =>
      current(() => {
        if (change === "speaking") this.tiles.begin(peer.number);
        this.tell();
      }),
    );
    client.on("said", ({ peer, pts, text }) => current(() => this.tiles.say(peer.number, pts, text)));
    client.on("level", ({ rms }) => {
      if (rms > SPEAKING_RMS) this.spoke = performance.now();
    });
    client.on("status", () => current(() => this.tell()));
    client.on("error", ({ message, fatal }) => current(() => !this.room && fatal && this.refuse(message)));
    client.on("fault", (fault) => console.warn("FaceWire:", fault));
  }

  /** @param {import("../client.d.ts").Room | null} room */
  entered(room) {
    this.room = room;
    this.tell();
  }

  /** @param {string} why */
  refuse(why) {
    this.element("wrong").textContent = why;
    this.element("wrong").hidden = why === "";
  }

  async invite() {
    const link = new URL(location.href);
    if (this.room) link.searchParams.set("room", this.room.name);
    const button = this.element("invite");
    await navigator.clipboard.writeText(link.href).then(
      () => (button.textContent = "Link copied"),
      () => (button.textContent = "The browser copies nothing"),
    );
    setTimeout(() => (button.textContent = "Copy link"), COPIED_MS);
  }

  // --- what is seen ---

  tell() {
    const { element, client, room } = this;
    element("door").hidden = room !== null;
    element("inside").hidden = room === null;
    document.body.classList.toggle("joined", room !== null);
    element("called").textContent = room?.name ?? "";
    const count = 1 + (client?.peers.length ?? 0);
    const away = client?.status === "open" ? "" : " · the server does not answer; this goes on by itself";
    const words = (count === 1 ? "only you so far" : `${count} people`) + away;
    if (element("count").textContent !== words) element("count").textContent = words;
    this.onChange();
  }

  /** The window has changed. */
  resize() {
    this.tiles.fit();
    this.faces.resize();
  }

  /** Once a display frame while the view is shown. @param {number} now milliseconds */
  show(now) {
    const { client, room } = this;
    if (!client || !room) return;
    const shown = this.tiles.seat(this.members(client, room, now), now);
    const within = this.element("inside").getBoundingClientRect();
    this.faces.show(
      shown.map((member) => {
        const pose = member.peer ? member.peer.face(now) : client.face(now);
        if (member.character !== undefined) this.tiles.follow(member.key, pose, now);
        return { ...member, pose, box: this.tiles.box(member.key, within), channels: client.channels };
      }),
    );
  }

  /** You first. @param {Client} client @param {import("../client.d.ts").Room} room @param {number} now @returns {import("./room_tiles.js").Member[]} */
  members(client, room, now) {
    const on = client.microphone.state === "on";
    const you = { key: YOU, name: room.you, you: true, muted: !on, speaking: on && now - this.spoke < SPEAKING_MS };
    const others = client.peers.map((peer) => {
      const { number, name, muted, speaking, character } = peer;
      return { key: number, name, you: false, muted, speaking, character, peer };
    });
    return [you, ...others];
  }
}

/** The name that was used last, where the browser keeps such things. */
function stored() {
  try {
    return localStorage.getItem(STORED) ?? "";
  } catch {
    return "";
  }
}

/** @param {string} name */
function store(name) {
  try {
    localStorage.setItem(STORED, name);
  } catch {
    // private windows may refuse; the name is then asked again
  }
}
