/** Everything around eyes and mouth: body, hair, ears, skull with jaw, nose and cheeks. */

import { chinDrop } from "./mouth.js";
import { PALETTE } from "./palette.js";
import { LEFT, RIGHT } from "./pose.js";

/** @typedef {import("./pose.js").Pose} Pose */
/** @typedef {import("./space.js").Space} Space */

/** Neck and shoulders; they hardly follow the head. @param {CanvasRenderingContext2D} ctx @param {Space} space */
export function drawBody(ctx, space) {
  const [sway] = space.at(0, 0, 22);
  const cloth = ctx.createLinearGradient(-120, 150, 120, 270);
  cloth.addColorStop(0, PALETTE.clothLight);
  cloth.addColorStop(0.55, PALETTE.cloth);
  cloth.addColorStop(1, PALETTE.clothDark);
  ctx.fillStyle = cloth;
  ctx.beginPath();
  ctx.moveTo(-176, 300);
  ctx.bezierCurveTo(-172, 214, -120, 190, -50, 178);
  ctx.lineTo(50, 178);
  ctx.bezierCurveTo(120, 190, 172, 214, 176, 300);
  ctx.closePath();
  ctx.fill();
  drawNeck(ctx, sway);
  ctx.fillStyle = PALETTE.clothLight;
  ctx.beginPath();
  ctx.moveTo(-51 + 0.3 * sway, 160);
  ctx.bezierCurveTo(-40, 182, 40, 182, 51 + 0.3 * sway, 160);
  ctx.bezierCurveTo(62, 170, 62, 186, 54, 194);
  ctx.bezierCurveTo(34, 212, -34, 212, -54, 194);
  ctx.bezierCurveTo(-62, 186, -62, 170, -51 + 0.3 * sway, 160);
  ctx.fill();
  ctx.strokeStyle = "rgba(190, 70, 50, 0.35)";
  ctx.lineWidth = 1.6;
  ctx.beginPath();
  ctx.moveTo(-53, 193);
  ctx.bezierCurveTo(-34, 211, 34, 211, 53, 193);
  ctx.stroke();
}

/** @param {CanvasRenderingContext2D} ctx @param {number} sway */
function drawNeck(ctx, sway) {
  const skin = ctx.createLinearGradient(0, 124, 0, 186);
  skin.addColorStop(0, PALETTE.skinDeep);
  skin.addColorStop(0.55, PALETTE.skinShade);
  skin.addColorStop(1, PALETTE.skin);
  ctx.fillStyle = skin;
  ctx.beginPath();
  ctx.moveTo(-38 + sway, 90);
  ctx.bezierCurveTo(-36 + 0.6 * sway, 140, -40, 156, -50, 170);
  ctx.bezierCurveTo(-30, 186, 30, 186, 50, 170);
  ctx.bezierCurveTo(40, 156, 36 + 0.6 * sway, 140, 38 + sway, 90);
  ctx.closePath();
  ctx.fill();
}

/** The hair behind the head. @param {CanvasRenderingContext2D} ctx @param {Space} space */
export function drawHairBehind(ctx, space) {
  const p = (/** @type {number} */ x, /** @type {number} */ y) => space.at(x, y, -14);
  const fill = ctx.createLinearGradient(0, -150, 0, 130);
  fill.addColorStop(0, PALETTE.hair);
  fill.addColorStop(1, PALETTE.hairDark);
  ctx.fillStyle = fill;
  ctx.beginPath();
  ctx.moveTo(...p(0, -168));
  ctx.bezierCurveTo(...p(92, -170), ...p(142, -96), ...p(143, -10));
  ctx.bezierCurveTo(...p(145, 40), ...p(152, 76), ...p(141, 100));
  ctx.bezierCurveTo(...p(128, 128), ...p(86, 130), ...p(62, 104));
  ctx.lineTo(...p(-62, 104));
  ctx.bezierCurveTo(...p(-86, 130), ...p(-128, 128), ...p(-141, 100));
  ctx.bezierCurveTo(...p(-152, 76), ...p(-145, 40), ...p(-143, -10));
  ctx.bezierCurveTo(...p(-142, -96), ...p(-92, -170), ...p(0, -168));
  ctx.fill();
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space */
export function drawEars(ctx, space) {
  for (const side of [LEFT, RIGHT]) {
    const [x, y] = space.at(side * 121, 14, -4);
    ctx.fillStyle = PALETTE.skin;
    ctx.beginPath();
    ctx.ellipse(x, y, 17, 24, side * 0.16, 0, 2 * Math.PI);
    ctx.fill();
    ctx.strokeStyle = "rgba(200, 110, 85, 0.6)";
    ctx.lineWidth = 2.6;
    ctx.lineCap = "round";
    ctx.beginPath();
    ctx.arc(x + side * 1.5, y - 2, 10, side === LEFT ? -2 : Math.PI - 1.2, side === LEFT ? 1.2 : Math.PI + 2);
    ctx.stroke();
    ctx.fillStyle = PALETTE.gold;
    ctx.beginPath();
    ctx.arc(x + side * 2, y + 25, 4.2, 0, 2 * Math.PI);
    ctx.fill();
  }
}

/** Skull and jaw in one outline; the chin follows the jaw. @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose */
export function drawSkull(ctx, space, pose) {
  const drop = chinDrop(pose);
  const chinX = 9 * (pose.w.jawLeft - pose.w.jawRight);
  const puff = 17 * pose.w.cheekPuff + 3 * pose.both("mouthSmile");
  const p = (/** @type {number} */ x, /** @type {number} */ y) => space.at(x, y, 22);
  const path = () => {
    ctx.beginPath();
    ctx.moveTo(...p(0, -142));
    ctx.bezierCurveTo(...p(76, -142), ...p(122, -84), ...p(122, -8));
    ctx.bezierCurveTo(...p(122 + puff, 44), ...p(107 + puff, 84 + 0.25 * drop), ...p(70 + 0.5 * chinX, 108 + 0.62 * drop));
    ctx.bezierCurveTo(...p(47 + chinX, 124 + 0.92 * drop), ...p(24 + chinX, 132 + drop), ...p(chinX, 132 + drop));
    ctx.bezierCurveTo(...p(-24 + chinX, 132 + drop), ...p(-47 + chinX, 124 + 0.92 * drop), ...p(-70 + 0.5 * chinX, 108 + 0.62 * drop));
    ctx.bezierCurveTo(...p(-107 - puff, 84 + 0.25 * drop), ...p(-122 - puff, 44), ...p(-122, -8));
    ctx.bezierCurveTo(...p(-122, -84), ...p(-76, -142), ...p(0, -142));
    ctx.closePath();
  };
  const [lx, ly] = space.skin(-30, -12);
  const skin = ctx.createRadialGradient(lx, ly, 18, lx + 22, ly + 22, 172);
  skin.addColorStop(0, PALETTE.skinLight);
  skin.addColorStop(0.52, PALETTE.skin);
  skin.addColorStop(0.86, PALETTE.skinShade);
  skin.addColorStop(1, PALETTE.skinDeep);
  path();
  ctx.fillStyle = skin;
  ctx.fill();
  const [cx, cy] = space.skin(chinX, 115 + drop);
  glow(ctx, cx, cy, 26, 17, "255, 228, 200", 0.75);
}

/** Blush, freckles, the crease of a smile. @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose */
export function drawCheeks(ctx, space, pose) {
  for (const side of [LEFT, RIGHT]) {
    const smile = pose.at("mouthSmile", side);
    const raise = 5 * smile + 6 * pose.at("cheekSquint", side);
    const [x, y] = space.skin(side * 76, 51 - raise);
    const alpha = 0.36 + 0.22 * smile + 0.1 * pose.w.cheekPuff;
    const r = 31 + 5 * pose.w.cheekPuff;
    const blush = ctx.createRadialGradient(x, y, 3, x, y, r);
    blush.addColorStop(0, `rgba(${PALETTE.blush}, ${alpha})`);
    blush.addColorStop(1, `rgba(${PALETTE.blush}, 0)`);
    ctx.fillStyle = blush;
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 2 * Math.PI);
    ctx.fill();
    ctx.fillStyle = PALETTE.freckle;
    for (const [dx, dy] of [[-14, -4], [-3, 2], [8, -5], [-7, -11], [4, -13]]) {
      const [fx, fy] = space.skin(side * (76 + dx), 46 - raise + dy);
      ctx.beginPath();
      ctx.arc(fx, fy, 1.7, 0, 2 * Math.PI);
      ctx.fill();
    }
    drawSmileLine(ctx, space, pose, side);
  }
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose @param {number} side */
function drawSmileLine(ctx, space, pose, side) {
  const strength = Math.max(pose.at("mouthSmile", side), 0.9 * pose.at("mouthDimple", side), 0.8 * pose.at("noseSneer", side)) - 0.15;
  if (strength <= 0) return;
  ctx.strokeStyle = `rgba(196, 104, 82, ${Math.min(0.6, 0.9 * strength)})`;
  ctx.lineWidth = 2;
  ctx.lineCap = "round";
  ctx.beginPath();
  ctx.moveTo(...space.skin(side * 48, 54 - 4 * strength));
  ctx.quadraticCurveTo(...space.skin(side * 58, 62), ...space.skin(side * 56, 76));
  ctx.stroke();
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space @param {Pose} pose */
export function drawNose(ctx, space, pose) {
  const up = 4 * pose.both("noseSneer");
  const [bx, by] = space.skin(0, 50 - up, 10);
  glow(ctx, bx, by, 21, 13, "210, 112, 82", 0.72);
  const [x, y] = space.skin(-1, 42.5 - up, 16);
  glow(ctx, x, y, 17, 15, "252, 199, 163", 1);
  glow(ctx, x - 2.5, y - 3, 7, 6, "255, 238, 222", 0.95);
  ctx.strokeStyle = "rgba(170, 76, 58, 0.72)";
  ctx.lineWidth = 2.6;
  ctx.lineCap = "round";
  for (const side of [LEFT, RIGHT]) {
    const lift = 5 * pose.at("noseSneer", side);
    ctx.beginPath();
    ctx.moveTo(...space.skin(side * 5, 53.5 - lift, 12));
    ctx.quadraticCurveTo(...space.skin(side * 7.5, 52.2 - lift, 11), ...space.skin(side * 9.5, 53 - lift, 9));
    ctx.stroke();
  }
}

/** A soft spot. @param {CanvasRenderingContext2D} ctx @param {number} x @param {number} y @param {number} rx @param {number} ry @param {string} rgb @param {number} alpha */
function glow(ctx, x, y, rx, ry, rgb, alpha) {
  const light = ctx.createRadialGradient(0, 0, 0, 0, 0, rx);
  light.addColorStop(0, `rgba(${rgb}, ${alpha})`);
  light.addColorStop(1, `rgba(${rgb}, 0)`);
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(1, ry / rx);
  ctx.fillStyle = light;
  ctx.fillRect(-rx, -rx, 2 * rx, 2 * rx);
  ctx.restore();
}

/** The fringe, swept to one side, with its shadow on the brow. @param {CanvasRenderingContext2D} ctx @param {Space} space */
export function drawFringe(ctx, space) {
  fringePath(ctx, space, 9);
  ctx.fillStyle = "rgba(196, 104, 78, 0.38)";
  ctx.fill();
  fringePath(ctx, space, 0);
  const [gx] = space.at(-40, 0, 60);
  const hair = ctx.createLinearGradient(gx - 40, -165, gx + 60, 0);
  hair.addColorStop(0, PALETTE.hairLight);
  hair.addColorStop(0.35, PALETTE.hair);
  hair.addColorStop(1, PALETTE.hairDark);
  ctx.fillStyle = hair;
  ctx.fill();
  drawStrands(ctx, space);
}

/** @param {CanvasRenderingContext2D} ctx @param {Space} space @param {number} fall */
function fringePath(ctx, space, fall) {
  const rim = (/** @type {number} */ x, /** @type {number} */ y) => space.at(x, y, 8);
  const p = (/** @type {number} */ x, /** @type {number} */ y) => space.skin(x, y + fall, 10);
  ctx.beginPath();
  ctx.moveTo(...rim(-124, 8));
  ctx.bezierCurveTo(...rim(-146, -80), ...rim(-104, -172), ...rim(0, -172));
  ctx.bezierCurveTo(...rim(104, -172), ...rim(146, -80), ...rim(124, 8));
  ctx.bezierCurveTo(...p(120, -20), ...p(112, -42), ...p(96, -62));
  ctx.bezierCurveTo(...p(84, -78), ...p(62, -92), ...p(40, -104));
  ctx.bezierCurveTo(...p(22, -80), ...p(-26, -72), ...p(-62, -67));
  ctx.bezierCurveTo(...p(-92, -60), ...p(-114, -32), ...rim(-124, 8 + fall));
  ctx.closePath();
}

/** A soft band of light over the crown, and the parting's strands. @param {CanvasRenderingContext2D} ctx @param {Space} space */
function drawStrands(ctx, space) {
  const p = (/** @type {number} */ x, /** @type {number} */ y) => space.skin(x, y, 10);
  ctx.fillStyle = "rgba(190, 150, 196, 0.26)";
  ctx.beginPath();
  ctx.moveTo(...p(-101, -74));
  ctx.quadraticCurveTo(...p(-66, -128), ...p(22, -139));
  ctx.quadraticCurveTo(...p(-44, -112), ...p(-101, -74));
  ctx.fill();
  ctx.beginPath();
  ctx.moveTo(...p(56, -131));
  ctx.quadraticCurveTo(...p(92, -112), ...p(110, -68));
  ctx.quadraticCurveTo(...p(86, -104), ...p(56, -131));
  ctx.fill();
  ctx.strokeStyle = "rgba(30, 18, 40, 0.45)";
  ctx.lineWidth = 1.6;
  ctx.lineCap = "round";
  for (const [a, b, c] of [
    [[38, -108], [-6, -84], [-70, -72]],
    [[39, -112], [-20, -100], [-96, -62]],
    [[42, -110], [78, -96], [104, -58]],
  ]) {
    ctx.beginPath();
    ctx.moveTo(...p(a[0], a[1]));
    ctx.quadraticCurveTo(...p(b[0], b[1]), ...p(c[0], c[1]));
    ctx.stroke();
  }
}
