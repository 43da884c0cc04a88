/**
 * The mouth: lip curves from the weights, and how they are painted.
 *
 * `mouthShape` is plain geometry in face units. The lips part by jawOpen minus mouthClose, so equal values seal them
 * as on an ARKit rig; the teeth are fixed to skull and jaw, the lips move over them.
 */

import { PALETTE } from "./palette.js";
import { LEFT, RIGHT } from "./pose.js";
import { curve } from "./space.js";

/** @typedef {import("./space.js").Point} Point */
/** @typedef {import("./pose.js").Pose} Pose */
/** @typedef {import("./space.js").Space} Space */
/** @typedef {ReturnType<typeof mouthShape>} MouthShape */

const MOUTH_Y = 80;
const HALF_WIDTH = 31;
const JAW_DROP = 58;
const STEPS = 20;
const UPPER_LIP = 7.8;
const TEETH_HALF = 37;
const LOWER_LIP = 11;

/** @param {number} x */
const unit = (x) => Math.min(Math.max(x, 0), 1);

/** What one half of the mouth does. @param {Pose} pose @param {number} side */
function half(pose, side) {
  const { w } = pose;
  const smile = pose.at("mouthSmile", side);
  const frown = pose.at("mouthFrown", side);
  const stretch = pose.at("mouthStretch", side);
  const dimple = pose.at("mouthDimple", side);
  const narrow = (1 - 0.5 * unit(1.15 * w.mouthPucker)) * (1 - 0.22 * w.mouthFunnel);
  const wide = HALF_WIDTH + 13 * smile + 9 * stretch + 4 * dimple - 2 * frown - 5 * w.jawOpen;
  return {
    width: wide * narrow,
    corner: -19 * smile + 15 * frown + 3 * stretch - 2 * dimple,
    down: 13 * pose.at("mouthLowerDown", side),
    up: 7 * pose.at("mouthUpperUp", side),
    press: pose.at("mouthPress", side),
  };
}

/**
 * @param {Pose} pose
 * @returns {{upperOuter: Point[], upperInner: Point[], lowerInner: Point[], lowerOuter: Point[], gap: number,
 *   width: number, shift: number, round: number}} curves from the viewer's left to right; `gap` is the height of the
 *   opening, `round` how far the lips stand before the teeth
 */
export function mouthShape(pose) {
  const { w } = pose;
  const sides = { [LEFT]: half(pose, LEFT), [RIGHT]: half(pose, RIGHT) };
  const closing = Math.min(w.mouthClose, w.jawOpen);
  const round = unit(1.2 * w.mouthPucker + 0.6 * w.mouthFunnel);
  const parted = JAW_DROP * (w.jawOpen - closing) * (1 + 0.7 * round);
  const tucked = Math.max(0, w.mouthRollLower - w.mouthRollUpper - 0.1);
  const shift = 12 * (w.mouthLeft - w.mouthRight);
  const jawShift = 10 * (w.jawLeft - w.jawRight);
  const seam = MOUTH_Y + 22 * closing - 5 * w.mouthShrugLower;
  const thin = 1 + 0.55 * w.mouthPucker + 0.35 * w.mouthFunnel - 0.12 * pose.both("mouthSmile") - 0.12 * pose.both("mouthStretch");
  const inner = 0.9 - 0.14 * round;

  /** @type {{upperOuter: Point[], upperInner: Point[], lowerInner: Point[], lowerOuter: Point[]}} */
  const lines = { upperOuter: [], upperInner: [], lowerInner: [], lowerOuter: [] };
  let gap = 0;
  for (let i = 0; i <= STEPS; i += 1) {
    const u = -Math.cos((Math.PI * i) / STEPS);
    const right = sides[RIGHT];
    const left = sides[LEFT];
    const share = (u + 1) / 2;
    const side = u < 0 ? right : left;
    const press = right.press + (left.press - right.press) * share;
    const up = right.up + (left.up - right.up) * share;
    const down = right.down + (left.down - right.down) * share;
    const profile = (1 - unit(Math.abs(u) / inner) ** 2.2) ** (0.62 - 0.12 * round);
    const body = Math.max(0, 1 - u * u);
    const bow = 1 - 0.15 * Math.exp(-((u / 0.13) ** 2)) + 0.06 * Math.exp(-(((Math.abs(u) - 0.27) / 0.16) ** 2));

    const line = seam + (side.corner - 7.5 * (1 - round) + 0.36 * parted) * Math.abs(u) ** 2 + 1.2 * Math.exp(-((u / 0.3) ** 2)) * (1 - round);
    const rise = profile * (up + 5 * w.mouthFunnel + 0.08 * parted + 6 * tucked + 3 * w.mouthShrugUpper * unit(parted / 6));
    const fall = Math.max(profile * (0.9 * parted + down + 4 * w.mouthFunnel - 4.5 * tucked), -rise);
    gap = Math.max(gap, rise + fall);

    const upperThick = UPPER_LIP * Math.max(0.12, thin + 0.15 * w.mouthShrugUpper - 0.32 * press - 1.25 * w.mouthRollUpper);
    const lowerThick = LOWER_LIP * Math.max(0.1, thin + 0.2 * w.mouthShrugLower - 0.3 * press - 1.55 * w.mouthRollLower);
    const x = shift + side.width * u;
    const xLow = x + jawShift * body;
    lines.upperInner.push([x, line - rise]);
    lines.lowerInner.push([xLow, line + fall]);
    lines.upperOuter.push([x, line - rise - upperThick * body ** 0.62 * bow]);
    lines.lowerOuter.push([xLow, line + fall + lowerThick * body ** 0.52]);
  }
  return { ...lines, gap, shift, width: sides[LEFT].width + sides[RIGHT].width, round };
}

/** How far the chin has dropped, in face units. @param {Pose} pose */
export const chinDrop = (pose) => 33 * pose.w.jawOpen - 4 * pose.w.mouthShrugLower;

/** @param {CanvasRenderingContext2D} ctx @param {import("./space.js").Space} space @param {Pose} pose */
export function drawMouth(ctx, space, pose) {
  const shape = mouthShape(pose);
  const lift = 6 + 12 * pose.w.mouthPucker + 8 * pose.w.mouthFunnel;
  const place = (/** @type {Point[]} */ points) => points.map(([x, y]) => space.skin(x, y, lift));
  const upperOuter = place(shape.upperOuter);
  const upperInner = place(shape.upperInner);
  const lowerInner = place(shape.lowerInner);
  const lowerOuter = place(shape.lowerOuter);
  shadowBelow(ctx, lowerOuter);
  if (shape.gap > 0.4) drawInside(ctx, space, pose, shape, upperInner, lowerInner);
  drawLip(ctx, lowerOuter, lowerInner, PALETTE.lip, PALETTE.lipDark);
  shine(ctx, lowerOuter, lowerInner, pose);
  drawLip(ctx, upperOuter, upperInner, PALETTE.lipUpper, PALETTE.lipDark);
  drawSeam(ctx, upperInner, shape.gap);
  if (pose.w.tongueOut > 0.35) drawTongueOut(ctx, space, pose, lowerInner);
}

/** @param {CanvasRenderingContext2D} ctx @param {Point[]} lowerOuter */
function shadowBelow(ctx, lowerOuter) {
  const [x, y] = lowerOuter[STEPS / 2];
  const shade = ctx.createRadialGradient(0, 0, 0, 0, 0, 22);
  shade.addColorStop(0, "rgba(196, 100, 74, 0.5)");
  shade.addColorStop(1, "rgba(196, 100, 74, 0)");
  ctx.save();
  ctx.translate(x, y + 2);
  ctx.scale(1, 0.42);
  ctx.fillStyle = shade;
  ctx.fillRect(-22, -22, 44, 44);
  ctx.restore();
}

/**
 * Cavity, tongue and teeth, seen through the opening.
 * @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose @param {MouthShape} shape
 * @param {Point[]} upperInner @param {Point[]} lowerInner
 */
function drawInside(ctx, space, pose, shape, upperInner, lowerInner) {
  ctx.save();
  ctx.beginPath();
  curve(ctx, upperInner);
  curve(ctx, [...lowerInner].reverse(), true);
  ctx.closePath();
  ctx.clip();
  const [cx, top] = upperInner[STEPS / 2];
  const bottom = lowerInner[STEPS / 2][1];
  const dark = ctx.createLinearGradient(0, top, 0, bottom + 6);
  dark.addColorStop(0, PALETTE.cavityDeep);
  dark.addColorStop(1, PALETTE.cavity);
  ctx.fillStyle = dark;
  ctx.fillRect(cx - 70, top - 20, 140, bottom - top + 60);
  drawLowerTeeth(ctx, space, pose);
  drawTongue(ctx, space, pose, shape);
  drawUpperTeeth(ctx, space, shape);
  ctx.restore();
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space @param {MouthShape} shape */
function drawUpperTeeth(ctx, space, shape) {
  const w = TEETH_HALF;
  const hidden = 9 * shape.round;
  const edge = [-1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1].map((u) => space.skin(w * u, MOUTH_Y + 5.5 - hidden - 6 * u * u, -4));
  const [left, right] = [space.skin(-w, MOUTH_Y - 18, -4), space.skin(w, MOUTH_Y - 18, -4)];
  ctx.beginPath();
  ctx.moveTo(...left);
  curve(ctx, edge, true);
  ctx.lineTo(...right);
  ctx.closePath();
  const y = edge[4][1];
  const white = ctx.createLinearGradient(0, y - 14, 0, y);
  white.addColorStop(0, PALETTE.teethShade);
  white.addColorStop(0.5, PALETTE.teeth);
  ctx.fillStyle = white;
  ctx.fill();
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose */
function drawLowerTeeth(ctx, space, pose) {
  const w = 0.7 * TEETH_HALF;
  const jawX = 10 * (pose.w.jawLeft - pose.w.jawRight);
  const top = MOUTH_Y + 6.5 + 50 * pose.w.jawOpen;
  const edge = [-1, -0.5, 0, 0.5, 1].map((u) => space.skin(jawX + w * u, top - 1.5 * u * u, -6));
  ctx.beginPath();
  curve(ctx, edge);
  ctx.lineTo(edge[4][0], edge[4][1] + 20);
  ctx.lineTo(edge[0][0], edge[0][1] + 20);
  ctx.closePath();
  ctx.fillStyle = PALETTE.teethShade;
  ctx.fill();
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose @param {MouthShape} shape */
function drawTongue(ctx, space, pose, shape) {
  const raised = 13 * unit(pose.w.tongueOut / 0.25);
  const y = MOUTH_Y + 17 + 47 * pose.w.jawOpen - raised;
  const [x, py] = space.skin(shape.shift, y, -12);
  const rx = 0.3 * shape.width + 3;
  const ry = 9 + 10 * pose.w.jawOpen;
  const pink = ctx.createLinearGradient(0, py - ry, 0, py + ry);
  pink.addColorStop(0, PALETTE.tongueLight);
  pink.addColorStop(1, PALETTE.tongue);
  ctx.fillStyle = pink;
  ctx.beginPath();
  ctx.ellipse(x, py, rx, ry, 0, 0, 2 * Math.PI);
  ctx.fill();
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose @param {Point[]} lowerInner */
function drawTongueOut(ctx, space, pose, lowerInner) {
  const out = (pose.w.tongueOut - 0.35) / 0.65;
  const [x, y] = lowerInner[STEPS / 2];
  const w = 14;
  const tip = y + 6 + 28 * out;
  const pink = ctx.createLinearGradient(0, y - 6, 0, tip);
  pink.addColorStop(0, PALETTE.tongue);
  pink.addColorStop(1, PALETTE.tongueLight);
  ctx.fillStyle = pink;
  ctx.beginPath();
  ctx.moveTo(x - w, y - 3);
  ctx.bezierCurveTo(x - w - 1, tip - 6, x - w + 4, tip, x, tip);
  ctx.bezierCurveTo(x + w - 4, tip, x + w + 1, tip - 6, x + w, y - 3);
  ctx.closePath();
  ctx.fill();
  ctx.strokeStyle = "rgba(170, 60, 70, 0.5)";
  ctx.lineWidth = 1.4;
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x, tip - 12);
  ctx.stroke();
}

/** @param {CanvasRenderingContext2D} ctx @param {Point[]} outer @param {Point[]} inner @param {string} light @param {string} dark */
function drawLip(ctx, outer, inner, light, dark) {
  const a = outer[STEPS / 2][1];
  const b = inner[STEPS / 2][1];
  const fill = ctx.createLinearGradient(0, a, 0, b);
  fill.addColorStop(0, light);
  fill.addColorStop(0.7, light);
  fill.addColorStop(1, dark);
  ctx.fillStyle = fill;
  ctx.beginPath();
  curve(ctx, outer);
  curve(ctx, [...inner].reverse(), true);
  ctx.closePath();
  ctx.fill();
}

/** Light on the lower lip. @param {CanvasRenderingContext2D} ctx @param {Point[]} outer @param {Point[]} inner @param {Pose} pose */
function shine(ctx, outer, inner, pose) {
  const m = STEPS / 2;
  const thick = outer[m][1] - inner[m][1];
  if (thick < 4) return;
  const [x0] = inner[m - 4];
  const [x1] = inner[m + 3];
  const y = inner[m][1] + 0.46 * thick;
  ctx.fillStyle = PALETTE.lipLight;
  ctx.globalAlpha = 0.55 + 0.3 * unit(pose.w.mouthPucker);
  ctx.beginPath();
  ctx.ellipse((x0 + x1) / 2 - 1, y, 0.3 * (x1 - x0), 0.13 * thick, 0, 0, 2 * Math.PI);
  ctx.fill();
  ctx.globalAlpha = 1;
}

/**
 * The line where closed lips meet, and the corners.
 * @param {CanvasRenderingContext2D} ctx @param {Point[]} inner @param {number} gap
 */
function drawSeam(ctx, inner, gap) {
  ctx.strokeStyle = "#8f3a40";
  ctx.lineCap = "round";
  ctx.lineWidth = 2.2;
  ctx.globalAlpha = 1 - 0.6 * unit(gap / 6);
  ctx.beginPath();
  curve(ctx, inner);
  ctx.stroke();
  ctx.globalAlpha = 1;
}
