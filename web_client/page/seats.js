/** Who of a full room is shown: as many as fit, speakers first, and nobody moves without need. Pure. */

/** @typedef {{key: number, speaking: boolean}} Member */

export class Seats {
  /** @param {number} count at least 2 */
  constructor(count) {
    this.count = count;
    /** Keys of those shown. @type {number[]} */
    this.taken = [];
    /** When each of them spoke last. @type {Map<number, number>} */
    this.spoke = new Map();
  }

  /**
   * @param {readonly Member[]} members the first keeps a seat whatever happens
   * @param {number} now rising
   * @returns {readonly number[]} keys of those shown, in the order of their seats
   */
  seat(members, now) {
    const here = new Set(members.map(({ key }) => key));
    for (const key of this.spoke.keys()) if (!here.has(key)) this.spoke.delete(key);
    for (const { key, speaking } of members) if (speaking) this.spoke.set(key, now);
    this.taken = this.taken.filter((key) => here.has(key));
    for (const { key } of members) if (this.taken.length < this.count && !this.taken.includes(key)) this.taken.push(key);
    for (const { key, speaking } of members) if (speaking && !this.taken.includes(key)) this.displace(key, members[0].key, now);
    return this.taken;
  }

  /** A speaker takes the seat of whoever has been silent the longest. @param {number} key @param {number} kept @param {number} now */
  displace(key, kept, now) {
    const last = (/** @type {number} */ other) => this.spoke.get(other) ?? -Infinity;
    let quietest = -1;
    this.taken.forEach((other, i) => {
      if (other === kept || last(other) >= now) return;
      if (quietest < 0 || last(other) < last(this.taken[quietest])) quietest = i;
    });
    if (quietest >= 0) this.taken[quietest] = key;
  }
}

/**
 * In how many columns so many tiles are largest.
 * @param {number} count @param {number} width @param {number} height of the place @param {number} shape width over height of a head
 */
export function columns(count, width, height, shape) {
  let [best, most] = [1, 0];
  for (let n = 1; n <= count; n += 1) {
    const size = Math.min(width / n / shape, height / Math.ceil(count / n));
    if (size > most + 1e-6) [best, most] = [n, size];
  }
  return best;
}
