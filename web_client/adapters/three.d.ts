import type { Object3D } from "three";

import type { Face, FaceOptions, Report, Shown } from "./avatar.js";

export { NoFaceShapes } from "./avatar.js";

/** A face on any model that three.js has loaded, such as the `scene` that GLTFLoader gives. */
export class ThreeFace implements Face {
  /** Takes the model as it is now for its rest pose; it looks along +Z. Throws NoFaceShapes. */
  constructor(root: Object3D, options?: FaceOptions);
  readonly report: Report;
  show(pose: Shown): void;
  dispose(): void;
}
