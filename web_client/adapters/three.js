/** A FaceWire face on any model that three.js has loaded: morph targets by their names, head, eyes and jaw by their bones. */

import { CHANNELS } from "../core/shape_mapper.js";
import { findSkeleton, gaze, Turned } from "./bones.js";
import { instead, Morphs, NoFaceShapes } from "./morphs.js";

export { NoFaceShapes };

/** What a jaw turns by when it opens wide: about 22 degrees for a human one. */
const JAW_DEGREES = 22;

/**
 * @typedef {import("./avatar.d.ts").Face} Face
 * @typedef {import("./avatar.d.ts").FaceOptions} FaceOptions
 * @typedef {import("./avatar.d.ts").Report} Report
 */

/** @implements {Face} */
export class ThreeFace {
  /**
   * Takes the model as it is now for its rest pose. Its face should look along +Z, as glTF wants it.
   * @param {import("three").Object3D} root such as the `scene` that GLTFLoader gives
   * @param {FaceOptions} [options]
   * @throws {NoFaceShapes} for a model without anything to move
   */
  constructor(root, options = {}) {
    const { headGain = 1, neckShare = 0.3, eyeGain = 1, eyes = "auto", jaw = "auto", channels = CHANNELS } = options;
    this.headGain = headGain;
    this.neckShare = neckShare;
    this.eyeGain = eyeGain;
    this.at = Object.fromEntries(channels.map((name, i) => [name, i]));
    /** @type {Morphs} */
    this.morphs = new Morphs(root, options);
    const skeleton = findSkeleton(root);
    const { families, missing } = this.morphs.mapper;
    const bony = families.mouth === "character_creator" || missing.includes("jawOpen");
    if (jaw === "off" || (jaw === "auto" && !bony)) delete skeleton.jaw;
    if (eyes === "shapes" || (eyes === "auto" && this.shapesTurnEyes(skeleton))) {
      delete skeleton.leftEye;
      delete skeleton.rightEye;
    }
    if (!this.morphs.any && !skeleton.jaw)
      throw new NoFaceShapes(
        `This model has no shapes that a face could move. ${instead(this.morphs.mapper.shapes)} ` +
          "It wants morph targets named as ARKit's (jawOpen, eyeBlinkLeft ...), visemes (viseme_aa ...) or vowels (A I U E O).",
      );
    /** @type {Partial<Record<import("./bones.js").Part, Turned>>} */
    this.bones = {};
    for (const [part, bone] of Object.entries(skeleton))
      this.bones[/** @type {import("./bones.js").Part} */ (part)] = new Turned(bone, root);
  }

  /**
   * Eyes that are nodes of their own, beside the mesh that has the shapes, are turned, and the shapes move the lids.
   * Eyes that are bones of a skin are turned only where no shapes look about.
   * @param {import("./bones.js").Skeleton} skeleton
   */
  shapesTurnEyes({ leftEye, rightEye }) {
    const looks = !this.morphs.mapper.missing.some((name) => name.startsWith("eyeLook"));
    return looks && [leftEye, rightEye].some((eye) => /** @type {any} */ (eye)?.isBone);
  }

  /** @returns {Report} */
  get report() {
    const { families, coverage, missing, unmapped, shapes } = this.morphs.mapper;
    const meshes = this.morphs.meshes.filter(({ moved }) => moved.length > 0).map(({ name }) => name);
    const bones = Object.fromEntries(Object.entries(this.bones).map(([part, { bone }]) => [part, bone.name]));
    return { families, coverage, missing: [...missing], unmapped, shapes, meshes, bones };
  }

  /** Shows what `facewire.face(now)` gave. @param {{weights: ArrayLike<number>, head: ArrayLike<number>}} pose */
  show({ weights, head }) {
    this.morphs.show(weights);
    const { neck, head: top, leftEye, rightEye, jaw } = this.bones;
    const share = neck && top ? this.neckShare : neck ? 1 : 0;
    const yaw = this.headGain * (head[0] ?? 0);
    const pitch = this.headGain * (head[1] ?? 0);
    const roll = this.headGain * (head[2] ?? 0);
    neck?.turn(share * yaw, share * pitch, share * roll);
    top?.turn((1 - share) * yaw, (1 - share) * pitch, (1 - share) * roll);
    if (leftEye) this.look(leftEye, weights, "Left");
    if (rightEye) this.look(rightEye, weights, "Right");
    jaw?.turn(0, -JAW_DEGREES * (weights[this.at.jawOpen] ?? 0));
  }

  /** @param {Turned} eye @param {ArrayLike<number>} weights @param {"Left" | "Right"} side */
  look(eye, weights, side) {
    const [yaw, pitch] = gaze(weights, this.at, side);
    eye.turn(this.eyeGain * yaw, this.eyeGain * pitch);
  }

  /** Leaves the model as it was found. */
  dispose() {
    this.morphs.release();
    for (const bone of Object.values(this.bones)) bone.release();
  }
}
