/**
 * From the face's own flat coordinates to the canvas: every point lies on a ball-like head that turns.
 *
 * Units are those of the drawing (the head is about 240 wide); x to the viewer's right, y down, the head's centre
 * at 0, 0. Parallax of a few layers would do for small angles; a ball costs no more and looks right at any.
 */

const RADIUS_X = 155;
const RADIUS_Y = 175;
const DEPTH = 105;
const NECK_Y = 105;

/** @typedef {[number, number]} Point */

export class Space {
  constructor() {
    this.sinYaw = 0;
    this.cosYaw = 1;
    this.sinPitch = 0;
    this.cosPitch = 1;
    this.roll = 0;
  }

  /** Degrees: yaw to the character's left, pitch up, roll to its right shoulder. @param {number} yaw @param {number} pitch @param {number} roll */
  turn(yaw, pitch, roll) {
    const radian = Math.PI / 180;
    this.sinYaw = Math.sin(yaw * radian);
    this.cosYaw = Math.cos(yaw * radian);
    this.sinPitch = Math.sin(pitch * radian);
    this.cosPitch = Math.cos(pitch * radian);
    this.roll = -roll * radian;
  }

  /** How far the surface stands out at a point. @param {number} x @param {number} y */
  depth(x, y) {
    return DEPTH * Math.sqrt(Math.max(0.05, 1 - (x / RADIUS_X) ** 2 - (y / RADIUS_Y) ** 2));
  }

  /** A point of the skin, or `lift` above it. @param {number} x @param {number} y @param {number} [lift] @returns {Point} */
  skin(x, y, lift = 0) {
    return this.at(x, y, this.depth(x, y) + lift);
  }

  /** A point at depth z. @param {number} x @param {number} y @param {number} z @returns {Point} */
  at(x, y, z) {
    const px = x * this.cosYaw + z * this.sinYaw;
    const depth = z * this.cosYaw - x * this.sinYaw;
    return [px, y * this.cosPitch - depth * this.sinPitch];
  }

  /** Tilts everything drawn from here on about the neck. @param {CanvasRenderingContext2D} ctx */
  tilt(ctx) {
    ctx.translate(0, NECK_Y);
    ctx.rotate(this.roll);
    ctx.translate(0, -NECK_Y);
  }
}

/** A smooth line through points, begun with moveTo or joined on. @param {CanvasRenderingContext2D} ctx @param {Point[]} points @param {boolean} [join] */
export function curve(ctx, points, join = false) {
  if (join) ctx.lineTo(...points[0]);
  else ctx.moveTo(...points[0]);
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = points[i];
    const [nx, ny] = points[i + 1];
    const last = i === points.length - 2;
    ctx.quadraticCurveTo(x, y, last ? nx : (x + nx) / 2, last ? ny : (y + ny) / 2);
  }
}
