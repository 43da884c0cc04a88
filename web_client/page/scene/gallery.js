/**
 * Several heads on one canvas, each in a box of its own: one WebGL context however many they are.
 *
 * Without a graphics card only some of them are drawn in each frame, those that speak before the others; the rest keeps
 * its last picture.
 */

import { Color, Group, NeutralToneMapping, PerspectiveCamera, Scene, WebGLRenderer } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";
import { clone } from "three/addons/utils/SkeletonUtils.js";

import { openAvatar } from "../../adapters/avatar.js";
import { ThreeFace } from "../../adapters/three.js";
import { findHead, frame } from "./framing.js";
import { lamps, sky, surroundings } from "./light.js";
import { finish, simplify } from "./materials.js";

const FINEST = 1.5;
/** Pixels for each of the page's without a graphics card. */
const COARSE = 0.75;
/** Heads drawn in one frame without one. */
const FEW = 2;
/** What whoever shares a look with others wears. */
const GARMENTS = ["#3f8f8b", "#b9506b", "#d9a441", "#5d6fb5", "#7d9a4c", "#8a5aa8", "#c46a3f", "#4a7f9e"];
const NO_INSETS = { top: 10, right: 6, bottom: 26, left: 6 };

/**
 * @typedef {object} Place one head
 * @property {number} key of who it is
 * @property {string} look
 * @property {{left: number, top: number, width: number, height: number}} box in pixels of the canvas
 * @property {import("../../client.d.ts").Pose} pose
 * @property {boolean} speaking
 *
 * @typedef {{scene: import("three").Object3D, head: import("./framing.js").Head}} Look
 * @typedef {{model: import("three").Object3D, face: ThreeFace, look: Look, drawn: number, box: string}} Sitter
 */

export class Gallery {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {object} parts
   * @param {boolean} parts.software whether pictures are drawn without a graphics card
   * @param {(name: string) => Promise<ArrayBuffer>} parts.fetchLook the GLB of one of the project's heads
   */
  constructor(canvas, { software, fetchLook }) {
    this.canvas = canvas;
    this.software = software;
    this.fetchLook = fetchLook;
    this.renderer = new WebGLRenderer({ canvas, antialias: !software, alpha: true, preserveDrawingBuffer: software });
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.toneMappingExposure = 1.08;
    this.renderer.setPixelRatio(software ? COARSE : Math.min(FINEST, globalThis.devicePixelRatio || 1));
    this.renderer.setScissorTest(true);
    this.scene = new Scene();
    if (software) this.scene.add(sky());
    else this.scene.environment = surroundings(this.renderer);
    this.scene.environmentIntensity = 0.55;
    const { all } = lamps(software);
    this.lights = new Group().add(...all);
    for (const { target } of all) this.lights.add(target);
    this.scene.add(this.lights);
    this.camera = new PerspectiveCamera(18, 1, 0.1, 10);
    /** @type {Map<string, Promise<Look>>} */
    this.looks = new Map();
    /** @type {Map<number, Sitter>} */
    this.sitters = new Map();
    /** Keys of those whose head is being loaded. @type {Set<number>} */
    this.coming = new Set();
    this.frames = 0;
  }

  /** Fits the canvas to its place on the page. */
  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    this.renderer.setSize(Math.max(1, clientWidth), Math.max(1, clientHeight), false);
    for (const sitter of this.sitters.values()) sitter.drawn = -1;
  }

  /** Once a display frame. @param {readonly Place[]} places */
  show(places) {
    this.frames += 1;
    this.dismiss(new Set(places.map(({ key }) => key)));
    const due = [];
    for (const place of places) {
      const sitter = this.sitters.get(place.key);
      if (!sitter) void this.invite(place);
      else due.push({ place, sitter, wait: this.wait(place, sitter) });
    }
    due.sort((a, b) => b.wait - a.wait);
    const fresh = due.filter(({ wait }) => wait === Infinity).length;
    for (const { place, sitter } of due.slice(0, this.software ? Math.max(FEW, fresh) : due.length)) this.draw(place, sitter);
  }

  /** Frames that a head has waited to be drawn; a speaker's count more. @param {Place} place @param {Sitter} sitter */
  wait({ box, speaking }, sitter) {
    const where = `${box.left} ${box.top} ${box.width} ${box.height}`;
    if (sitter.drawn < 0 || sitter.box !== where) {
      sitter.box = where;
      return Infinity;
    }
    return (speaking ? 4 : 1) * (this.frames - sitter.drawn);
  }

  /** @param {Place} place @param {Sitter} sitter */
  draw({ box, pose }, sitter) {
    const { renderer, camera, lights } = this;
    const { face, look } = sitter;
    const { centre, height } = look.head;
    sitter.drawn = this.frames;
    for (const other of this.sitters.values()) other.model.visible = other === sitter;
    lights.position.copy(centre);
    lights.scale.setScalar(height);
    if (pose.weights.length > 0) face.show(pose);
    const distance = frame(camera, look.head, box.width, box.height, NO_INSETS);
    camera.position.set(centre.x, centre.y, centre.z + distance);
    camera.lookAt(centre);
    const below = this.canvas.clientHeight - box.top - box.height;
    renderer.setViewport(box.left, below, box.width, box.height);
    renderer.setScissor(box.left, below, box.width, box.height);
    renderer.render(this.scene, camera);
  }

  /** Gives somebody a head. @param {Place} place */
  async invite({ key, look }) {
    if (this.coming.has(key)) return;
    this.coming.add(key);
    try {
      const loaded = await this.load(look);
      if (!this.coming.has(key)) return;
      const model = clone(loaded.scene);
      dress(model, key);
      this.scene.add(model);
      this.sitters.set(key, { model, face: new ThreeFace(model), look: loaded, drawn: -1, box: "" });
    } catch (error) {
      console.warn("FaceWire:", error); // the tile shows the name alone, and is not tried again
      return;
    }
    this.coming.delete(key);
  }

  /** Those who are not shown any more. @param {Set<number>} shown keys */
  dismiss(shown) {
    for (const key of this.coming) if (!shown.has(key)) this.coming.delete(key);
    for (const [key, { model }] of this.sitters) {
      if (shown.has(key)) continue;
      this.scene.remove(model);
      this.sitters.delete(key);
      this.renderer.setScissor(0, 0, this.canvas.clientWidth, this.canvas.clientHeight);
      this.renderer.clear();
      for (const other of this.sitters.values()) other.drawn = -1;
    }
  }

  /** @param {string} name @returns {Promise<Look>} */
  load(name) {
    const known = this.looks.get(name);
    if (known) return known;
    const loading = this.open(name);
    this.looks.set(name, loading);
    loading.catch(() => this.looks.delete(name)); // whoever comes next tries again
    return loading;
  }

  /** @param {string} name @returns {Promise<Look>} */
  async open(name) {
    const { scene } = await openAvatar(await this.fetchLook(name), new GLTFLoader());
    if (this.software) simplify(scene);
    else finish(scene);
    scene.traverse((node) => {
      node.frustumCulled = false; // morphs and skins leave their box
    });
    return { scene, head: findHead(scene) };
  }
}

/** Another garment for each. @param {import("three").Object3D} model @param {number} key */
function dress(model, key) {
  model.traverse((node) => {
    const mesh = /** @type {any} */ (node);
    if (mesh.material?.name !== "garment") return;
    mesh.material = mesh.material.clone();
    mesh.material.color = new Color(GARMENTS[key % GARMENTS.length]);
  });
}
