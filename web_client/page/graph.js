/** A value's last seconds as a curve. */

export class Graph {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{least: number, most: number, colour: string, points: number, band?: [number, number]}} look range shown, and a band
   *   in which all is well
   */
  constructor(canvas, look) {
    this.canvas = canvas;
    this.look = look;
    this.values = new Float32Array(look.points).fill(NaN);
    this.at = 0;
  }

  /** @param {number} value NaN where there is none */
  add(value) {
    this.values[this.at] = value;
    this.at = (this.at + 1) % this.values.length;
  }

  draw() {
    const { canvas, values, at, look } = this;
    const ctx = canvas.getContext("2d");
    if (!ctx) return;
    const ratio = globalThis.devicePixelRatio || 1;
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    ctx.clearRect(0, 0, width, height);
    const up = (/** @type {number} */ value) =>
      height * (1 - (Math.min(Math.max(value, look.least), look.most) - look.least) / (look.most - look.least));
    if (look.band) {
      ctx.fillStyle = "rgb(255 255 255 / 8%)";
      ctx.fillRect(0, up(look.band[1]), width, up(look.band[0]) - up(look.band[1]));
    }
    ctx.strokeStyle = look.colour;
    ctx.lineWidth = 1.5 * ratio;
    ctx.lineJoin = "round";
    ctx.beginPath();
    let drawing = false;
    for (let i = 0; i < values.length; i += 1) {
      const value = values[(at + i) % values.length];
      const x = (width * i) / (values.length - 1);
      if (Number.isNaN(value)) drawing = false;
      else if (drawing) ctx.lineTo(x, up(value));
      else {
        ctx.moveTo(x, up(value));
        drawing = true;
      }
    }
    ctx.stroke();
  }
}
