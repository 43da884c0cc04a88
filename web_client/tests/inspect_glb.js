/** Prints what the Khronos validator and three.js make of a GLB file: `node inspect_glb.js HEAD.glb`. */

import { readFileSync } from "node:fs";
import validator from "gltf-validator";
import { Texture } from "three";
import { GLTFLoader } from "three/examples/jsm/loaders/GLTFLoader.js";

const bytes = readFileSync(process.argv[2]);
const { issues } = await validator.validateBytes(new Uint8Array(bytes), { maxIssues: 20 });

// Node decodes no images; their bytes are the validator's business.
globalThis.self = globalThis;
const loader = new GLTFLoader().register(() => ({ name: "no images", loadTexture: async () => new Texture() }));
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
const { scene } = await loader.parseAsync(buffer, "");
const meshes = {};
scene.traverse((node) => {
  if (node.isMesh) meshes[node.name] = Object.keys(node.morphTargetDictionary ?? {});
});
console.log(JSON.stringify({ issues, meshes, face: scene.getObjectByName("Face")?.type }));
