/**
 * A face by name: `pose.w.jawOpen`. Weights that a stream does not carry are 0. "Left" is the character's own
 * left, which the viewer sees on the right, at positive x.
 */

export const LEFT = 1;
export const RIGHT = -1;

export class Pose {
  /** @param {readonly string[]} channels */
  constructor(channels) {
    this.channels = channels;
    /** @type {Record<string, number>} */
    this.w = new Proxy({}, { get: (target, name) => Reflect.get(target, name) ?? 0 });
    this.yaw = 0;
    this.pitch = 0;
    this.roll = 0;
  }

  /** @param {ArrayLike<number>} weights @param {ArrayLike<number>} head degrees */
  set(weights, head) {
    this.channels.forEach((name, i) => {
      this.w[name] = weights[i];
    });
    [this.yaw, this.pitch, this.roll] = [head[0], head[1], head[2]];
    return this;
  }

  /** One of a pair. @param {string} name @param {number} side LEFT or RIGHT */
  at(name, side) {
    return this.w[side === LEFT ? `${name}Left` : `${name}Right`];
  }

  /** Mean of a pair. @param {string} name */
  both(name) {
    return (this.w[`${name}Left`] + this.w[`${name}Right`]) / 2;
  }
}
