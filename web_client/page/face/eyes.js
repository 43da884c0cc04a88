/** Eyes with lids that blink, widen, squint and follow the gaze; brows above them. */

import { PALETTE } from "./palette.js";
import { LEFT, RIGHT } from "./pose.js";
import { curve } from "./space.js";

/** @typedef {import("./pose.js").Pose} Pose */
/** @typedef {import("./space.js").Space} Space */
/** @typedef {import("./space.js").Point} Point */
/** @typedef {(x: number, y: number) => Point} Place a point of one eye, on the canvas */
/** @typedef {ReturnType<typeof eyeShape>} EyeShape */

const EYE_X = 51;
const EYE_Y = 2;
const INNER = 28;
const OUTER = 30;
const OPEN_UP = 22;
const OPEN_DOWN = 20.5;

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
    crease: openUpper - 6.5,
    gaze: /** @type {Point} */ ([12 * lookX, 10 * lookY]),
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

/**
 * A lid edge from the inner to the outer corner whose middle is at height y.
 * @param {CanvasRenderingContext2D} ctx @param {Place} place @param {number} side @param {number} y
 */
function lidPath(ctx, place, side, y, { back = false, rise = 0, join = false } = {}) {
  const ends = [[-INNER, 5], [OUTER, 1 - 0.3 * rise]];
  const control = (8 * (y - rise) - ends[0][1] - ends[1][1]) / 6;
  const points = [ends[0], [-23, control + 1], [25, control - 1], ends[1]].map(([x, v]) => place(side * x, v));
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

/**
 * The skin of the upper lid, and its crease.
 * @param {CanvasRenderingContext2D} ctx @param {Place} place @param {number} side @param {EyeShape} shape
 */
function drawLid(ctx, place, side, shape) {
  if (shape.blink > 0.02) {
    ctx.beginPath();
    lidPath(ctx, place, side, Math.min(shape.crease + 6, shape.upper - 1));
    lidPath(ctx, place, side, shape.upper, { back: true, join: true });
    ctx.closePath();
    const [, top] = place(0, shape.crease + 6);
    const [, edge] = place(0, shape.upper);
    const skin = ctx.createLinearGradient(0, top, 0, Math.max(edge, top + 1));
    skin.addColorStop(0, "rgba(247, 187, 150, 0.2)");
    skin.addColorStop(1, "#efa785");
    ctx.fillStyle = skin;
    ctx.fill();
  }
  ctx.beginPath();
  ctx.moveTo(...place(side * -17, shape.crease + 5.5));
  ctx.bezierCurveTo(
    ...place(side * -6, shape.crease - 1.5),
    ...place(side * 14, shape.crease - 2),
    ...place(side * 27, shape.crease + 10),
  );
  ctx.strokeStyle = "rgba(190, 105, 80, 0.5)";
  ctx.lineWidth = 1.8;
  ctx.lineCap = "round";
  ctx.stroke();
}

/**
 * White, iris, pupil, lights.
 * @param {CanvasRenderingContext2D} ctx @param {Place} place @param {number} side @param {EyeShape} shape
 */
function drawBall(ctx, place, side, shape) {
  ctx.save();
  ctx.beginPath();
  lidPath(ctx, place, side, shape.upper);
  lidPath(ctx, place, side, shape.lower, { back: true, join: true });
  ctx.closePath();
  ctx.fillStyle = PALETTE.white;
  ctx.fill();
  ctx.clip();
  const [x, y] = place(shape.gaze[0] - side * 1.5, shape.gaze[1] - 1);
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

/**
 * The lash line: thin at the nose, strong outside, with a small wing.
 * @param {CanvasRenderingContext2D} ctx @param {Place} place @param {number} side @param {EyeShape} shape
 */
function drawLashes(ctx, place, side, shape) {
  ctx.fillStyle = PALETTE.lash;
  ctx.beginPath();
  lidPath(ctx, place, side, shape.upper);
  ctx.lineTo(...place(side * (OUTER + 6), -3 + 5 * shape.blink));
  lidPath(ctx, place, side, shape.upper, { back: true, rise: 3.8 - 0.8 * shape.blink, join: true });
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
  const y0 = -38 + 14 * down - 15 * inner;
  const y1 = -45 + 7 * down - 5 * inner - 7 * outer;
  const y2 = -35 - 1 * down + 5 * inner - 8 * outer;
  const x0 = 28 - 5 * down + 1.5 * inner;
  const [a, c] = [place(x0, y0), place(78, y2)];
  const b = place(51, 2 * y1 - (y0 + y2) / 2);
  taper(ctx, a, b, c, PALETTE.brow);
}

/**
 * A quadratic curve that is thick near its beginning and thin at its end.
 * @param {CanvasRenderingContext2D} ctx @param {Point} a @param {Point} b @param {Point} c @param {string} colour
 */
function taper(ctx, a, b, c, colour) {
  /** @type {Point[]} */
  const above = [];
  /** @type {Point[]} */
  const below = [];
  for (let i = 0; i <= 10; i += 1) {
    const t = i / 10;
    const x = (1 - t) ** 2 * a[0] + 2 * t * (1 - t) * b[0] + t * t * c[0];
    const y = (1 - t) ** 2 * a[1] + 2 * t * (1 - t) * b[1] + t * t * c[1];
    const [dx, dy] = [lerp(b[0] - a[0], c[0] - b[0], t), lerp(b[1] - a[1], c[1] - b[1], t)];
    const half = (0.9 + 2.9 * (1 - t) ** 0.8 * Math.min(1, 0.72 + 2 * t)) / Math.hypot(dx, dy);
    above.push([x + dy * half, y - dx * half]);
    below.unshift([x - dy * half, y + dx * half]);
  }
  ctx.beginPath();
  curve(ctx, above);
  curve(ctx, below, true);
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.strokeStyle = colour;
  ctx.lineJoin = "round";
  ctx.lineWidth = 2;
  ctx.fill();
  ctx.stroke();
}
