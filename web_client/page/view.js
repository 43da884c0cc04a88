/**
 * What the visitor sees of the character: an avatar on the lit stage, or, without WebGL, the drawn face.
 *
 * Whatever fails, the face that was there stays and goes on moving.
 */

import { DrawnFace } from "./face/drawn_face.js";
import { graphics } from "./graphics.js";
import { fetchLook } from "./looks.js";

const REDUCED_MOTION = 0.35;
/** A graphics card that was lost, as after sleep, mostly comes back. */
const LOST_MS = 3000;

/**
 * @typedef {import("./scene/stage.js").Stage} Stage
 * @typedef {import("../adapters/avatar.d.ts").Report} Report
 */

export class View {
  /**
   * @param {HTMLElement} place filled with a canvas
   * @param {(trouble: "no_webgl" | "lost" | "no_heads") => void} onTrouble the drawn face has taken over
   */
  constructor(place, onTrouble) {
    this.place = place;
    this.onTrouble = onTrouble;
    /** @type {readonly string[]} */
    this.channels = [];
    /** @type {Stage | null} */
    this.stage = null;
    /** @type {DrawnFace | null} */
    this.drawn = null;
    this.drawing = false;
    this.reduced = false;
    /** @type {import("./scene/framing.js").Insets} */
    this.insets = { top: 0, right: 0, bottom: 0, left: 0 };
    /** Counts what was asked for, so that the last wish wins. */
    this.wish = 0;
    this.ready = Promise.resolve().then(() => this.begin()); // not before whoever made it knows it
  }

  /** Whether avatars can be shown. */
  get solid() {
    return this.stage !== null && !this.drawing;
  }

  async begin() {
    const device = graphics();
    if (!device) return this.draw("no_webgl");
    try {
      const { Stage } = await import("./scene/stage.js");
      const canvas = this.canvas();
      this.stage = new Stage(canvas, device);
      this.stage.motion = this.reduced ? REDUCED_MOTION : 1;
      this.watch(canvas);
      this.stage.resize(this.insets);
    } catch (error) {
      console.warn("FaceWire: no stage.", error);
      this.draw("no_webgl");
    }
  }

  canvas() {
    const canvas = document.createElement("canvas");
    this.place.append(canvas);
    return canvas;
  }

  /** @param {HTMLCanvasElement} canvas of the stage */
  watch(canvas) {
    let timer = 0;
    canvas.addEventListener("webglcontextlost", () => {
      timer = setTimeout(() => this.draw("lost"), LOST_MS);
    });
    canvas.addEventListener("webglcontextrestored", () => {
      clearTimeout(timer);
      this.drawing = false;
      canvas.hidden = false;
      if (this.drawn) this.drawn.canvas.hidden = true;
    });
  }

  /** The drawn face takes over. @param {"no_webgl" | "lost" | "no_heads"} why */
  draw(why) {
    this.drawing = true;
    if (this.stage) this.stage.renderer.domElement.hidden = true;
    if (this.drawn) this.drawn.canvas.hidden = false;
    this.onTrouble(why);
  }

  /** @param {readonly string[]} channels names of the weights to come */
  begins(channels) {
    this.channels = channels;
    this.drawn?.canvas.remove();
    this.drawn = null;
  }

  /**
   * Shows one of the project's heads.
   * @param {string} name
   * @returns {Promise<boolean>} false where another was asked for since, or nothing solid can be shown; rejected where
   *   the head cannot be had
   */
  async look(name) {
    if (this.drawing && !this.stage) return false;
    return (await this.exchange(fetchLook(name), true)) !== null;
  }

  /**
   * Shows a user's own avatar.
   * @param {ArrayBuffer} bytes of a GLB or VRM
   * @returns {Promise<Report | null>} what was found on it; null as false above; rejected as `openAvatar` is
   */
  own(bytes) {
    return this.exchange(Promise.resolve(bytes), false);
  }

  /** @param {Promise<ArrayBuffer>} file @param {boolean} own the project's @returns {Promise<Report | null>} */
  async exchange(file, own) {
    const wish = ++this.wish;
    const [bytes] = await Promise.all([file, this.ready]);
    if (!this.stage || wish !== this.wish) return null;
    const avatar = await this.stage.open(bytes, { own, wanted: () => wish === this.wish });
    if (!avatar) return null;
    this.place.classList.add("shown");
    return avatar.face.report;
  }

  /** Calmer for those who want it. @param {boolean} reduced */
  calm(reduced) {
    this.reduced = reduced;
    if (this.stage) this.stage.motion = reduced ? REDUCED_MOTION : 1;
    if (this.drawn) this.drawn.headMotion = reduced ? REDUCED_MOTION : 1;
  }

  /** @param {import("./scene/framing.js").Insets} insets pixels that lie under other things */
  resize(insets = this.insets) {
    this.insets = insets;
    this.place.style.setProperty("--under", `${insets.bottom}px`);
    this.place.style.setProperty("--right", `${insets.right}px`);
    this.stage?.resize(insets);
    this.drawn?.resize();
  }

  /** @param {number} x @param {number} y from -1 to 1, from the window's middle to the right and up */
  point(x, y) {
    if (!this.reduced) this.stage?.point(x, y);
  }

  /** Once a display frame. @param {import("../client.d.ts").Pose} pose @param {number} now milliseconds */
  show(pose, now) {
    if (!this.drawing) this.stage?.draw(pose, now);
    else if (pose.weights.length > 0) this.face().draw(pose.weights, pose.head);
  }

  /** The drawn face, made when it is first needed. */
  face() {
    if (!this.drawn) {
      const canvas = this.canvas();
      canvas.className = "drawn";
      this.drawn = new DrawnFace(canvas, this.channels);
      this.calm(this.reduced);
      this.place.classList.add("shown");
    }
    return this.drawn;
  }
}
