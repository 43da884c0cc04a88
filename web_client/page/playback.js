/** Playhead, shown frame, buffer and latency in figures, and the buffer's last seconds as a curve. */

const ITEMS = [
  ["playhead", "s"],
  ["face − voice", "ms"],
  ["buffer", "ms"],
  ["gaps", ""],
];
const INTERVAL_MS = 100;
const CURVE_S = 12;
const FULL_MS = 600;

export class Playback {
  /** @param {HTMLElement} place @param {HTMLCanvasElement} canvas */
  constructor(place, canvas) {
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
    this.canvas = canvas;
    this.last = 0;
    /** @type {number[]} */
    this.levels = [];
  }

  /** @param {import("../client.d.ts").Client} client @param {import("../client.d.ts").Pose} pose @param {number} now */
  show(client, pose, now) {
    if (now - this.last < INTERVAL_MS) return;
    this.last = now;
    const skew = pose.shown >= 0 ? ((pose.shown - pose.pts) / 1000).toFixed(0) : "–";
    const position = pose.turn >= 0 ? (pose.pts / 1e6).toFixed(1) : "–";
    const texts = [position, skew, client.bufferedMs.toFixed(0), String(client.underruns)];
    texts.forEach((text, i) => {
      if (this.values[i].textContent !== text) this.values[i].textContent = text;
    });
    this.levels.push(client.bufferedMs);
    if (this.levels.length > (1000 * CURVE_S) / INTERVAL_MS) this.levels.shift();
    this.curve();
  }

  curve() {
    const { canvas, levels } = this;
    const ctx = canvas.getContext("2d");
    if (!ctx) return;
    const ratio = globalThis.devicePixelRatio || 1;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    ctx.clearRect(0, 0, width, height);
    const step = width / ((1000 * CURVE_S) / INTERVAL_MS);
    ctx.beginPath();
    ctx.moveTo(width - levels.length * step, height);
    levels.forEach((level, i) => {
      ctx.lineTo(width - (levels.length - 1 - i) * step, height - (0.92 * height * Math.min(level, FULL_MS)) / FULL_MS);
    });
    ctx.lineTo(width, height);
    ctx.closePath();
    ctx.fillStyle = "#8fd0c6";
    ctx.fill();
  }
}
