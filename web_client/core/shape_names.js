/**
 * The many spellings of a shape's name, brought to one: the twin of `blend_shapes/rigs/names.py`.
 *
 * `Face.M_F00_000_00_Fcl_MTH_A`, `A25_Jaw_Open`, `blendShape1.jawOpen` and `eyeBlink.L` are read as words; a look-up
 * then drops leading words until the rest is known.
 */

/** @type {Record<string, string>} */
const SIDES = { l: "left", r: "right", left: "left", right: "right" };
const WORD = /[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\x00-\x7f]+/g;
const ENDINGS = new Set(["morph", "shape", "blendshape", "bs"]);
/** A single word of so many letters is known behind a prefix too; shorter ones mean too many things. */
const LONG = 6;

/**
 * Lower-case words of a name, without namespace, numbering and endings that say nothing; sides as "left" and "right".
 * @param {string} name
 * @returns {string[]}
 */
export function words(name) {
  const parts = name
    .normalize("NFKC")
    .replace(/\.[0-9]+$/, "")
    .split(/[.:|/]/)
    .filter((part) => part);
  let last = parts.at(-1) ?? "";
  if (Object.hasOwn(SIDES, last.toLowerCase()) && parts.length > 1) last = `${parts.at(-2)}_${last}`;
  const found = (last.match(WORD) ?? []).map((word) => SIDES[word.toLowerCase()] ?? word.toLowerCase());
  while (found.length > 1 && ENDINGS.has(found[found.length - 1])) found.pop();
  return found;
}

/**
 * The entry of `known` that a name means and how many leading words it was behind; null without one. A prefix that is
 * known itself is no prefix: `jawOpen_mouthClose` corrects two shapes and is neither.
 * @template T
 * @param {string} name
 * @param {ReadonlyMap<string, T>} known keyed by joined words
 * @returns {{value: T, dropped: number} | null}
 */
export function lookUp(name, known) {
  const spelled = words(name);
  for (let dropped = 0; dropped < spelled.length; dropped++) {
    for (let i = 0; i < dropped; i++) if (known.has(spelled.slice(i, dropped).join(""))) return null;
    for (const rest of orders(spelled.slice(dropped))) {
      const value = known.get(rest.join(""));
      const plain = dropped === 0 || rest.length > 1 || rest[0].length >= LONG;
      if (value !== undefined && plain) return { value, dropped };
    }
  }
  return null;
}

/** As spelled, and with a leading side at the end. @param {string[]} rest */
function orders(rest) {
  const sided = rest.length > 1 && (rest[0] === "left" || rest[0] === "right");
  return sided ? [rest, [...rest.slice(1), rest[0]]] : [rest];
}
