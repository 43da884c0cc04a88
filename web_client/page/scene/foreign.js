/** Avatars that users bring: GLB with the usual compressions, VRM 0 and 1. Loaded when the first one is opened. */

import { VRMLoaderPlugin, VRMUtils } from "@pixiv/three-vrm";
import { MeshoptDecoder } from "three/addons/libs/meshopt_decoder.module.js";

import { openAvatar } from "../../adapters/avatar.js";

/** Radians by which arms held out sideways are let down. */
const ARMS_DOWN = 1.25;

/**
 * @param {ArrayBuffer} bytes
 * @param {import("three/addons/loaders/GLTFLoader.js").GLTFLoader} loader
 * @returns {Promise<import("../../adapters/avatar.d.ts").Avatar>} looking along +Z; rejected as `openAvatar` is
 */
export async function openForeign(bytes, loader) {
  loader.register((parser) => new VRMLoaderPlugin(parser));
  loader.setMeshoptDecoder(MeshoptDecoder);
  const avatar = await openAvatar(bytes, loader);
  if (avatar.vrm) stand(avatar.vrm);
  return avatar;
}

/** @param {import("@pixiv/three-vrm").VRM} vrm */
function stand(vrm) {
  const old = vrm.meta?.metaVersion === "0";
  VRMUtils.rotateVRM0(vrm);
  const down = old ? ARMS_DOWN : -ARMS_DOWN;
  const [left, right] = [vrm.humanoid.getNormalizedBoneNode("leftUpperArm"), vrm.humanoid.getNormalizedBoneNode("rightUpperArm")];
  if (left) left.rotation.z = down;
  if (right) right.rotation.z = -down;
  vrm.update(0);
}
