/**
 * The microphone of the view that is shown: one button, a level meter, and in words what it does.
 *
 * A click turns it on and off. The button held down is push to talk, and so is the space bar while it is muted.
 */

import { Level } from "./level.js";

/** A button held for longer is push to talk, not a click. */
const HOLD_MS = 280;

const LABELS = {
  off: "Talk by microphone",
  asking: "Stop asking for the microphone",
  on: "Turn the microphone off",
  muted: "Unmute the microphone",
};
const ASKING = "Allow the microphone in your browser…";
const MUTED = "Muted · hold space to talk";
const MUTED_ON_TOUCH = "Muted · hold to talk";
const PRESSED = "Listening · let go when you are done";
const AWAY = "The server does not answer; this goes on by itself";
const FULL = "The server has no free place; this tries again by itself";

/**
 * @typedef {import("../client.d.ts").Client} Client
 *
 * @typedef {object} Ear a view that has a microphone
 * @property {Client | null} client whose microphone it is; null before `prepare`
 * @property {() => Client | null} prepare the client whose microphone is to be opened
 * @property {() => void} end gives the microphone back
 * @property {string} words what it does while it is on
 */

export class Hearing {
  /** @param {(id: string) => any} element @param {(text: string, passing: boolean) => void} notice */
  constructor(element, notice) {
    this.notice = notice;
    this.button = element("microphone");
    this.panel = element("hearing");
    this.words = element("hears");
    this.muting = element("mute");
    this.level = new Level(element("level"), this.button);
    /** @type {Ear | null} */
    this.ear = null;
    this.touch = matchMedia("(pointer: coarse)");
    /** What is held down, since when, whether that can only be a click, and whether it is push to talk by now. @type {"" | "button" | "space"} */
    this.down = "";
    this.since = 0;
    this.clicks = false;
    this.talking = false;
    /** @type {any} */
    this.timer = null;
    this.muting.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      this.mute();
      if (event.detail > 0) this.muting.blur(); // the space bar is then push to talk, as the words say
    });
    element("hush").addEventListener("click", () => this.end());
    this.wire();
    this.tell();
  }

  get state() {
    return this.ear?.client?.microphone.state ?? "off";
  }

  /** Another view is shown; the microphone of the one before is given back. @param {Ear} ear */
  serve(ear) {
    this.ear?.end();
    this.ear = ear;
    this.tell();
  }

  /** Shows a client's microphone while it is the view's. @param {Client} client */
  follow(client) {
    const shown = () => client === this.ear?.client;
    client.on("microphone", ({ state, error }) => {
      if (!shown()) return;
      if (error) this.notice(error.message, false);
      this.tell();
    });
    client.on("level", ({ rms }) => {
      if (shown()) this.level.heard(rms);
    });
    for (const event of /** @type {const} */ (["state", "status", "playback"])) client.on(event, () => shown() && this.tell());
  }

  // --- what the visitor does ---

  wire() {
    const { button } = this;
    button.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      if (event.button !== 0) return;
      button.setPointerCapture(event.pointerId);
      this.press("button", event);
    });
    for (const end of ["pointerup", "pointercancel"]) button.addEventListener(end, (/** @type {Event} */ event) => this.release(event));
    button.addEventListener("contextmenu", (/** @type {Event} */ event) => event.preventDefault()); // of a long touch
    button.addEventListener("click", (/** @type {MouseEvent} */ event) => {
      if (event.detail === 0) this.toggle(); // a screen reader's; of pointers and keys it is known before
    });
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("keyup", (event) => {
      if (event.key === " " || event.key === "Enter") this.release(event);
    });
    addEventListener("blur", (event) => this.release(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const atButton = target === this.button && (key === " " || key === "Enter");
    const free = key === " " && !takesSpace(target) && (this.state === "muted" || this.down === "space");
    if (!atButton && !free) return;
    event.preventDefault();
    if (!event.repeat) this.press(atButton ? "button" : "space", event);
  }

  /** @param {"button" | "space"} what @param {Event} event */
  press(what, { timeStamp }) {
    if (this.down) return;
    this.down = what;
    this.since = timeStamp;
    this.clicks = this.state !== "off" && this.state !== "muted"; // there is nothing to hold
    if (this.state === "muted") this.talk();
    else if (this.state === "off") this.timer = setTimeout(() => this.talk(), HOLD_MS);
  }

  talk() {
    this.talking = true;
    this.open(true);
  }

  /** @param {Event} event */
  release({ timeStamp }) {
    if (!this.down) return;
    const click = this.down === "button" && (this.clicks || timeStamp - this.since < HOLD_MS);
    this.down = "";
    clearTimeout(this.timer);
    if (click) this.toggle();
    else this.ear?.client?.microphone.release();
    this.talking = false;
    this.tell();
  }

  toggle() {
    if (this.state === "off") this.open(false);
    else if (this.state === "muted" || this.talking) this.ear?.client?.microphone.unmute();
    else this.end();
  }

  /** @param {boolean} held push to talk */
  open(held) {
    this.notice("", false);
    const microphone = this.ear?.prepare()?.microphone;
    const opened = held ? microphone?.press() : microphone?.open();
    opened?.catch(() => {}); // the event says why not
    this.tell();
  }

  end() {
    const inside = this.panel.contains(document.activeElement);
    this.ear?.end();
    this.tell();
    if (inside) this.button.focus({ preventScroll: true });
  }

  mute() {
    const { microphone } = this.ear?.client ?? {};
    if (microphone?.state === "muted") microphone.unmute();
    else microphone?.mute();
  }

  // --- what the visitor sees ---

  tell() {
    const { state, button, panel } = this;
    const words = this.say();
    if (this.words.textContent !== words) this.words.textContent = words;
    panel.hidden = state === "off";
    document.body.dataset.microphone = state;
    button.dataset.state = panel.dataset.state = state;
    button.setAttribute("aria-pressed", String(state === "on"));
    button.setAttribute("aria-label", LABELS[state]);
    button.title = state === "off" ? `${LABELS.off}; hold for push to talk` : LABELS[state];
    this.muting.disabled = state === "asking";
    this.muting.textContent = state === "muted" ? "Unmute" : "Mute";
    this.level.open = state === "on";
  }

  say() {
    const { state } = this;
    const status = this.ear?.client?.status;
    if (state === "off") return "";
    if (state === "asking") return ASKING;
    if (state === "muted") return this.touch.matches ? MUTED_ON_TOUCH : MUTED;
    if (status === "full") return FULL;
    if (status === "reconnecting") return AWAY;
    return this.talking ? PRESSED : (this.ear?.words ?? "");
  }

  /** Once a display frame. @param {number} now milliseconds */
  show(now) {
    this.level.show(now);
  }
}

/** Whether the space bar means something where the focus is. @param {EventTarget | null} target */
function takesSpace(target) {
  return target instanceof Element && target.closest("input, textarea, select, button, summary, a, [contenteditable]") !== null;
}
