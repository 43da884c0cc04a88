/**
 * The 52 channels on the shapes that an avatar has: a sparse matrix found from the shapes' names. The twin of
 * `blend_shapes/rigs/shape_mapper.py`; both pass `blend_shapes/rigs/vectors`.
 *
 * Eyes with brows and mouth with jaw are judged apart, because many avatars have all of ARKit's lids but visemes for a
 * mouth. For each of the two the family of rigs is taken whose shapes are found most completely, weighed by how much
 * of a face that family can show.
 */

import { CHANNELS, READ_BY_VISEMES, RIGS } from "./rigs.js";
import { lookUp, words } from "./shape_names.js";
import { VISEMES, writeVisemes } from "./visemes.js";

/**
 * @typedef {import("../client.d.ts").ShapeMapperOptions} ShapeMapperOptions
 * @typedef {import("../client.d.ts").Families} Families
 * @typedef {"upper" | "mouth"} Region
 * @typedef {{spellings?: readonly string[], from: Readonly<Record<string, number>>, optional?: boolean, unless?: readonly string[]}} Row
 * @typedef {{name: string, fidelity: number, shapes: Readonly<Record<string, Row>>}} Rig
 * @typedef {{shape: number, row: Row}} Found a shape of the avatar that is a row of a rig
 */

/** @type {Region[]} */
const REGIONS = ["upper", "mouth"];
/** What may drive a shape. */
const SOURCES = [...CHANNELS, ...VISEMES];
const SOURCE = new Map(SOURCES.map((name, i) => [name, i]));
const MOUTH = /^(jaw|mouth|tongue|cheekPuff)/;
const JAW_OPEN = CHANNELS.indexOf("jawOpen");
const MOUTH_CLOSE = CHANNELS.indexOf("mouthClose");

export { CHANNELS };

export class ShapeMapper {
  /**
   * @param {readonly string[]} shapes names of the avatar's shapes
   * @param {ShapeMapperOptions} [options]
   * @throws {RangeError} for a family, source or shape that there is not
   */
  constructor(shapes, options = {}) {
    const { families, gains = {}, offsets = {}, channels = CHANNELS, limitMouthClose = true } = options;
    this.shapes = [...shapes];
    this.limitMouthClose = limitMouthClose;
    const byRig = new Map(RIGS.map((rig) => [rig.name, find(rig, this.shapes)]));
    /** @type {Families} */
    this.families = families ? { ...families } : best(byRig);
    check("family", Object.values(this.families).filter((name) => name !== null), byRig);
    check("source", Object.keys(gains), SOURCE);
    check("shape", Object.keys(offsets), new Set(this.shapes));
    const used = REGIONS.flatMap((region) =>
      (byRig.get(this.families[region] ?? "") ?? []).filter(({ row }) => regionOf(row) === region),
    );
    const terms = used.flatMap(({ shape, row }) =>
      Object.entries(row.from).map(([source, gain]) => ({ shape, source, gain: gain * (gains[source] ?? 1) })),
    );
    /** The matrix: each source on a shape, by index of the shape. */
    this.entries = terms;
    this.columns = Int32Array.from(terms, ({ shape }) => shape);
    this.rows = Int32Array.from(terms, ({ source }) => /** @type {number} */ (SOURCE.get(source)));
    this.gains = Float64Array.from(terms, ({ gain }) => gain);
    this.offsets = Float64Array.from(this.shapes, (name) => offsets[name] ?? 0);
    const known = new Set(used.map(({ shape }) => shape));
    this.unmapped = this.shapes.filter((_, i) => !known.has(i));
    const reached = new Set(terms.map(({ source }) => source));
    if (VISEMES.some((name) => reached.has(name))) for (const name of READ_BY_VISEMES) reached.add(name);
    this.missing = CHANNELS.filter((name) => !reached.has(name));
    this.coverage = 1 - this.missing.length / CHANNELS.length;
    /** Where each of CHANNELS stands in what `map` is given; -1 where it is not. */
    this.order = Int32Array.from(CHANNELS, (name) => channels.indexOf(name));
    this.sources = new Float64Array(SOURCES.length);
    this.sums = new Float64Array(this.shapes.length);
  }

  /**
   * @param {ArrayLike<number>} weights ordered as the option `channels`
   * @param {Float32Array} [out] one for each shape; a new one where left out
   */
  map(weights, out = new Float32Array(this.shapes.length)) {
    const { sources, sums, columns, rows, gains, order } = this;
    for (let i = 0; i < order.length; i++) sources[i] = order[i] < 0 ? 0 : (weights[order[i]] ?? 0);
    if (this.limitMouthClose) sources[MOUTH_CLOSE] = Math.min(sources[MOUTH_CLOSE], sources[JAW_OPEN]);
    writeVisemes(sources, sources, CHANNELS.length);
    sums.set(this.offsets);
    for (let i = 0; i < rows.length; i++) sums[columns[i]] += gains[i] * sources[rows[i]];
    for (let i = 0; i < sums.length; i++) out[i] = Math.min(1, Math.max(0, sums[i]));
    return out;
  }
}

/**
 * The rig's rows among the shapes. Of two shapes that mean one row, the plainer name counts, then the first.
 * @param {Rig} rig
 * @param {readonly string[]} shapes
 * @returns {Found[]}
 */
function find(rig, shapes) {
  const known = spellings(rig);
  /** @type {Map<string, {dropped: number, shape: number}>} */
  const plainest = new Map();
  shapes.forEach((name, shape) => {
    const match = lookUp(name, known);
    if (!match) return;
    const other = plainest.get(match.value);
    if (!other || match.dropped < other.dropped) plainest.set(match.value, { dropped: match.dropped, shape });
  });
  return [...plainest]
    .filter(([key]) => !rig.shapes[key].unless?.some((other) => plainest.has(other)))
    .map(([key, { shape }]) => ({ shape, row: rig.shapes[key] }));
}

/** @type {Map<Rig, Map<string, string>>} */
const SPELLINGS = new Map();

/** The rig's rows by the joined words of all their spellings; made once. @param {Rig} rig */
function spellings(rig) {
  const known = SPELLINGS.get(rig) ?? new Map();
  if (known.size === 0)
    for (const [key, row] of Object.entries(rig.shapes))
      for (const spelling of [key, ...(row.spellings ?? [])]) known.set(words(spelling).join(""), key);
  SPELLINGS.set(rig, known);
  return known;
}

/** Where a row's sources lie; rows without any are of the mouth. @param {Row} row @returns {Region} */
function regionOf(row) {
  const source = Object.keys(row.from)[0] ?? "jaw";
  return VISEMES.includes(source) || MOUTH.test(source) ? "mouth" : "upper";
}

/**
 * For each region the family that scores highest, the first of equals; null without any shape.
 * @param {ReadonlyMap<string, Found[]>} byRig
 * @returns {Families}
 */
function best(byRig) {
  /** @type {Families} */
  const families = { upper: null, mouth: null };
  for (const region of REGIONS) {
    let most = 0;
    for (const rig of RIGS) {
      const points = score(rig, byRig.get(rig.name) ?? [], region);
      if (points > most) [most, families[region]] = [points, rig.name];
    }
  }
  return families;
}

/** @param {Rig} rig @param {Found[]} found @param {Region} region */
function score(rig, found, region) {
  const rows = Object.values(rig.shapes).filter((row) => regionOf(row) === region);
  const wanted = rows.filter((row) => !row.optional && !row.unless).length;
  const counts = (/** @type {Found} */ { row }) => regionOf(row) === region && !row.optional && Object.keys(row.from).length > 0;
  const have = found.filter(counts).length;
  return wanted ? rig.fidelity * Math.min(1, have / wanted) : 0;
}

/** @param {string} what @param {readonly string[]} given @param {{has(name: string): boolean}} known */
function check(what, given, known) {
  for (const name of given) if (!known.has(name)) throw new RangeError(`There is no ${what} ${JSON.stringify(name)}.`);
}
