/** The morph targets of a model's meshes, driven by the 52 channels. */

import { ShapeMapper } from "../core/shape_mapper.js";

/**
 * @typedef {import("three").Object3D} Object3D
 * @typedef {import("three").Mesh} Mesh
 * @typedef {import("./avatar.d.ts").FaceOptions} FaceOptions
 * @typedef {{name: string, influences: number[], mapper: ShapeMapper, moved: number[], targets: number[], out: Float32Array}} Driven
 */

/** There is nothing on this avatar that a face could move. The message says what would be right. */
export class NoFaceShapes extends Error {
  name = "NoFaceShapes";
}

export class Morphs {
  /**
   * One family of rigs is chosen for all meshes together; a mesh's shapes without a channel are never written.
   * @param {Object3D} root
   * @param {FaceOptions} options
   */
  constructor(root, options) {
    const { ignore = [], offsets = {}, families, ...rest } = options;
    const meshes = meshesWithMorphs(root);
    const names = [...new Set(meshes.flatMap((mesh) => Object.keys(mesh.morphTargetDictionary ?? {})))];
    const wanted = names.filter((name) => !ignore.includes(name));
    /** Of all names, for its report. */
    this.mapper = new ShapeMapper(wanted, { ...rest, offsets, families });
    this.meshes = meshes.map((mesh) => drive(mesh, wanted, { ...rest, offsets, families: this.mapper.families }));
  }

  /** Whether anything moves. */
  get any() {
    return this.mapper.entries.length > 0;
  }

  /** @param {ArrayLike<number>} weights */
  show(weights) {
    for (const { influences, mapper, moved, targets, out } of this.meshes) {
      mapper.map(weights, out);
      for (let i = 0; i < moved.length; i++) influences[targets[i]] = out[moved[i]];
    }
  }

  release() {
    for (const { influences, targets } of this.meshes) for (const target of targets) influences[target] = 0;
  }
}

/** @param {Object3D} root */
function meshesWithMorphs(root) {
  /** @type {Mesh[]} */
  const meshes = [];
  root.traverse((node) => {
    const mesh = /** @type {Mesh} */ (node);
    if (mesh.isMesh && mesh.morphTargetInfluences && mesh.morphTargetDictionary) meshes.push(mesh);
  });
  return meshes;
}

/**
 * @param {Mesh} mesh @param {string[]} wanted
 * @param {import("../client.d.ts").ShapeMapperOptions} options
 * @returns {Driven}
 */
function drive(mesh, wanted, options) {
  const dictionary = mesh.morphTargetDictionary ?? {};
  const names = wanted.filter((name) => name in dictionary);
  const offsets = Object.fromEntries(Object.entries(options.offsets ?? {}).filter(([name]) => name in dictionary));
  const mapper = new ShapeMapper(names, { ...options, offsets });
  const moved = [...new Set(mapper.columns)];
  const targets = moved.map((i) => dictionary[names[i]]);
  const out = new Float32Array(names.length);
  return { name: mesh.name, influences: mesh.morphTargetInfluences ?? [], mapper, moved, targets, out };
}

/** For a message: what the avatar has instead. @param {readonly string[]} names */
export function instead(names) {
  if (names.length === 0) return "It has no morph targets at all.";
  return `It has ${names.slice(0, 6).join(", ")}${names.length > 6 ? ` and ${names.length - 6} more` : ""}.`;
}
