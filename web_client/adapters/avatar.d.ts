import type { VRM } from "@pixiv/three-vrm";
import type { Group, Object3D } from "three";
import type { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

import type { Families, ShapeMapperOptions } from "../client.js";

/** How a face is put on a model; all of it may be left out. */
export interface FaceOptions extends ShapeMapperOptions {
  /** Shapes that somebody else moves. */
  ignore?: readonly string[];
  /** How far the head turns, 1 as received. */
  headGain?: number;
  /** What the neck takes of the head's turn where there are both (default 0.3). */
  neckShare?: number;
  /** How far the eyes turn, 1 as received. */
  eyeGain?: number;
  /** What moves the eyes: bones, or the eyeLook shapes alone. `auto` (default) takes bones unless the shapes do it. */
  eyes?: "auto" | "bones" | "shapes";
  /** Whether a jaw bone opens too. `auto` (default): where no shape opens the jaw, and on Character Creator's rigs. */
  jaw?: "auto" | "bone" | "off";
}

/** What was found on a model. */
export interface Report {
  /** Which family of names drives eyes with brows, and which the mouth; null where nothing does. */
  families: Families;
  /** Share of the 52 channels that the model shows, if only as visemes. */
  coverage: number;
  /** The other channels. */
  missing: string[];
  /** Shapes of the model that nothing moves. */
  unmapped: string[];
  /** All shapes (or expressions) of the model that were looked at. */
  shapes: string[];
  /** Names of the meshes that are moved. */
  meshes: string[];
  /** Names of the bones or nodes by what they are taken for: head, neck, leftEye, rightEye, jaw. */
  bones: Record<string, string>;
}

/** What `Client.face` gives, or anything like it. */
export interface Shown {
  weights: ArrayLike<number>;
  head: ArrayLike<number>;
}

export interface Face {
  readonly report: Report;
  /** Call it once a display frame. */
  show(pose: Shown): void;
  /** Leaves the model as it was found. */
  dispose(): void;
}

export interface Avatar {
  /** To be added to a scene. */
  scene: Group | Object3D;
  face: Face;
  vrm: VRM | null;
  /** Call it after `face.show` with the seconds since the last frame: a VRM moves hair and clothes. */
  update(seconds: number): void;
}

/** The model has nothing that a face could move. The message says what would be right. */
export class NoFaceShapes extends Error {}

/** The file cannot be shown. The message says why, and what would be right. */
export class BadAvatarFile extends Error {}

/**
 * Loads a GLB or VRM; the loader has three-vrm's plugin if VRMs are to be more than plain models, and decoders if
 * compressed files are to be taken (setDRACOLoader, setMeshoptDecoder, setKTX2Loader).
 */
export function openAvatar(bytes: ArrayBuffer, loader: GLTFLoader, options?: FaceOptions): Promise<Avatar>;
