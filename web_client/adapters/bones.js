/**
 * Bones that follow the face: turned about the character's axes, away from the pose that whoever else animates them
 * gives them. Works on the objects' own quaternions, so nothing of three is imported.
 *
 * Axes: +Y up, the face looks along +Z, the character's left is +X. Angles are in degrees.
 */

import { words } from "../core/shape_names.js";

/**
 * @typedef {import("three").Object3D} Object3D
 * @typedef {import("three").Quaternion} Quaternion
 * @typedef {"head" | "neck" | "leftEye" | "rightEye" | "jaw"} Part
 * @typedef {Partial<Record<Part, Object3D>>} Skeleton
 */

const RADIANS = Math.PI / 180;
const AXES = {
  x: Object.freeze({ x: 1, y: 0, z: 0 }),
  y: Object.freeze({ x: 0, y: 1, z: 0 }),
  z: Object.freeze({ x: 0, y: 0, z: 1 }),
};
/** An eye at weight 1 has turned so far, as `blend_shapes/life/finish.py` has it. */
const SIDEWAYS = 30;
const UPWARDS = 25;

/** @type {Record<Part, RegExp>} on a name's words: prefixes of rigs before, numbers behind */
const PARTS = {
  head: /(^| )head( x| jnt| joint)?( 0*1)?$/,
  neck: /(^| )neck( twist)?( x| jnt| joint)?( 0*1)?$/,
  leftEye: /(^| )(left (face )?eye(ball)?|eye(ball)? left|lefteye)( x| jnt| joint)?$/,
  rightEye: /(^| )(right (face )?eye(ball)?|eye(ball)? right|righteye)( x| jnt| joint)?$/,
  jaw: /(^| )jaw( root| x| jnt| joint)?( 0*1)?$/,
};

/**
 * Head, neck, eyes and jaw by the usual names, such as Head, mixamorigHead, CC_Base_L_Eye or J_Adj_R_FaceEye. Bones
 * go before other nodes, and those near the root before those below them; skinned meshes are none.
 * @param {Object3D} root
 * @returns {Skeleton}
 */
export function findSkeleton(root) {
  /** @type {Object3D[]} breadth first */
  const nodes = [root];
  for (let i = 0; i < nodes.length; i++) nodes.push(...nodes[i].children);
  const bones = nodes.filter((node) => /** @type {any} */ (node).isBone);
  const others = nodes.filter((node) => !bones.includes(node) && !(/** @type {any} */ (node).isSkinnedMesh));
  /** @type {Skeleton} */
  const skeleton = {};
  for (const part of /** @type {Part[]} */ (Object.keys(PARTS))) {
    const found = [...bones, ...others].find(({ name }) => PARTS[part].test(words(name).join(" ")));
    if (found) skeleton[part] = found;
  }
  return skeleton;
}

/** A bone that is turned away from its pose. */
export class Turned {
  /**
   * @param {Object3D} bone at rest
   * @param {Object3D} root of the character: its axes are those that the angles are about
   */
  constructor(bone, root) {
    this.bone = bone;
    this.base = bone.quaternion.clone();
    this.written = bone.quaternion.clone();
    /** Rotation of the bone's parent in the axes of the root, at rest. */
    this.frame = restFrame(bone, root);
    this.inverse = this.frame.clone().invert();
    this.axis = bone.quaternion.clone();
  }

  /**
   * @param {number} yaw to the character's left
   * @param {number} pitch up
   * @param {number} [roll] to its right shoulder
   */
  turn(yaw, pitch, roll = 0) {
    const { quaternion } = this.bone;
    if (!quaternion.equals(this.written)) this.base.copy(quaternion); // an animation has moved it since
    quaternion.setFromAxisAngle(/** @type {any} */ (AXES.y), yaw * RADIANS);
    quaternion.multiply(this.axis.setFromAxisAngle(/** @type {any} */ (AXES.x), -pitch * RADIANS));
    quaternion.multiply(this.axis.setFromAxisAngle(/** @type {any} */ (AXES.z), roll * RADIANS));
    quaternion.premultiply(this.inverse).multiply(this.frame).multiply(this.base);
    this.written.copy(quaternion);
  }

  /** Gives the bone back as it would be without us. */
  release() {
    if (this.bone.quaternion.equals(this.written)) this.bone.quaternion.copy(this.base);
  }
}

/** @param {Object3D} bone @param {Object3D} root @returns {Quaternion} */
function restFrame(bone, root) {
  const frame = bone.quaternion.clone().identity();
  for (let node = bone.parent; node && node !== root; node = node.parent) frame.premultiply(node.quaternion);
  return frame;
}

/**
 * Where an eye looks, from its four channels.
 * @param {ArrayLike<number>} weights
 * @param {Readonly<Record<string, number>>} at index of each channel
 * @param {"Left" | "Right"} side
 * @returns {[number, number]} yaw to the character's left, pitch up
 */
export function gaze(weights, at, side) {
  /** @param {string} way */
  const look = (way) => weights[at[`eyeLook${way}${side}`]] ?? 0;
  const outwards = SIDEWAYS * (look("Out") - look("In"));
  return [side === "Left" ? outwards : -outwards, UPWARDS * (look("Up") - look("Down"))];
}
