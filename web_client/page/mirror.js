/**
 * The mirror: the visitor's own voice moves the face on the page. It has a session of its own, in drive mode; the
 * conversation waits beside it and goes on when a reply begins.
 */

import { connect } from "../client.js";

const SAYS = {
  asking: "Mirror: asking for your microphone…",
  on: "Mirror: the face follows your voice",
  muted: "Mirror: your microphone is muted",
};
const AWAY = "Mirror: the server does not answer; it goes on by itself";
const FULL = "Mirror: the server has no free place; it tries again by itself";
/** The face comes to rest before the conversation's face takes over. */
const REST_MS = 900;
/** Loudness of the meter's ends, in dB below full scale. */
const [QUIET_DB, LOUD_DB] = [-60, -8];
/** How much of the meter is left after one picture of silence. */
const FALL = 0.88;

export class VoiceMirror {
  /**
   * @param {import("../client.d.ts").Client} conversation
   * @param {(id: string) => any} element
   * @param {object} page
   * @param {string | undefined} page.token
   * @param {(text: string, passing: boolean) => void} page.notice
   * @param {(client: import("../client.d.ts").Client) => void} page.joined a client that is to wear the chosen mood
   */
  constructor(conversation, element, { token, notice, joined }) {
    this.conversation = conversation;
    this.token = token;
    this.notice = notice;
    this.joined = joined;
    this.button = element("microphone");
    this.panel = element("mirror");
    this.words = element("mirrored");
    this.muting = element("mute");
    this.meter = element("level").firstElementChild;
    /** @type {import("../client.d.ts").Client | null} */
    this.client = null;
    /** Whether its face is the one to show. */
    this.shown = false;
    this.level = 0;
    this.button.addEventListener("click", () => (this.active ? this.stop() : this.start()));
    element("unmirror").addEventListener("click", () => this.stop());
    this.muting.addEventListener("click", () => this.mute());
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape" && this.active) this.stop();
    });
    conversation.on("welcome", ({ features }) => {
      this.button.hidden = !(/** @type {string[]} */ (features).includes("drive"));
    });
    conversation.on("turn", () => this.stop());
  }

  /** Whether the microphone is on, or asked for. */
  get active() {
    return !this.panel.hidden;
  }

  start() {
    this.conversation.interrupt();
    this.client?.close();
    const client = connect({ mode: "drive", token: this.token, name: "page, mirror" });
    this.client = client;
    this.joined(client);
    client.on("microphone", ({ state, error }) => this.became(client, state, error));
    client.on("level", ({ rms }) => this.heard(rms));
    client.on("status", () => this.tell());
    client.on("error", ({ message, fatal }) => {
      if (!fatal) this.notice(message, true);
    });
    client.on("fault", (fault) => console.warn("FaceWire:", fault));
    this.notice("", false);
    this.show(true);
    client.microphone.open().catch(() => {}); // the event says why
  }

  stop() {
    if (!this.active) return;
    const client = this.client;
    const inside = this.panel.contains(document.activeElement);
    this.show(false);
    if (inside) this.button.focus({ preventScroll: true });
    client?.microphone.close();
    setTimeout(() => {
      client?.close();
      if (this.client === client) this.leave();
    }, REST_MS);
  }

  leave() {
    this.client = null;
    this.shown = false;
  }

  mute() {
    const { microphone } = this.client ?? {};
    if (microphone?.state === "muted") microphone.unmute();
    else microphone?.mute();
  }

  /**
   * @param {import("../client.d.ts").Client} client @param {import("../client.d.ts").MicrophoneState} state
   * @param {Error} [error]
   */
  became(client, state, error) {
    if (client !== this.client || !this.active) return;
    if (state === "on") this.shown = true;
    if (state !== "on") this.level = 0;
    if (state === "off") this.stop();
    if (error) this.notice(error.message, false);
    this.tell();
  }

  /** @param {boolean} active */
  show(active) {
    this.panel.hidden = !active;
    this.button.setAttribute("aria-pressed", String(active));
    document.body.classList.toggle("mirroring", active);
    this.level = 0;
    this.tell();
  }

  tell() {
    const { status, microphone } = this.client ?? {};
    const state = microphone?.state ?? "off";
    this.panel.dataset.state = state;
    const waits = status === "full" ? FULL : status === "reconnecting" ? AWAY : "";
    const words = (state === "on" && waits) || SAYS[/** @type {keyof typeof SAYS} */ (state)] || "";
    if (this.words.textContent !== words) this.words.textContent = words;
    this.muting.disabled = state !== "on" && state !== "muted";
    this.muting.textContent = state === "muted" ? "Unmute" : "Mute";
  }

  /** @param {number} rms */
  heard(rms) {
    const decibel = 20 * Math.log10(Math.max(rms, 1e-6));
    const level = Math.min(Math.max((decibel - QUIET_DB) / (LOUD_DB - QUIET_DB), 0), 1);
    this.level = Math.max(level, this.level);
  }

  /**
   * The visitor's own face, null while the conversation's is to be shown. Once a display frame.
   * @param {number} now milliseconds
   */
  face(now) {
    if (!this.client) return null;
    const pose = this.client.face(now);
    if (this.active) {
      this.meter.style.transform = `scaleX(${this.level.toFixed(3)})`;
      this.level *= FALL;
    }
    return this.shown && pose.weights.length > 0 ? pose : null;
  }
}
