/**
 * A FaceWire face on a VRM that three-vrm has loaded, VRM 0 or 1: expressions (Perfect Sync where the model has it, else
 * the five vowels and the blinks), gaze, head and neck. Call `show`, then `vrm.update(seconds)`.
 *
 * Nothing else is written: the model's emotions stay with the application, and what they override, such as the mouth
 * while it laughs, they override here too.
 */

import { CHANNELS, ShapeMapper } from "../core/shape_mapper.js";
import { gaze, Turned } from "./bones.js";
import { instead, Morphs, NoFaceShapes } from "./morphs.js";

export { NoFaceShapes };

/**
 * @typedef {import("@pixiv/three-vrm").VRM} VRM
 * @typedef {import("./avatar.d.ts").Face} Face
 * @typedef {import("./avatar.d.ts").FaceOptions} FaceOptions
 * @typedef {import("./avatar.d.ts").Report} Report
 */

/** Presets that are the application's own, or of three-vrm's look-at. */
const KEPT = /^(happy|angry|sad|relaxed|surprised|neutral|look(Up|Down|Left|Right))$/;

/** @implements {Face} */
export class VrmFace {
  /**
   * @param {VRM} vrm at rest
   * @param {FaceOptions} [options]
   * @throws {NoFaceShapes} for a model that can move neither mouth nor lids
   */
  constructor(vrm, options = {}) {
    const { headGain = 1, neckShare = 0.3, eyeGain = 1, eyes = "auto", channels = CHANNELS, ignore = [] } = options;
    this.vrm = vrm;
    this.headGain = headGain;
    this.neckShare = neckShare;
    this.eyeGain = eyeGain;
    this.at = Object.fromEntries(channels.map((name, i) => [name, i]));
    this.manager = vrm.expressionManager;
    const names = Object.keys(this.manager?.expressionMap ?? {}).filter((name) => this.bound(name) && !KEPT.test(name));
    const wanted = names.filter((name) => !ignore.includes(name));
    const { jaw: _jaw, ...mapping } = options;
    this.mapper = new ShapeMapper(wanted, mapping);
    /** @type {number[]} indices of the expressions that are written */
    this.moved = [...new Set(this.mapper.columns)];
    this.out = new Float32Array(wanted.length);
    /** @type {Morphs | null} for models whose meshes have what no expression names */
    this.morphs = this.mapper.families.mouth ? null : this.fallBack(vrm, options);
    if (this.morphs) this.moved = [];
    const looking = this.morphs ? this.morphs.mapper : this.mapper;
    const shaped = !looking.missing.some((name) => name.startsWith("eyeLook"));
    this.turnsEyes = eyes === "bones" || (eyes === "auto" && !shaped);
    this.head = this.bone("head");
    this.neck = this.bone("neck");
    /** VRM 0 faces -Z: pitch and roll are about axes that point the other way. */
    this.front = vrm.meta?.metaVersion === "0" ? -1 : 1;
    this.joined = this.join();
  }

  /** Whether an expression moves anything. @param {string} name */
  bound(name) {
    return (this.manager?.getExpression(name)?.binds.length ?? 0) > 0;
  }

  /** @param {VRM} vrm @param {FaceOptions} options */
  fallBack(vrm, options) {
    const morphs = new Morphs(vrm.scene, options);
    if (morphs.any) return morphs;
    if (this.moved.length > 0) return null;
    throw new NoFaceShapes(
      `This VRM has no face that could speak: neither the expressions A I U E O (aa ih ou ee oh) nor those of ` +
        `Perfect Sync (JawOpen ...) move anything. ${instead(morphs.mapper.shapes)}`,
    );
  }

  /** @param {"head" | "neck"} name */
  bone(name) {
    const node = this.vrm.humanoid.getNormalizedBoneNode(name);
    return node && new Turned(node, this.vrm.scene);
  }

  /**
   * Has three-vrm treat our custom expressions as it treats the presets: an emotion that overrides the mouth, the
   * blink or the look-at overrides them.
   */
  join() {
    const { manager } = this;
    if (!manager) return [];
    /** @type {[string[], string][]} */
    const joined = [];
    for (const { shape, source } of this.mapper.entries) {
      const name = this.mapper.shapes[shape];
      const list = source.startsWith("eyeBlink")
        ? manager.blinkExpressionNames
        : source.startsWith("eyeLook")
          ? manager.lookAtExpressionNames
          : /^(jaw|mouth|tongue|cheekPuff)/.test(source)
            ? manager.mouthExpressionNames
            : null;
      if (!list || list.includes(name)) continue;
      list.push(name);
      joined.push([list, name]);
    }
    return joined;
  }

  /** @returns {Report} */
  get report() {
    const { families, coverage, missing, unmapped, shapes } = this.morphs?.mapper ?? this.mapper;
    const meshes = this.morphs?.meshes.filter(({ moved }) => moved.length > 0).map(({ name }) => name) ?? [];
    /** @type {Record<string, string>} */
    const bones = {};
    if (this.head) bones.head = this.head.bone.name;
    if (this.neck) bones.neck = this.neck.bone.name;
    if (this.turnsEyes && this.vrm.lookAt) bones.leftEye = bones.rightEye = "lookAt";
    return { families, coverage, missing: [...missing], unmapped, shapes, meshes, bones };
  }

  /** Shows what `facewire.face(now)` gave, from the next `vrm.update` on. @param {{weights: ArrayLike<number>, head: ArrayLike<number>}} pose */
  show({ weights, head }) {
    const { mapper, manager, moved, out } = this;
    if (this.morphs) this.morphs.show(weights);
    else mapper.map(weights, out);
    for (const i of moved) manager?.setValue(mapper.shapes[i], out[i]);
    const share = this.neck && this.head ? this.neckShare : this.neck ? 1 : 0;
    const yaw = this.headGain * (head[0] ?? 0);
    const pitch = this.front * this.headGain * (head[1] ?? 0);
    const roll = this.front * this.headGain * (head[2] ?? 0);
    this.neck?.turn(share * yaw, share * pitch, share * roll);
    this.head?.turn((1 - share) * yaw, (1 - share) * pitch, (1 - share) * roll);
    if (this.turnsEyes) this.look(weights);
  }

  /** Both eyes together, as VRM looks; not while the application has them look at something. @param {ArrayLike<number>} weights */
  look(weights) {
    const { lookAt } = this.vrm;
    if (!lookAt || (lookAt.target && lookAt.autoUpdate)) return;
    const [left, right] = [gaze(weights, this.at, "Left"), gaze(weights, this.at, "Right")];
    lookAt.yaw = (this.eyeGain * (left[0] + right[0])) / 2;
    lookAt.pitch = (-this.eyeGain * (left[1] + right[1])) / 2; // three-vrm counts downwards
  }

  /** Leaves the model as it was found, from the next `vrm.update` on. */
  dispose() {
    for (const i of this.moved) this.manager?.setValue(this.mapper.shapes[i], 0);
    this.morphs?.release();
    for (const [list, name] of this.joined) list.splice(list.indexOf(name), 1);
    this.head?.release();
    this.neck?.release();
    if (this.turnsEyes) this.vrm.lookAt?.reset();
  }
}
