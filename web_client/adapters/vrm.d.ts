import type { VRM } from "@pixiv/three-vrm";

import type { Face, FaceOptions, Report, Shown } from "./avatar.js";

export { NoFaceShapes } from "./avatar.js";

/** A face on a VRM 0 or 1 that three-vrm has loaded. Call `show`, then `vrm.update`. */
export class VrmFace implements Face {
  /** Throws NoFaceShapes. */
  constructor(vrm: VRM, options?: FaceOptions);
  readonly report: Report;
  show(pose: Shown): void;
  dispose(): void;
}
