/** A GLB or VRM file, as a user drops it on a page, to a model with a face. Says plainly what is wrong with a file. */

import { NoFaceShapes } from "./morphs.js";
import { ThreeFace } from "./three.js";
import { VrmFace } from "./vrm.js";

export { NoFaceShapes };

/**
 * @typedef {import("./avatar.d.ts").Avatar} Avatar
 * @typedef {import("./avatar.d.ts").FaceOptions} FaceOptions
 */

const MAGIC = 0x46546c67; // "glTF"
const JSON_CHUNK = 0x4e4f534a;

/** Ways to compress a model: the extension, what of the loader undoes it, and what to tell the user. @type {[string, string, string][]} */
const COMPRESSIONS = [
  ["KHR_draco_mesh_compression", "dracoLoader", "This file's meshes are compressed with Draco. Export the model without compression."],
  ["EXT_meshopt_compression", "meshoptDecoder", "This file is compressed with meshopt. Export the model without compression."],
  ["KHR_meshopt_compression", "meshoptDecoder", "This file is compressed with meshopt. Export the model without compression."],
  ["KHR_texture_basisu", "ktx2Loader", "This file's pictures are compressed with Basis (KTX2). Export the model with PNG or JPEG pictures."],
];

/** The file cannot be shown. The message says why, and what would be right. */
export class BadAvatarFile extends Error {
  name = "BadAvatarFile";
}

/**
 * Loads a model and finds its face. A VRM wants a loader with three-vrm's plugin:
 * `loader.register((parser) => new VRMLoaderPlugin(parser))`; without it, it is shown as a plain model.
 * @param {ArrayBuffer} bytes of the file
 * @param {import("three/addons/loaders/GLTFLoader.js").GLTFLoader} loader
 * @param {FaceOptions} [options]
 * @returns {Promise<Avatar>} rejected with BadAvatarFile, or with NoFaceShapes for a model without anything to move
 */
export async function openAvatar(bytes, loader, options = {}) {
  check(bytes, /** @type {any} */ (loader));
  let gltf;
  try {
    gltf = await loader.parseAsync(bytes, "");
  } catch (error) {
    throw new BadAvatarFile(`This file is damaged: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
  const vrm = /** @type {import("@pixiv/three-vrm").VRM | undefined} */ (gltf.userData.vrm);
  if (!vrm) return { scene: gltf.scene, vrm: null, face: new ThreeFace(gltf.scene, options), update() {} };
  return { scene: vrm.scene, vrm, face: new VrmFace(vrm, options), update: (seconds) => vrm.update(seconds) };
}

/**
 * Throws for bytes that are no whole GLB of version 2 by itself, and for what the loader has no decoder for.
 * @param {ArrayBuffer} bytes @param {Record<string, any>} loader
 */
function check(bytes, loader) {
  const view = new DataView(bytes);
  if (bytes.byteLength < 20 || view.getUint32(0, true) !== MAGIC) throw new BadAvatarFile(`${kind(bytes)} A GLB or VRM file is wanted.`);
  const version = view.getUint32(4, true);
  if (version !== 2) throw new BadAvatarFile(`This file is of glTF ${version}; glTF 2 is wanted.`);
  const length = view.getUint32(8, true);
  if (length > bytes.byteLength)
    throw new BadAvatarFile(`This file is cut off: ${bytes.byteLength} of ${length} bytes are there. Copy it again.`);
  const size = view.getUint32(12, true);
  if (view.getUint32(16, true) !== JSON_CHUNK || 20 + size > bytes.byteLength)
    throw new BadAvatarFile("This file is damaged: its description of the model is missing.");
  checkModel(read(new Uint8Array(bytes, 20, size)), loader);
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {any} */
function read(bytes) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new BadAvatarFile("This file is damaged: its description of the model is not JSON.", { cause: error });
  }
}

/** @param {any} model @param {Record<string, any>} loader */
function checkModel(model, loader) {
  const { extensionsUsed = [], extensionsRequired = [] } = model;
  for (const [extension, decoder, words] of COMPRESSIONS) {
    // A file may carry the same without compression beside it; of Draco the loader takes no notice of that.
    const needed = decoder === "dracoLoader" ? extensionsUsed : extensionsRequired;
    if (needed.includes?.(extension) && !loader[decoder]) throw new BadAvatarFile(words);
  }
  const beside = [...(model.buffers ?? []), ...(model.images ?? [])].find(({ uri }) => uri && !uri.startsWith("data:"));
  if (beside)
    throw new BadAvatarFile(`This file needs ${JSON.stringify(beside.uri)} beside it. Export the model as one GLB.`);
  if (!model.meshes?.length) throw new BadAvatarFile("There is no mesh in this file.");
}

/** What else the user may have dropped. @param {ArrayBuffer} bytes */
function kind(bytes) {
  const start = new TextDecoder("latin1").decode(new Uint8Array(bytes, 0, Math.min(32, bytes.byteLength)));
  if (start.trimStart().startsWith("{")) return "This is a glTF in parts. Export the model as one GLB.";
  if (start.startsWith("Kaydara FBX")) return "This is an FBX file. Export the model as GLB.";
  if (start.startsWith("PK")) return "This is a ZIP file. Unpack it first.";
  return "This is no model that can be shown.";
}
