/** What glTF's core materials cannot say about the project's own heads: wet eyes, velvet skin, sheen of hair. */

import { Color, MeshPhysicalMaterial } from "three";

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
    material.sheen = 0.5;
    material.sheenRoughness = 0.4;
    material.sheenColor = material.color.clone().lerp(new Color("#ffffff"), 0.35);
  },
};

/** Exchanges the materials of a head that `facewire head` wrote. @param {import("three").Object3D} head */
export function finish(head) {
  /** @type {Map<import("three").Material, MeshPhysicalMaterial>} */
  const made = new Map();
  head.traverse((node) => {
    const mesh = /** @type {import("three").Mesh} */ (node);
    if (!mesh.isMesh || Array.isArray(mesh.material)) return;
    const plain = mesh.material;
    const kind = FINISH[plain.name];
    if (!kind) return;
    let material = made.get(plain);
    if (!material) {
      material = new MeshPhysicalMaterial();
      Object.getPrototypeOf(MeshPhysicalMaterial.prototype).copy.call(material, plain);
      material.defines = { STANDARD: "", PHYSICAL: "" };
      kind(material);
      made.set(plain, material);
    }
    mesh.material = material;
  });
}
