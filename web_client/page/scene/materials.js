/** What glTF's core materials cannot say about the project's own heads: wet eyes, velvet skin, sheen of hair. */

import { Color, MeshLambertMaterial, MeshPhysicalMaterial, MeshStandardMaterial } from "three";

/**
 * @typedef {import("three").Material} Material
 * @typedef {import("three").Mesh} Mesh
 * @typedef {import("three").Object3D} Object3D
 */

/** @type {Record<string, (material: MeshPhysicalMaterial) => void>} by the names that blend_shapes/head gives */
const FINISH = {
  skin(material) {
    material.sheen = 0.22;
    material.sheenRoughness = 0.45;
    material.sheenColor = new Color("#ffc9b0");
    material.specularIntensity = 0.7;
  },
  eye(material) {
    material.roughness = 0.3;
    material.clearcoat = 1;
    material.clearcoatRoughness = 0.03;
  },
  teeth(material) {
    material.clearcoat = 0.6;
    material.clearcoatRoughness = 0.2;
  },
  tongue(material) {
    material.clearcoat = 0.5;
    material.clearcoatRoughness = 0.3;
  },
  hair(material) {
    material.sheen = 0.12;
    material.sheenRoughness = 0.4;
    material.sheenColor = new Color("#d8b49c");
    material.roughness = 0.58;
  },
};

/** Exchanges the materials of a head that `facewire head` wrote for their best. @param {Object3D} head */
export function finish(head) {
  exchange(head, (plain) => {
    const kind = FINISH[plain.name];
    if (!kind) return plain;
    const material = new MeshPhysicalMaterial();
    MeshStandardMaterial.prototype.copy.call(material, plain);
    material.defines = { STANDARD: "", PHYSICAL: "" };
    kind(material);
    return material;
  });
}

/** Leaves out what a processor without a graphics card takes too long for. @param {Object3D} model */
export function simplify(model) {
  exchange(model, ({ name, color, map, emissive, side, vertexColors }) => {
    return new MeshLambertMaterial({ name, color, map, emissive, side, vertexColors });
  });
  model.traverse((node) => {
    const { geometry } = /** @type {Mesh} */ (node);
    if (geometry?.morphAttributes.normal) delete geometry.morphAttributes.normal;
  });
}

/** @param {Object3D} model @param {(plain: MeshStandardMaterial) => Material} better */
function exchange(model, better) {
  /** @type {Map<Material, Material>} */
  const made = new Map();
  model.traverse((node) => {
    const mesh = /** @type {Mesh} */ (node);
    const plain = mesh.material;
    if (!(plain instanceof MeshStandardMaterial)) return;
    const material = made.get(plain) ?? better(plain);
    made.set(plain, material);
    mesh.material = material;
  });
}
