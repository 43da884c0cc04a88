/** Playhead, shown frame, buffer and latency in figures, and their last seconds as curves. */

import { Graph } from "./graph.js";

const ITEMS = [
  ["playhead", "s"],
  ["face − voice", "ms"],
  ["buffer", "ms"],
  ["gaps", ""],
  ["frame time", "ms"],
  ["latency", "ms"],
];
const INTERVAL_MS = 100;
const CURVE_S = 12;
const POINTS = (1000 * CURVE_S) / INTERVAL_MS;

export class Playback {
  /** @param {HTMLElement} place @param {HTMLCanvasElement} buffer @param {HTMLCanvasElement} skew */
  constructor(place, buffer, skew) {
    this.values = ITEMS.map(([name, unit]) => {
      const cell = document.createElement("div");
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      const number = document.createElement("span");
      const small = document.createElement("small");
      number.textContent = "–";
      small.textContent = unit && ` ${unit}`;
      term.textContent = name;
      value.append(number, small);
      cell.append(term, value);
      place.append(cell);
      return number;
    });
    this.buffer = new Graph(buffer, { least: 0, most: 700, colour: "#7fd8c6", points: POINTS });
    this.skew = new Graph(skew, { least: -50, most: 50, colour: "#ffb27d", points: POINTS, band: [-20, 20] });
    this.last = 0;
    this.frames = 0;
  }

  /**
   * @param {import("../client.d.ts").Client} client @param {import("../client.d.ts").Pose} pose @param {number} now
   * @param {boolean} visible whether anybody looks
   */
  show(client, pose, now, visible) {
    this.frames += 1;
    const passed = now - this.last;
    if (passed < INTERVAL_MS) return;
    const frame = passed / this.frames;
    this.last = now;
    this.frames = 0;
    const skew = pose.shown >= 0 ? (pose.shown - pose.pts) / 1000 : NaN;
    this.buffer.add(client.bufferedMs);
    this.skew.add(skew);
    if (!visible) return;
    const position = pose.turn >= 0 ? (pose.pts / 1e6).toFixed(1) : "–";
    const texts = [
      position, Number.isNaN(skew) ? "–" : skew.toFixed(0), client.bufferedMs.toFixed(0), String(client.underruns),
      frame.toFixed(0), client.latencyMs.toFixed(0),
    ];
    texts.forEach((text, i) => {
      if (this.values[i].textContent !== text) this.values[i].textContent = text;
    });
    this.buffer.draw();
    this.skew.draw();
  }
}
