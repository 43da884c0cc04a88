/** The adapters on models that three and three-vrm have really loaded. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { VRMLoaderPlugin, VRMUtils } from "@pixiv/three-vrm";
import validator from "gltf-validator";
import { Quaternion, Vector3 } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

import { BadAvatarFile, openAvatar } from "../adapters/avatar.js";
import { NoFaceShapes } from "../adapters/morphs.js";
import { CHANNELS } from "../core/shape_mapper.js";
import { glb, pack, vrm0, vrm1 } from "./glb.js";

globalThis.self ??= /** @type {any} */ (globalThis); // three looks for what a browser has

const NO_HEAD = [0, 0, 0];
const PASCAL = CHANNELS.map((name) => name[0].toUpperCase() + name.slice(1));
const VOWELS = ["aa", "ih", "ou", "ee", "oh"];

/** @param {Record<string, number>} weights @param {number[]} [head] */
const pose = (weights, head = NO_HEAD) => ({ weights: Float32Array.from(CHANNELS, (name) => weights[name] ?? 0), head });

/** @param {ArrayBuffer} bytes @param {import("../adapters/avatar.d.ts").FaceOptions} [options] */
function open(bytes, options) {
  const loader = new GLTFLoader();
  loader.register((parser) => new VRMLoaderPlugin(parser));
  return openAvatar(bytes, loader, options);
}

/** Where a node's axis points in the world. @param {any} node @param {number[]} axis */
function pointing(node, axis) {
  node.updateWorldMatrix(true, false);
  return new Vector3(...axis).applyQuaternion(node.getWorldQuaternion(new Quaternion()));
}

/** @param {any} scene @param {string} name @param {string} target */
function influence(scene, name, target) {
  const mesh = scene.getObjectByName(name);
  return mesh.morphTargetInfluences[mesh.morphTargetDictionary[target]];
}

test("what the tests build is valid", async () => {
  for (const bytes of [glb({ meshes: [{ name: "Face", targets: ["jawOpen"] }] }), vrm1({ presets: ["aa"] }), vrm0({ groups: [["A", "a", "A"]] })]) {
    const { issues } = await validator.validateBytes(new Uint8Array(bytes));
    assert.equal(issues.numErrors, 0, JSON.stringify(issues.messages));
  }
});

test("several meshes in several spellings, and shapes of others left alone", async () => {
  const meshes = [
    { name: "Face", targets: [...CHANNELS, "smirk"] },
    { name: "Teeth", targets: ["Teeth.JawOpen", "mouth_close"] },
    { name: "Hair" },
  ];
  const { scene, face } = await open(glb({ meshes }));
  const hers = /** @type {any} */ (scene.getObjectByName("Face"));
  hers.morphTargetInfluences[52] = 0.7;
  face.show(pose({ jawOpen: 0.5, mouthClose: 0.9, eyeBlinkLeft: 0.25 }));
  assert.equal(influence(scene, "Face", "jawOpen"), 0.5);
  assert.equal(influence(scene, "Face", "mouthClose"), 0.5, "at most jawOpen");
  assert.equal(influence(scene, "Face", "eyeBlinkLeft"), 0.25);
  assert.equal(influence(scene, "Teeth", "Teeth.JawOpen"), 0.5);
  assert.equal(influence(scene, "Teeth", "mouth_close"), 0.5);
  assert.equal(influence(scene, "Face", "smirk"), 0.7);
  const { report } = face;
  assert.deepEqual([report.coverage, report.meshes, report.bones], [1, ["Face", "Teeth"], {}]);
  assert.deepEqual(report.families, { upper: "arkit", mouth: "arkit" });
  face.dispose();
  assert.equal(influence(scene, "Face", "jawOpen"), 0);
  assert.equal(influence(scene, "Face", "smirk"), 0.7);
});

/** A head whose bones are turned at rest, as those of real rigs are. */
const TILTED = [0.5, 0.5, 0.5, 0.5];
const RIG = {
  meshes: [{ name: "Face", targets: CHANNELS }],
  nodes: /** @type {any} */ ([
    ["Armature", null, [0, 0, 0], [Math.SQRT1_2, 0, 0, Math.SQRT1_2]],
    ["mixamorig:Neck", "Armature", [0, 1, 0], TILTED],
    ["mixamorig:Head", "mixamorig:Neck", [0, 0.1, 0], TILTED],
    ["HeadTop_End", "mixamorig:Head"],
    ["LeftEye", "mixamorig:Head", [0.03, 0, 0]],
    ["RightEye", "mixamorig:Head", [-0.03, 0, 0]],
  ]),
};

test("head, neck and eyes turn about the character's axes, whatever the bones' own", async () => {
  const { scene, face } = await open(glb(RIG));
  const names = { head: "mixamorigHead", neck: "mixamorigNeck", leftEye: "LeftEye", rightEye: "RightEye" };
  assert.deepEqual(face.report.bones, names);
  const head = /** @type {any} */ (scene.getObjectByName(names.head));
  const eye = /** @type {any} */ (scene.getObjectByName("LeftEye"));
  const local = (/** @type {number[]} */ axis) => {
    scene.updateMatrixWorld(true);
    return new Vector3(...axis).applyQuaternion(rest.clone().invert()).toArray();
  };
  scene.updateMatrixWorld(true);
  const rest = head.getWorldQuaternion(new Quaternion());
  const [front, up] = [local([0, 0, 1]), local([0, 1, 0])];
  /** @param {number[]} angles */
  const turned = (angles) => {
    face.show(pose({}, angles));
    return { front: pointing(head, front), up: pointing(head, up) };
  };
  assert.ok(Math.abs(turned([30, 0, 0]).front.x - 0.5) < 1e-6, "to the character's left, by neck and head together");
  assert.ok(Math.abs(turned([0, 30, 0]).front.y - 0.5) < 1e-6, "up");
  assert.ok(Math.abs(turned([0, 0, 30]).up.x + 0.5) < 1e-6, "top of the head to the right shoulder");
  assert.ok(turned([0, 0, 0]).front.distanceTo(new Vector3(0, 0, 1)) < 1e-6);
  const sight = new Vector3(0, 0, 1).applyQuaternion(eye.getWorldQuaternion(new Quaternion()).invert()).toArray();
  face.show(pose({ eyeLookOutLeft: 1, eyeLookInRight: 1 }));
  assert.ok(Math.abs(pointing(eye, sight).x - 0.5) < 1e-6, "30 degrees to the character's left");
  face.show(pose({ eyeLookUpLeft: 1, eyeLookUpRight: 1 }));
  assert.ok(Math.abs(pointing(eye, sight).y - Math.sin((25 * Math.PI) / 180)) < 1e-6);
  face.dispose();
  assert.ok(pointing(head, front).distanceTo(new Vector3(0, 0, 1)) < 1e-6);
});

test("an animation's pose of the head is kept and turned from", async () => {
  const { scene, face } = await open(glb(RIG), { neckShare: 0 });
  const head = /** @type {any} */ (scene.getObjectByName("mixamorigHead"));
  const animated = new Quaternion().setFromAxisAngle(new Vector3(1, 0, 0), 0.4);
  for (let frame = 0; frame < 3; frame++) {
    head.quaternion.copy(animated);
    face.show(pose({}, [10, 0, 0]));
    const angle = (head.quaternion.angleTo(animated) * 180) / Math.PI;
    assert.ok(Math.abs(angle - 10) < 1e-4, `${angle} degrees in frame ${frame}`);
  }
  face.dispose();
  assert.ok(head.quaternion.angleTo(animated) < 1e-6);
});

test("eyes that are bones of a skin are left to the shapes that look about", async () => {
  const skinned = { ...RIG, joints: RIG.nodes.map((/** @type {string[]} */ [name]) => name), edit: (/** @type {any} */ model) => (model.nodes.at(-1).skin = 0) };
  assert.deepEqual(Object.keys((await open(glb(skinned))).face.report.bones), ["head", "neck"]);
  const { face } = await open(glb(skinned), { eyes: "bones" });
  assert.deepEqual(Object.keys(face.report.bones), ["head", "neck", "leftEye", "rightEye"]);
});

test("a jaw bone opens where no shape does", async () => {
  const nodes = /** @type {any} */ ([["CC_Base_JawRoot", null]]);
  const { scene, face } = await open(glb({ meshes: [{ name: "Body", targets: ["Mouth_Smile_L", "Mouth_Smile_R"] }], nodes }));
  const jaw = scene.getObjectByName("CC_Base_JawRoot");
  face.show(pose({ jawOpen: 1, mouthSmileLeft: 0.5 }));
  assert.ok(pointing(jaw, [0, 0, 1]).y < -0.3, "the chin goes down");
  assert.equal(influence(scene, "Body", "Mouth_Smile_L"), 0.5);
  const shaped = await open(glb({ meshes: [{ name: "Body", targets: CHANNELS }], nodes }));
  assert.deepEqual(shaped.face.report.bones, {});
});

test("what the application moves itself, gains and offsets", async () => {
  const meshes = [{ name: "Face", targets: CHANNELS }, { name: "Teeth", targets: ["jawOpen"] }];
  const { scene, face } = await open(glb({ meshes }), { ignore: ["browInnerUp"], gains: { jawOpen: 0.5 }, offsets: { mouthFunnel: 0.1 } });
  /** @type {any} */ (scene.getObjectByName("Face")).morphTargetInfluences[CHANNELS.indexOf("browInnerUp")] = 0.3;
  face.show(pose({ jawOpen: 1, browInnerUp: 1 }));
  assert.equal(influence(scene, "Face", "browInnerUp"), 0.3);
  assert.equal(influence(scene, "Teeth", "jawOpen"), 0.5);
  assert.ok(Math.abs(influence(scene, "Face", "mouthFunnel") - 0.1) < 1e-6);
});

test("VRM 1 with vowels, blinks and a gaze", async () => {
  const bytes = vrm1({ presets: [...VOWELS, "blink", "blinkLeft", "blinkRight", "happy"] });
  const { scene, vrm, face, update } = await open(bytes);
  assert.deepEqual(face.report.families, { upper: "lids", mouth: "vowels" });
  const eye = /** @type {any} */ (vrm?.humanoid.getRawBoneNode("leftEye"));
  vrm?.expressionManager?.setValue("happy", 0.6);
  face.show(pose({ jawOpen: 0.42, mouthLowerDownLeft: 0.28, mouthLowerDownRight: 0.28, eyeBlinkRight: 1, eyeLookOutLeft: 1, eyeLookInRight: 1 }, [20, 10, 5]));
  update(1 / 60);
  assert.ok(influence(scene, "Face", "aa") > 0.5);
  assert.equal(influence(scene, "Face", "blinkRight"), 1);
  assert.equal(influence(scene, "Face", "blinkLeft"), 0);
  assert.ok(Math.abs(influence(scene, "Face", "happy") - 0.6) < 1e-6, "emotions are the application's");
  const head = vrm?.humanoid.getRawBoneNode("head");
  const front = pointing(head, [0, 0, 1]);
  assert.ok(front.x > 0.3 && front.y > 0.15 && pointing(head, [0, 1, 0]).x < 0.05, "left and up");
  assert.ok(pointing(eye, [0, 0, 1]).x > front.x + 0.3, "the eyes further to the left than the head");
  face.show(pose({}));
  update(1 / 60);
  assert.ok(pointing(head, [0, 0, 1]).distanceTo(new Vector3(0, 0, 1)) < 1e-6);
  assert.equal(influence(scene, "Face", "aa"), 0);
});

test("VRM 0 faces the other way, and its names are the old ones", async () => {
  const groups = /** @type {[string, string, string][]} */ (
    ["A", "I", "U", "E", "O", "Blink"].map((name) => [name, name.toLowerCase(), `Fcl_${name}`])
  );
  for (const rotated of [false, true]) {
    const { scene, vrm, face, update } = await open(vrm0({ groups }));
    if (rotated && vrm) VRMUtils.rotateVRM0(vrm);
    const forwards = rotated ? 1 : -1;
    assert.deepEqual(face.report.families, { upper: "lids", mouth: "vowels" });
    face.show(pose({ jawOpen: 0.4, eyeBlinkLeft: 1, eyeBlinkRight: 1, eyeLookUpLeft: 1, eyeLookUpRight: 1 }, [30, 0, 0]));
    update(1 / 60);
    assert.ok(influence(scene, "Face", "Fcl_A") > 0.4);
    assert.equal(influence(scene, "Face", "Fcl_Blink"), 1);
    const head = vrm?.humanoid.getRawBoneNode("head");
    assert.ok(Math.abs(pointing(head, [0, 0, -1]).x - 0.5 * forwards) < 1e-6, "the character's left");
    assert.ok(pointing(vrm?.humanoid.getRawBoneNode("leftEye"), [0, 0, -1]).y > 0.3, "eyes up");
    face.show(pose({}, [0, 30, 0]));
    update(1 / 60);
    assert.ok(Math.abs(pointing(head, [0, 0, -1]).y - 0.5) < 1e-6, "up");
    face.show(pose({}, [0, 0, 30]));
    update(1 / 60);
    assert.ok(Math.abs(pointing(head, [0, 1, 0]).x + 0.5 * forwards) < 1e-6, "to the right shoulder");
  }
});

test("Perfect Sync, and an emotion that overrides the mouth", async () => {
  const overrides = { happy: { overrideMouth: "block", overrideBlink: "block" } };
  const { scene, vrm, face, update } = await open(vrm1({ presets: [...VOWELS, "happy"], custom: PASCAL, overrides }));
  assert.deepEqual([face.report.families.mouth, face.report.coverage], ["arkit", 1]);
  const talking = pose({ jawOpen: 0.5, eyeBlinkLeft: 0.5, browInnerUp: 0.5 });
  face.show(talking);
  update(1 / 60);
  assert.deepEqual([influence(scene, "Face", "JawOpen"), influence(scene, "Face", "aa")], [0.5, 0]);
  vrm?.expressionManager?.setValue("happy", 1);
  face.show(talking);
  update(1 / 60);
  const shown = ["JawOpen", "EyeBlinkLeft", "BrowInnerUp"].map((name) => influence(scene, "Face", name));
  assert.deepEqual(shown, [0, 0, 0.5]);
  face.dispose();
  update(1 / 60);
  assert.ok(!vrm?.expressionManager?.mouthExpressionNames.includes("JawOpen"));
});

test("a VRM whose eyes look at something keeps looking", async () => {
  const { vrm, face, update } = await open(vrm1({ presets: VOWELS }));
  if (!vrm?.lookAt) assert.fail("there is no look-at");
  const target = new (/** @type {any} */ (vrm.scene.constructor))();
  target.position.set(-1, 1.5, 1);
  vrm.lookAt.target = target;
  face.show(pose({ eyeLookOutLeft: 1, eyeLookInRight: 1 }));
  update(1 / 60);
  assert.ok(vrm.lookAt.yaw < -20);
});

test("a VRM with ARKit's shapes on its mesh and no expressions", async () => {
  const { scene, face } = await open(vrm1({ targets: [...CHANNELS] }));
  assert.equal(face.report.coverage, 1);
  face.show(pose({ jawOpen: 0.5 }));
  assert.equal(influence(scene, "Face", "jawOpen"), 0.5);
});

/** A face that says it is compressed. @param {string} extension */
function compressed(extension, required = true) {
  const names = { extensionsUsed: [extension], ...(required ? { extensionsRequired: [extension] } : {}) };
  return glb({ meshes: [{ name: "Face", targets: CHANNELS }], edit: (model) => Object.assign(model, names) });
}

test("a file that need not be decompressed is shown", async () => {
  const { face } = await open(compressed("EXT_meshopt_compression", false));
  assert.equal(face.report.coverage, 1);
});

test("a loader with a decoder decides itself", async () => {
  const loader = new GLTFLoader();
  loader.setMeshoptDecoder({ supported: true, ready: Promise.resolve() });
  const { face } = await openAvatar(compressed("EXT_meshopt_compression"), loader);
  assert.equal(face.report.coverage, 1);
});

/** @type {[what: string, bytes: ArrayBuffer, error: new (message: string) => Error, message: RegExp][]} */
const WRONG = [
  ["a model without shapes", glb({ meshes: [{ name: "Cube" }] }), NoFaceShapes, /^This model has no shapes .* no morph targets at all.*It wants/],
  ["shapes of no face", glb({ meshes: [{ name: "Cube", targets: ["Thick", "Bent"] }] }), NoFaceShapes, /It has Thick, Bent\. It wants/],
  ["a VRM without a face", vrm1({ presets: ["happy"] }), NoFaceShapes, /^This VRM has no face that could speak: .*aa ih ou ee oh/],
  ["nothing", new ArrayBuffer(0), BadAvatarFile, /^This is no model that can be shown\. A GLB or VRM file is wanted\.$/],
  ["a text", new TextEncoder().encode("just some text that somebody dropped").buffer, BadAvatarFile, /no model/],
  ["a glTF in parts", new TextEncoder().encode('{"asset": {"version": "2.0"}, "nodes": []}').buffer, BadAvatarFile, /glTF in parts/],
  ["an FBX", new TextEncoder().encode("Kaydara FBX Binary  ........").buffer, BadAvatarFile, /FBX file\. Export the model as GLB/],
  ["a file cut off", glb({ meshes: [{ name: "A" }] }).slice(0, 200), BadAvatarFile, /cut off: 200 of \d+ bytes/],
  ["JSON that is none", pack('{"asset": ', new Uint8Array(4)), BadAvatarFile, /not JSON/],
  ["no mesh", pack('{"asset": {"version": "2.0"}}', new Uint8Array(4)), BadAvatarFile, /no mesh/],
  ["a part beside it", glb({ meshes: [{ name: "A" }], edit: (model) => (model.buffers[0].uri = "a.bin") }), BadAvatarFile, /needs "a\.bin" beside it/],
  ["Draco", compressed("KHR_draco_mesh_compression"), BadAvatarFile, /^This file's meshes are compressed with Draco\. Export the model without compression\.$/],
  ["Draco, not required", compressed("KHR_draco_mesh_compression", false), BadAvatarFile, /compressed with Draco/],
  ["meshopt", compressed("EXT_meshopt_compression"), BadAvatarFile, /^This file is compressed with meshopt\. Export/],
  ["meshopt, of Khronos", compressed("KHR_meshopt_compression"), BadAvatarFile, /compressed with meshopt/],
  ["pictures in Basis", compressed("KHR_texture_basisu"), BadAvatarFile, /Basis \(KTX2\)\. Export the model with PNG/],
  ["an accessor that points nowhere", glb({ meshes: [{ name: "A" }], edit: (model) => (model.meshes[0].primitives[0].attributes.POSITION = 9) }), BadAvatarFile, /^This file is damaged: /],
];
for (const [what, bytes, error, message] of WRONG) {
  test(`said plainly: ${what}`, async () => {
    await assert.rejects(open(bytes), (thrown) => {
      assert.ok(thrown instanceof error, String(thrown));
      assert.match(thrown.message, message);
      return true;
    });
  });
}
