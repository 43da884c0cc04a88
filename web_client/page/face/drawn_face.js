/** The character on a canvas: moved by 52 weights and three head angles, drawn afresh each frame. */

import { drawEyes } from "./eyes.js";
import { drawBody, drawCheeks, drawEars, drawFringe, drawHairBehind, drawNose, drawSkull } from "./head.js";
import { drawMouth } from "./mouth.js";
import { Pose } from "./pose.js";
import { Space } from "./space.js";

/** Extent of the drawing in face units, and where the head's centre lies in it. */
const WIDTH = 360;
const HEIGHT = 430;
const CENTRE_Y = 196;
const MAX_PIXEL_RATIO = 2;

export class DrawnFace {
  /** @param {HTMLCanvasElement} canvas @param {readonly string[]} channels names of the weights */
  constructor(canvas, channels) {
    this.canvas = canvas;
    const ctx = canvas.getContext("2d");
    if (!ctx) throw new Error("this browser draws no 2D canvas");
    this.ctx = ctx;
    this.pose = new Pose(channels);
    this.space = new Space();
    /** Share of the head's motion that is shown. */
    this.headMotion = 1;
    this.resize();
  }

  /** Fits the canvas to its place on the page; call it when that changes. */
  resize() {
    const ratio = Math.min(MAX_PIXEL_RATIO, globalThis.devicePixelRatio || 1);
    const { clientWidth, clientHeight } = this.canvas;
    this.canvas.width = Math.max(1, Math.round(clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(clientHeight * ratio));
  }

  /** @param {ArrayLike<number>} weights @param {ArrayLike<number>} head degrees */
  draw(weights, head) {
    const { ctx, canvas, pose, space } = this;
    pose.set(weights, head);
    const m = this.headMotion;
    space.turn(m * pose.yaw, m * pose.pitch, m * pose.roll);
    const scale = Math.min(canvas.width / WIDTH, canvas.height / HEIGHT);
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, canvas.width, canvas.height);
    ctx.setTransform(scale, 0, 0, scale, canvas.width / 2, canvas.height - (HEIGHT - CENTRE_Y) * scale);
    this.layers();
  }

  /** Back to front. */
  layers() {
    const { ctx, pose, space } = this;
    ctx.save();
    space.tilt(ctx);
    drawHairBehind(ctx, space);
    ctx.restore();
    drawBody(ctx, space);
    space.tilt(ctx);
    drawEars(ctx, space);
    drawSkull(ctx, space, pose);
    drawCheeks(ctx, space, pose);
    drawNose(ctx, space, pose);
    drawMouth(ctx, space, pose);
    drawEyes(ctx, space, pose);
    drawFringe(ctx, space);
  }
}
