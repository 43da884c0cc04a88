/** Where a model's head is, and where the camera stands to show head and shoulders in the free part of the window. */

import { Box3, Vector3 } from "three";

import { findSkeleton } from "../../adapters/bones.js";

/** Part of a standing figure's height that the head takes, where no bone says it. */
const HEAD_OF_FIGURE = 0.135;
/** Head heights: shown above the crown and below the chin, and to each side of the middle. */
const ABOVE = 0.12;
const BELOW = 0.34;
const BESIDE = 0.6;

/**
 * @typedef {{centre: Vector3, height: number}} Head middle between chin and crown, and what lies between them
 * @typedef {{top: number, right: number, bottom: number, left: number}} Insets pixels of the window that are covered
 */

/**
 * @param {import("three").Object3D} model at rest, looking along +Z
 * @param {import("three").Object3D | null} [bone] its head where that is known, else it is found by its name
 * @returns {Head}
 */
export function findHead(model, bone = findSkeleton(model).head) {
  model.updateMatrixWorld(true);
  const box = new Box3().setFromObject(model, true);
  const size = box.getSize(new Vector3());
  const centre = box.getCenter(new Vector3());
  if (bone) {
    const base = bone.getWorldPosition(new Vector3());
    const height = box.max.y - base.y;
    if (height > 0.02 * size.y) return { centre: new Vector3(base.x, base.y + 0.5 * height, centre.z), height };
  }
  const figure = size.y > 2.5 * Math.min(size.x, size.z);
  const height = figure ? HEAD_OF_FIGURE * size.y : 0.8 * size.y;
  return { centre: new Vector3(centre.x, box.max.y - 0.5 * height, centre.z), height };
}

/**
 * Sets the camera so that the head stands in the middle of what is free, as large as fits.
 * @param {import("three").PerspectiveCamera} camera
 * @param {Head} head
 * @param {number} width @param {number} height of the window in pixels
 * @param {Insets} insets
 * @returns {number} distance of the camera from the head's centre
 */
export function frame(camera, head, width, height, insets) {
  const free = {
    width: Math.max(80, width - insets.left - insets.right),
    height: Math.max(80, height - insets.top - insets.bottom),
  };
  const tall = (1 + ABOVE + BELOW) * head.height;
  const wide = 2 * BESIDE * head.height;
  const scale = Math.min(free.height / tall, free.width / wide); // pixels a metre
  const distance = height / scale / (2 * Math.tan((camera.fov * Math.PI) / 360));
  const middle = insets.top + 0.5 * free.height - 0.5 * (BELOW - ABOVE) * head.height * scale;
  const shiftX = Math.round(0.5 * width - (insets.left + 0.5 * free.width));
  const shiftY = Math.round(0.5 * height - middle);
  camera.aspect = width / height;
  camera.near = 0.1 * distance;
  camera.far = 6 * distance;
  camera.setViewOffset(width, height, shiftX, shiftY, width, height);
  return distance;
}
