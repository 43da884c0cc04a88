/** Eyes with lids that blink, widen, squint and follow the gaze; brows above them. */

import { PALETTE } from "./palette.js";
import { LEFT, RIGHT } from "./pose.js";

/** @typedef {import("./pose.js").Pose} Pose */
/** @typedef {import("./space.js").Space} Space */

const EYE_X = 48;
const EYE_Y = 2;
const INNER = 25;
const OUTER = 27;
const OPEN_UP = 25.5;
const OPEN_DOWN = 20;

/** @param {number} a @param {number} b @param {number} t */
const lerp = (a, b, t) => a + (b - a) * t;

/**
 * Lid edges and gaze of one eye, relative to its centre; x is positive towards the viewer's right.
 * @param {Pose} pose @param {number} side
 */
export function eyeShape(pose, side) {
  const at = (/** @type {string} */ name) => pose.at(name, side);
  const blink = Math.min(1, at("eyeBlink"));
  const squint = at("eyeSquint");
  const raised = at("cheekSquint");
  const lookY = at("eyeLookDown") - at("eyeLookUp");
  const lookX = side * (at("eyeLookOut") - at("eyeLookIn"));
  const lower = OPEN_DOWN - 10 * squint - 9 * raised + 2 * lookY;
  const openUpper = -OPEN_UP - 6 * at("eyeWide") + 7 * squint + 5 * Math.max(0, lookY) + 2 * Math.min(0, lookY);
  const meet = Math.min(lower, 11 - 3 * squint);
  return {
    upper: lerp(openUpper, meet, blink),
    lower: lerp(lower, meet, blink),
    crease: openUpper - 8,
    gaze: [12 * lookX, 10 * lookY],
    blink,
  };
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose */
export function drawEyes(ctx, space, pose) {
  for (const side of [LEFT, RIGHT]) {
    drawEye(ctx, space, pose, side);
    drawBrow(ctx, space, pose, side);
  }
}

/** A lid edge from the inner to the outer corner whose middle is at height y. */
function lidPath(/** @type {CanvasRenderingContext2D} */ ctx, place, side, y, { back = false, rise = 0, join = false } = {}) {
  const ends = [[-INNER, 5], [OUTER, 1 - 0.3 * rise]];
  const control = (8 * (y - rise) - ends[0][1] - ends[1][1]) / 6;
  const points = [ends[0], [-20, control], [21, control - 1], ends[1]].map(([x, v]) => place(side * x, v));
  if (back) points.reverse();
  if (join) ctx.lineTo(...points[0]);
  else ctx.moveTo(...points[0]);
  ctx.bezierCurveTo(...points[1], ...points[2], ...points[3]);
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose @param {number} side */
function drawEye(ctx, space, pose, side) {
  const shape = eyeShape(pose, side);
  const place = (/** @type {number} */ x, /** @type {number} */ y) => space.skin(side * EYE_X + x, EYE_Y + y, 4);
  drawLid(ctx, place, side, shape);
  if (shape.lower - shape.upper > 1) drawBall(ctx, place, side, shape);
  drawLashes(ctx, place, side, shape);
}

/** The skin of the upper lid, and its crease. */
function drawLid(/** @type {CanvasRenderingContext2D} */ ctx, place, side, shape) {
  ctx.beginPath();
  lidPath(ctx, place, side, Math.min(shape.crease + 7, shape.upper - 1));
  lidPath(ctx, place, side, shape.upper, { back: true, join: true });
  ctx.closePath();
  ctx.fillStyle = "#f2ae8a";
  ctx.fill();
  ctx.beginPath();
  lidPath(ctx, place, side, shape.crease);
  ctx.strokeStyle = "rgba(190, 105, 80, 0.45)";
  ctx.lineWidth = 1.8;
  ctx.stroke();
}

/** White, iris, pupil, lights. */
function drawBall(/** @type {CanvasRenderingContext2D} */ ctx, place, side, shape) {
  ctx.save();
  ctx.beginPath();
  lidPath(ctx, place, side, shape.upper);
  lidPath(ctx, place, side, shape.lower, { back: true, join: true });
  ctx.closePath();
  ctx.fillStyle = PALETTE.white;
  ctx.fill();
  ctx.clip();
  const [x, y] = place(shape.gaze[0] - side * 1.5, shape.gaze[1] - 2);
  drawIris(ctx, x, y);
  const [, top] = place(0, shape.upper);
  const shade = ctx.createLinearGradient(0, top, 0, top + 17);
  shade.addColorStop(0, PALETTE.whiteShade);
  shade.addColorStop(1, "rgba(110, 80, 110, 0)");
  ctx.fillStyle = shade;
  ctx.fillRect(x - 60, top - 2, 120, 24);
  light(ctx, x - 7, y - 7.5, 6, 0.97);
  light(ctx, x + 6.5, y + 6.5, 2.7, 0.75);
  ctx.restore();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y */
function drawIris(ctx, x, y) {
  const r = 20.5;
  const colour = ctx.createRadialGradient(x, y + 7, 2, x, y, r);
  colour.addColorStop(0, PALETTE.irisLight);
  colour.addColorStop(0.62, PALETTE.iris);
  colour.addColorStop(1, PALETTE.irisDark);
  disc(ctx, x, y, r, colour);
  ctx.strokeStyle = PALETTE.irisDark;
  ctx.lineWidth = 1.6;
  ctx.stroke();
  disc(ctx, x, y, 10.2, PALETTE.pupil);
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} r @param {string | CanvasGradient} fill */
function disc(ctx, x, y, r, fill) {
  ctx.fillStyle = fill;
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fill();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} r @param {number} alpha */
function light(ctx, x, y, r, alpha) {
  ctx.globalAlpha = alpha;
  disc(ctx, x, y, r, "#ffffff");
  ctx.globalAlpha = 1;
}

/** The lash line: thin at the nose, strong outside, with a small wing. */
function drawLashes(/** @type {CanvasRenderingContext2D} */ ctx, place, side, shape) {
  ctx.fillStyle = PALETTE.lash;
  ctx.beginPath();
  lidPath(ctx, place, side, shape.upper);
  ctx.lineTo(...place(side * (OUTER + 6.5), -4.5 + 6 * shape.blink));
  lidPath(ctx, place, side, shape.upper, { back: true, rise: 4.6 - 1.2 * shape.blink, join: true });
  ctx.closePath();
  ctx.fill();
  ctx.beginPath();
  lidPath(ctx, place, side, shape.lower);
  ctx.strokeStyle = "rgba(120, 60, 70, 0.38)";
  ctx.lineWidth = 1.5;
  ctx.stroke();
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose @param {number} side */
function drawBrow(ctx, space, pose, side) {
  const down = pose.at("browDown", side);
  const inner = pose.w.browInnerUp;
  const outer = pose.at("browOuterUp", side);
  const place = (/** @type {number} */ x, /** @type {number} */ y) => space.skin(side * x, y, 9);
  const y0 = -42 + 11 * down - 15 * inner;
  const y1 = -53 + 8 * down - 5 * inner - 9 * outer;
  const y2 = -41 + 3 * down + 5 * inner - 11 * outer;
  const x0 = 24 - 5 * down + 1.5 * inner;
  ctx.fillStyle = PALETTE.brow;
  ctx.beginPath();
  ctx.moveTo(...place(x0, y0 - 4));
  ctx.quadraticCurveTo(...place(51, y1 - 7), ...place(79, y2));
  ctx.quadraticCurveTo(...place(52, y1 + 4.5), ...place(x0 + 1, y0 + 4.5));
  ctx.quadraticCurveTo(...place(x0 - 4, y0 + 0.5), ...place(x0, y0 - 4));
  ctx.fill();
}
