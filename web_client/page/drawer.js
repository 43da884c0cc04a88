/** The developers' drawer: connection, playback, stages, channels, and a recorder. Closed by default; key d. */

import { ChannelBars } from "./channel_bars.js";
import { Playback } from "./playback.js";
import { Recorder } from "./recorder.js";
import { drawStages } from "./stages.js";

export class Drawer {
  /**
   * @param {import("../client.d.ts").Client} client
   * @param {(id: string) => any} element
   * @param {() => void} onChange it was opened or closed
   */
  constructor(client, element, onChange) {
    this.client = client;
    this.place = element("drawer");
    this.handle = element("developer");
    this.facts = element("facts");
    this.onChange = onChange;
    this.playback = new Playback(element("readout"), element("buffer"), element("skew"));
    this.recorder = new Recorder(client, element("recorder"));
    /** @type {ChannelBars | null} */
    this.bars = null;
    this.handle.addEventListener("click", () => this.toggle());
    element("shut").addEventListener("click", () => this.toggle());
    document.addEventListener("keydown", (event) => this.key(event));
    client.on("welcome", (welcome) => this.welcomed(welcome, element("channels")));
    client.on("status", ({ status }) => this.fact("status", status.replace("_", " ")));
    client.on("timings", ({ turn, stages }) => drawStages(element("stages"), turn, stages));
  }

  get open() {
    return !this.place.hidden;
  }

  toggle() {
    this.place.hidden = this.open;
    this.handle.setAttribute("aria-expanded", String(this.open));
    document.body.classList.toggle("developing", this.open);
    if (!this.open) this.handle.focus({ preventScroll: true });
    this.onChange();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const writing = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
    if (writing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === "d" || event.key === "D") this.toggle();
  }

  /** @param {import("../client.d.ts").Events["welcome"]} welcome @param {HTMLElement} channels */
  welcomed(welcome, channels) {
    const { server, session, character, audio, face, isResumed } = /** @type {any} */ (welcome);
    this.fact("server", server);
    this.fact("session", `${String(session).slice(0, 8)}…${isResumed ? " resumed" : ""}`);
    this.fact("character", character);
    this.fact("voice", `${audio.codec}, ${audio.rate} Hz`);
    this.fact("face", `${face.format}, ${face.fps} frames/s, ${face.channels.length} channels`);
    if (!isResumed || !this.bars) this.bars = new ChannelBars(channels, this.client.channels);
  }

  /** @param {string} name @param {string} value */
  fact(name, value) {
    let place = this.facts.querySelector(`[data-fact="${name}"]`);
    if (!place) {
      const term = document.createElement("dt");
      term.textContent = name;
      place = document.createElement("dd");
      place.dataset.fact = name;
      this.facts.append(term, place);
    }
    place.textContent = value;
  }

  /**
   * Once a display frame.
   * @param {import("../client.d.ts").Pose} pose of the conversation @param {number} now milliseconds
   * @param {Float32Array} weights of the face that is shown
   */
  show(pose, now, weights) {
    this.playback.show(this.client, pose, now, this.open);
    if (!this.open) return;
    this.bars?.show(weights, now);
    this.recorder.show(now);
  }
}
