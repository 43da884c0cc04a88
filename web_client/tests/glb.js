/** Builds tiny GLB and VRM files: triangles with morph targets, nodes and bones, and the extensions of VRM 0 and 1. */

/** @typedef {{name: string, targets?: readonly string[], node?: string, parent?: string}} MeshPlan */

/**
 * @param {object} plan
 * @param {MeshPlan[]} [plan.meshes] each a node with a triangle, below `parent` if named
 * @param {[name: string, parent: string | null, translation?: number[], rotation?: number[]][]} [plan.nodes]
 * @param {string[]} [plan.joints] names of nodes that a skin makes bones
 * @param {(index: (name: string) => number) => object} [plan.extensions] of the file, such as VRMC_vrm
 * @param {(model: any) => void} [plan.edit] last changes
 */
export function glb({ meshes = [], nodes = [], joints = [], extensions, edit }) {
  const most = Math.max(0, ...meshes.map(({ targets = [] }) => targets.length));
  const names = [...nodes.map(([name]) => name), ...meshes.map(({ name, node = name }) => node)];
  const index = (/** @type {string} */ name) => names.indexOf(name);
  const children = (/** @type {string} */ name) =>
    [...nodes.filter(([, parent]) => parent === name).map(([child]) => child),
     ...meshes.filter(({ parent }) => parent === name).map(({ name: mesh, node = mesh }) => node)].map(index);
  const below = (/** @type {string} */ name) => (children(name).length ? { children: children(name) } : {});
  const bytes = new Float32Array(18);
  bytes.set([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0.5, 0, 0, 0.5, 0, 0, 0.5, 0]);
  const accessor = { bufferView: 0, componentType: 5126, count: 3, type: "VEC3" };
  /** @type {any} */
  const model = {
    asset: { version: "2.0" },
    scene: 0,
    scenes: [{ nodes: [] }],
    nodes: [
      ...nodes.map(([name, , translation = [0, 0, 0], rotation = [0, 0, 0, 1]]) => ({ name, translation, rotation, ...below(name) })),
      ...meshes.map(({ name, node = name }, mesh) => ({ name: node, mesh, ...below(node) })),
    ],
    meshes: meshes.map(({ name, targets = [] }) => ({
      name,
      ...(targets.length ? { extras: { targetNames: targets } } : {}),
      primitives: [
        { attributes: { POSITION: 0 }, ...(targets.length ? { targets: targets.map(() => ({ POSITION: 1 })) } : {}) },
      ],
    })),
    accessors: [
      { ...accessor, min: [0, 0, 0], max: [1, 1, 0] },
      ...(most ? [{ ...accessor, bufferView: 1, min: [0, 0.5, 0], max: [0, 0.5, 0] }] : []),
    ],
    bufferViews: [{ buffer: 0, byteLength: 36 }, ...(most ? [{ buffer: 0, byteOffset: 36, byteLength: 36 }] : [])],
    buffers: [{ byteLength: 72 }],
  };
  const held = new Set(model.nodes.flatMap((/** @type {any} */ node) => node.children ?? []));
  model.scenes[0].nodes = names.map((_, i) => i).filter((i) => !held.has(i));
  if (joints.length) model.skins = [{ joints: joints.map(index) }];
  if (extensions) {
    model.extensions = extensions(index);
    model.extensionsUsed = Object.keys(model.extensions);
  }
  edit?.(model);
  return pack(JSON.stringify(model), new Uint8Array(bytes.buffer));
}

/** A GLB of a JSON text and its binary. @param {string} text @param {Uint8Array} binary @returns {ArrayBuffer} */
export function pack(text, binary) {
  const json = new TextEncoder().encode(text);
  const size = 4 * Math.ceil(json.length / 4);
  const out = new Uint8Array(20 + size + 8 + binary.length).fill(32);
  const view = new DataView(out.buffer);
  [0x46546c67, 2, out.length, size, 0x4e4f534a].forEach((x, i) => view.setUint32(4 * i, x, true));
  out.set(json, 20);
  view.setUint32(20 + size, binary.length, true);
  view.setUint32(24 + size, 0x004e4942, true);
  out.set(binary, 28 + size);
  return out.buffer;
}

/** Bones that every VRM must have, and the ones a face uses; [name, parent, translation]. */
const BONES = /** @type {[string, string | null, number[]][]} */ ([
  ["hips", null, [0, 1, 0]],
  ["spine", "hips", [0, 0.1, 0]],
  ["chest", "spine", [0, 0.1, 0]],
  ["neck", "chest", [0, 0.2, 0]],
  ["head", "neck", [0, 0.1, 0]],
  ["leftEye", "head", [0.03, 0.06, 0.05]],
  ["rightEye", "head", [-0.03, 0.06, 0.05]],
  ...["left", "right"].flatMap((side) => [
    [`${side}UpperArm`, "chest", [0.1, 0, 0]], [`${side}LowerArm`, `${side}UpperArm`, [0.2, 0, 0]], [`${side}Hand`, `${side}LowerArm`, [0.2, 0, 0]],
    [`${side}UpperLeg`, "hips", [0.1, -0.1, 0]], [`${side}LowerLeg`, `${side}UpperLeg`, [0, -0.4, 0]], [`${side}Foot`, `${side}LowerLeg`, [0, -0.4, 0]],
  ]),
]);

/**
 * A VRM 1. Each of `presets` and `custom` binds the morph target of its own name on the mesh Face.
 * @param {{presets?: string[], custom?: string[], targets?: string[], overrides?: Record<string, object>}} plan
 */
export function vrm1({ presets = [], custom = [], targets = [...presets, ...custom], overrides = {} }) {
  return glb({
    meshes: [{ name: "Face", targets }],
    nodes: BONES,
    extensions: (index) => {
      const expression = (/** @type {string} */ name) => [
        name,
        { morphTargetBinds: [{ node: index("Face"), index: targets.indexOf(name), weight: 1 }], ...overrides[name] },
      ];
      const range = { inputMaxValue: 90, outputScale: 90 };
      return {
        VRMC_vrm: {
          specVersion: "1.0",
          meta: { name: "tiny", authors: ["FaceWire"], licenseUrl: "https://vrm.dev/licenses/1.0/" },
          humanoid: { humanBones: Object.fromEntries(BONES.map(([name]) => [name, { node: index(name) }])) },
          lookAt: {
            type: "bone", offsetFromHeadBone: [0, 0.06, 0],
            rangeMapHorizontalInner: range, rangeMapHorizontalOuter: range, rangeMapVerticalDown: range, rangeMapVerticalUp: range,
          },
          expressions: {
            preset: Object.fromEntries(presets.map(expression)),
            custom: Object.fromEntries(custom.map(expression)),
          },
        },
      };
    },
  });
}

/**
 * A VRM 0, which looks along -Z. `groups` are its blend shape groups: name, preset name and target.
 * @param {{groups?: [name: string, preset: string, target: string][]}} plan
 */
export function vrm0({ groups = [] }) {
  const targets = groups.map(([, , target]) => target);
  const bones = BONES.map(([name, parent, [x, y, z]]) => /** @type {[string, string | null, number[]]} */ ([name, parent, [-x, y, -z]]));
  return glb({
    meshes: [{ name: "Face", targets }],
    nodes: bones,
    extensions: (index) => {
      const range = { curve: [0, 0, 0, 1, 1, 1, 1, 0], xRange: 90, yRange: 90 };
      return {
        VRM: {
          specVersion: "0.0",
          meta: { title: "tiny" },
          humanoid: { humanBones: BONES.map(([bone]) => ({ bone, node: index(bone) })) },
          firstPerson: {
            firstPersonBone: index("head"), firstPersonBoneOffset: { x: 0, y: 0.06, z: 0 }, lookAtTypeName: "Bone",
            lookAtHorizontalInner: range, lookAtHorizontalOuter: range, lookAtVerticalDown: range, lookAtVerticalUp: range,
          },
          blendShapeMaster: {
            blendShapeGroups: groups.map(([name, presetName], i) => ({ name, presetName, binds: [{ mesh: 0, index: i, weight: 100 }], materialValues: [] })),
          },
          materialProperties: [],
        },
      };
    },
  });
}
