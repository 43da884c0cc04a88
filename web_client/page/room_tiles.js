/** The tiles of a room: one for each who is shown, with face, name, and what they do. */

import { Seats, columns } from "./seats.js";

const SHOWN = 8;
/** Width over height at which a head fills its tile. */
const SHAPE = 0.95;
/** Words of an AI that are kept under its face. */
const WORDS = 90;
/** And for how long after the last of them. */
const WORDS_MS = 5000;

const LOUDSPEAKER =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9.5v5h3.5l4.5 4v-13l-4.5 4z" /><path class="wave" d="M15.5 9a4.5 4.5 0 0 1 0 6m2.6-8.6a8 8 0 0 1 0 11.2" /><path class="slash" d="M16 9.5l5 5m0-5l-5 5" /></svg>';

/**
 * @typedef {import("../client.d.ts").Pose} Pose
 *
 * @typedef {object} Member
 * @property {number} key
 * @property {string} name
 * @property {boolean} you
 * @property {boolean} muted
 * @property {boolean} speaking
 * @property {string} [character] of an AI
 * @property {import("../client.d.ts").Peer} [peer]
 *
 * @typedef {{item: HTMLLIElement, name: HTMLElement, words: HTMLElement, silence: HTMLButtonElement | null, said: {pts: number, text: string}[], until: number}} Tile
 */

export class RoomTiles {
  /** @param {HTMLElement} place a list @param {HTMLElement} more says who has no tile */
  constructor(place, more) {
    this.place = place;
    this.more = more;
    this.seats = new Seats(SHOWN);
    /** @type {Map<number, Tile>} */
    this.tiles = new Map();
    /** What the tiles were last laid out for. */
    this.layout = "";
  }

  clear() {
    this.seats = new Seats(SHOWN);
    this.tiles.clear();
    this.place.replaceChildren();
    this.more.hidden = true;
    this.layout = "";
  }

  /** @param {readonly Member[]} members you first @param {number} now @returns {readonly Member[]} those who have a tile */
  seat(members, now) {
    const keys = this.seats.seat(members, now);
    const shown = keys.flatMap((key) => members.filter((member) => member.key === key));
    for (const [key, { item }] of this.tiles) {
      if (keys.includes(key)) continue;
      item.remove();
      this.tiles.delete(key);
    }
    for (const member of shown) this.tell(member, this.tiles.get(member.key) ?? this.add(member));
    const order = keys.join();
    if (order !== this.layout) this.arrange(keys, order);
    this.tellMore(members.filter(({ key }) => !keys.includes(key)));
    return shown;
  }

  /** @param {readonly number[]} keys @param {string} order */
  arrange(keys, order) {
    this.layout = order;
    this.place.append(...keys.flatMap((key) => this.tiles.get(key)?.item ?? []));
    this.fit();
  }

  /** The window has changed. */
  fit() {
    const { clientWidth, clientHeight } = this.place;
    const count = Math.max(1, this.tiles.size);
    this.place.style.setProperty("--columns", String(columns(count, clientWidth, clientHeight, SHAPE)));
    this.place.dataset.count = String(count);
  }

  /** @param {Member} member @returns {Tile} */
  add({ key, name: called, peer, character, you }) {
    const item = document.createElement("li");
    const words = part("p", "words");
    const plate = part("p", "plate");
    const name = part("span", "name");
    plate.append(part("i", "sign"), name);
    if (character !== undefined) plate.append(part("small", "", "AI"));
    if (you) plate.append(part("small", "", "you"));
    item.append(words, plate);
    const silence = peer ? this.silencer(peer, called) : null;
    if (silence) item.append(silence);
    const tile = { item, name, words, silence, said: [], until: 0 };
    this.tiles.set(key, tile);
    return tile;
  }

  /** @param {import("../client.d.ts").Peer} peer @param {string} name */
  silencer(peer, name) {
    const button = /** @type {HTMLButtonElement} */ (part("button", "silence"));
    button.type = "button";
    button.innerHTML = LOUDSPEAKER;
    const tell = () => {
      const label = peer.silenced ? `Hear ${name} again` : `Do not hear ${name}`;
      button.title = label;
      button.setAttribute("aria-label", label);
      button.setAttribute("aria-pressed", String(peer.silenced));
    };
    button.addEventListener("click", () => {
      peer.silenced = !peer.silenced;
      tell();
    });
    tell();
    return button;
  }

  /** @param {Member} member @param {Tile} tile */
  tell({ name, muted, speaking }, { item, name: place }) {
    if (place.textContent !== name) place.textContent = name;
    item.classList.toggle("speaking", speaking);
    item.classList.toggle("silent", muted);
    const state = muted ? "muted" : speaking ? "speaking" : "";
    if (item.dataset.state === state) return;
    item.dataset.state = state;
    item.setAttribute("aria-label", state ? `${name}, ${state}` : name);
  }

  /** @param {readonly Member[]} others */
  tellMore(others) {
    const names = others.map(({ name }) => name).join(", ");
    const text = others.length > 0 ? `and ${others.length} more: ${names}` : "";
    if (this.more.textContent === text) return;
    this.more.textContent = text;
    this.more.hidden = text === "";
  }

  /** An AI says a word at a time of its own. @param {number} key @param {number} pts @param {string} text */
  say(key, pts, text) {
    this.tiles.get(key)?.said.push({ pts, text });
  }

  /** What an AI has said so far. @param {number} key @param {Pose} pose @param {number} now */
  follow(key, { pts }, now) {
    const tile = this.tiles.get(key);
    if (!tile) return;
    let words = now < tile.until ? (tile.words.textContent ?? "") : "";
    while (tile.said.length > 0 && tile.said[0].pts <= pts) {
      words += tile.said.shift()?.text;
      tile.until = now + WORDS_MS;
    }
    const kept = words.length > WORDS ? `…${words.slice(words.indexOf(" ", words.length - WORDS))}` : words;
    if (kept !== tile.words.textContent) tile.words.textContent = kept;
  }

  /** Somebody begins to speak anew. @param {number} key */
  begin(key) {
    const tile = this.tiles.get(key);
    if (tile) tile.words.textContent = "";
  }

  /** Where somebody's face is to be drawn. @param {number} key @param {DOMRect} within */
  box(key, within) {
    const { left, top, width, height } = /** @type {Tile} */ (this.tiles.get(key)).item.getBoundingClientRect();
    const [x, y] = [Math.round(left - within.left), Math.round(top - within.top)];
    return { left: x, top: y, width: Math.round(width), height: Math.round(height) };
  }
}

/** @param {string} tag @param {string} name of its class @param {string} [text] */
function part(tag, name, text = "") {
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.textContent = text;
  return node;
}
