/** The faces of a room: heads on one canvas, or, without WebGL, a drawn face for each. */

import { DrawnFace } from "./face/drawn_face.js";
import { graphics } from "./graphics.js";
import { fetchLook, listLooks } from "./looks.js";

/**
 * @typedef {import("./scene/gallery.js").Gallery} Gallery
 * @typedef {Omit<import("./scene/gallery.js").Place, "look"> & {you: boolean, character?: string, channels: readonly string[]}} Shown
 */

export class RoomFaces {
  /** @param {HTMLElement} place filled with canvases @param {() => string} own the visitor's look */
  constructor(place, own) {
    this.place = place;
    this.own = own;
    /** @type {Gallery | null} */
    this.gallery = null;
    /** @type {Map<number, DrawnFace>} */
    this.drawn = new Map();
    /** @type {string[]} */
    this.looks = [];
    /** @type {Promise<void> | null} */
    this.beginning = null;
    this.ready = false;
  }

  /** When somebody is first to be seen. */
  async begin() {
    await this.make();
    this.ready = true;
  }

  async make() {
    const device = graphics();
    this.looks = (await listLooks()).map(({ name }) => name);
    if (!device || this.looks.length === 0) return;
    try {
      const { Gallery } = await import("./scene/gallery.js");
      const canvas = document.createElement("canvas");
      canvas.className = "gallery";
      this.place.append(canvas);
      this.gallery = new Gallery(canvas, { software: device.software, fetchLook });
      this.gallery.resize();
    } catch (error) {
      console.warn("FaceWire: no gallery.", error);
      this.gallery = null;
    }
  }

  /** @param {readonly Shown[]} shown */
  show(shown) {
    this.beginning ??= this.begin();
    if (!this.ready) return;
    if (this.gallery) this.gallery.show(shown.map((one) => ({ ...one, look: this.look(one) })));
    else this.draw(shown);
  }

  /** Characters of the project have heads of their names. @param {Shown} one */
  look({ key, you, character }) {
    const { looks } = this;
    const wanted = you ? this.own() : (character?.toLowerCase() ?? "");
    return looks.includes(wanted) ? wanted : looks[(key + looks.length) % looks.length];
  }

  /** @param {readonly Shown[]} shown */
  draw(shown) {
    for (const [key, face] of this.drawn) if (!shown.some((one) => one.key === key)) this.erase(key, face);
    for (const { key, box, pose, channels } of shown) {
      if (pose.weights.length === 0) continue;
      const face = this.drawn.get(key) ?? this.sketch(key, channels);
      const { style } = face.canvas;
      const [width, height] = [`${box.width}px`, `${box.height}px`];
      style.transform = `translate(${box.left}px, ${box.top}px)`;
      if (style.width !== width || style.height !== height) {
        Object.assign(style, { width, height });
        face.resize();
      }
      face.draw(pose.weights, pose.head);
    }
  }

  /** @param {number} key @param {readonly string[]} channels */
  sketch(key, channels) {
    const canvas = document.createElement("canvas");
    canvas.className = "gallery";
    this.place.append(canvas);
    const face = new DrawnFace(canvas, channels);
    this.drawn.set(key, face);
    return face;
  }

  /** @param {number} key @param {DrawnFace} face */
  erase(key, face) {
    face.canvas.remove();
    this.drawn.delete(key);
  }

  clear() {
    this.gallery?.show([]);
    for (const [key, face] of this.drawn) this.erase(key, face);
  }

  resize() {
    this.gallery?.resize();
  }
}
