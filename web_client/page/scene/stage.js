/**
 * The lit stage: renderer, lights and camera, with one avatar at a time. Comes with three.js, so the page loads it only
 * where there is WebGL.
 */

import { Group, NeutralToneMapping, PCFShadowMap, PerspectiveCamera, Scene, Vector3, WebGLRenderer } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

import { openAvatar } from "../../adapters/avatar.js";
import { findHead, frame } from "./framing.js";
import { lamps, sky, surroundings } from "./light.js";
import { finish, simplify } from "./materials.js";
import { Resolution } from "./resolution.js";

const FINEST = 2;
const RATIOS = [2, 1.5, 1, 0.75, 0.55, 0.4];
/** The finest at which shadows are left out. */
const SHADOWLESS = 0.75;
/** Where to begin without a graphics card. */
const MODEST = 0.55;
const SWAY_YAW = 0.075;
const SWAY_PITCH = 0.04;
const SWAY_MS = 220;

/**
 * @typedef {import("../../adapters/avatar.d.ts").Avatar} Avatar
 * @typedef {import("./framing.js").Insets} Insets
 */

export class Stage {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{software: boolean}} device whether pictures are drawn without a graphics card
   */
  constructor(canvas, { software }) {
    this.renderer = new WebGLRenderer({ canvas, antialias: !software, alpha: true, powerPreference: "high-performance" });
    this.renderer.toneMapping = NeutralToneMapping;
    this.renderer.toneMappingExposure = 1.08;
    this.renderer.shadowMap.enabled = true;
    this.renderer.shadowMap.type = PCFShadowMap;
    this.scene = new Scene();
    if (software) this.scene.add(sky());
    else this.scene.environment = surroundings(this.renderer);
    this.scene.environmentIntensity = 0.55;
    this.camera = new PerspectiveCamera(18, 1, 0.1, 10);
    this.plain = software;
    const { key, all } = lamps(software);
    this.key = key;
    /** Lights go with the head's place and size. */
    this.lights = new Group().add(...all);
    for (const { target } of all) this.lights.add(target);
    this.scene.add(this.lights);
    const finest = Math.min(FINEST, globalThis.devicePixelRatio || 1);
    const levels = [finest, ...RATIOS.filter((ratio) => ratio < finest)];
    this.resolution = new Resolution(levels, software ? levels.indexOf(MODEST) : 0);
    /** @type {Avatar | null} */
    this.avatar = null;
    this.head = { centre: new Vector3(), height: 0.24 };
    this.distance = 1;
    /** @type {Insets} */
    this.insets = { top: 0, right: 0, bottom: 0, left: 0 };
    this.sway = { x: 0, y: 0, toX: 0, toY: 0, share: 1 };
    this.last = 0;
    this.resize();
  }

  /** Share of the pointer's and the head's motion that is shown. @param {number} share */
  set motion(share) {
    this.sway.share = share;
  }

  /** Fits the picture to its place on the page; call it when that or what lies over it has changed. @param {Insets} [insets] */
  resize(insets = this.insets) {
    this.insets = insets;
    const { clientWidth, clientHeight } = this.renderer.domElement;
    const [width, height] = [Math.max(1, clientWidth), Math.max(1, clientHeight)];
    this.renderer.setPixelRatio(this.resolution.value);
    this.renderer.setSize(width, height, false);
    this.key.castShadow = this.resolution.value > SHADOWLESS;
    this.distance = frame(this.camera, this.head, width, height, insets);
  }

  /**
   * Loads a GLB or VRM and shows it instead of what was there.
   * @param {ArrayBuffer} bytes
   * @param {{own: boolean, wanted: () => boolean}} options `own` for the project's heads; `wanted` is asked when all is loaded
   * @returns {Promise<Avatar | null>} null where it is not wanted any more; rejected as `openAvatar` is; what is shown
   *   stays in both cases
   */
  async open(bytes, { own, wanted }) {
    const loader = new GLTFLoader();
    const avatar = own ? await openAvatar(bytes, loader) : await (await import("./foreign.js")).openForeign(bytes, loader);
    if (!wanted()) {
      release(avatar.scene);
      return null;
    }
    if (this.plain) simplify(avatar.scene);
    else if (own) finish(avatar.scene);
    avatar.scene.traverse((node) => prepare(/** @type {any} */ (node)));
    this.exchange(avatar);
    return avatar;
  }

  /** @param {Avatar} avatar */
  exchange(avatar) {
    const before = this.avatar;
    const head = findHead(avatar.scene, avatar.vrm?.humanoid.getRawBoneNode("head") ?? undefined);
    this.avatar = avatar;
    this.head = head;
    this.lights.position.copy(head.centre);
    this.lights.scale.setScalar(head.height);
    this.lights.updateMatrixWorld(true);
    for (const [side, sign] of /** @type {const} */ ([["left", -1], ["right", 1], ["top", 1], ["bottom", -1]]))
      this.key.shadow.camera[side] = sign * 1.2 * head.height;
    Object.assign(this.key.shadow.camera, { near: 2 * head.height, far: 9 * head.height });
    this.key.shadow.normalBias = 0.011 * head.height;
    this.key.shadow.camera.updateProjectionMatrix();
    this.scene.add(avatar.scene);
    if (before) {
      this.scene.remove(before.scene);
      before.face.dispose();
      release(before.scene);
    }
    this.resize();
  }

  /** Where the pointer is, -1 to 1 from the middle of the window: the camera goes with it a little. @param {number} x @param {number} y */
  point(x, y) {
    this.sway.toX = x;
    this.sway.toY = y;
  }

  /** Draws one frame. @param {import("../../client.d.ts").Pose} pose @param {number} now milliseconds */
  draw(pose, now) {
    const { avatar } = this;
    if (!avatar) return;
    const passed = this.last === 0 ? 16 : now - this.last;
    this.last = now;
    if (this.resolution.took(passed)) this.resize();
    avatar.face.show(pose);
    avatar.update(Math.min(passed, 100) / 1000);
    this.look(passed);
    this.renderer.render(this.scene, this.camera);
  }

  /** @param {number} passed */
  look(passed) {
    const { sway, camera, head, distance } = this;
    const share = 1 - Math.exp(-passed / SWAY_MS);
    sway.x += share * (sway.toX - sway.x);
    sway.y += share * (sway.toY - sway.y);
    const yaw = SWAY_YAW * sway.share * sway.x;
    const pitch = SWAY_PITCH * sway.share * sway.y;
    const { x, y, z } = head.centre;
    camera.position.set(x + distance * Math.sin(yaw), y + distance * Math.sin(pitch), z + distance * Math.cos(yaw));
    camera.lookAt(head.centre);
  }

  dispose() {
    this.renderer.dispose();
  }
}

/** @param {import("three").Mesh} node */
function prepare(node) {
  if (!node.isMesh) return;
  node.frustumCulled = false; // morphs and skins leave their box
  const name = Array.isArray(node.material) ? "" : node.material.name;
  node.castShadow = name !== "eye" && name !== "glint";
  node.receiveShadow = true;
}

/** Frees what a model holds on the graphics card. @param {import("three").Object3D} model */
function release(model) {
  model.traverse((node) => {
    const { geometry, material } = /** @type {any} */ (node);
    geometry?.dispose();
    for (const one of [material].flat()) {
      if (!one) continue;
      for (const value of Object.values(one)) if (value?.isTexture) value.dispose();
      one.dispose();
    }
  });
}
