/**
 * Field types: each checks one value as it came off the wire, or prepares one to be written.
 *
 * `read(wire, path)` gives the plain JavaScript value or throws BadMessage; `write(value, path)` gives what
 * `messagepack.pack` takes, with the same checks, so that what is sent would also be accepted.
 */

import { BadMessage, Real } from "./messagepack.js";

/**
 * @typedef {object} Field
 * @property {(wire: unknown, path: string) => any} read
 * @property {(value: any, path: string) => unknown} write
 * @property {boolean} [optional] may be left out; then the value is `absent`
 * @property {any} [absent]
 */

/** @param {string} path @param {string} wanted @returns {never} */
function wrong(path, wanted) {
  throw new BadMessage(`${path} must be ${wanted}`);
}

/**
 * A field that reads and writes the same form.
 * @param {(value: any) => boolean} fits @param {string} wanted @returns {Field}
 */
function plain(fits, wanted) {
  const check = (/** @type {unknown} */ value, /** @type {string} */ path) =>
    fits(value) ? value : wrong(path, wanted);
  return { read: check, write: check };
}

export const count = plain((n) => Number.isSafeInteger(n) && n >= 0, "an integer from 0 to 2^53 - 1");
export const boolean = plain((b) => typeof b === "boolean", "true or false");
export const text = plain((s) => typeof s === "string", "text");
export const name = plain((s) => typeof s === "string" && [...s].length <= 200, "text of at most 200 characters");
export const bytes = plain((b) => b instanceof Uint8Array, "a byte string");

/** @param {number} low @param {number} high */
export const range = (low, high) =>
  plain((n) => Number.isSafeInteger(n) && n >= low && n <= high, `an integer from ${low} to ${high}`);

/** @param {string[]} words */
export const oneOf = (...words) => plain((s) => words.includes(s), `one of ${words.join(", ")}`);

/** A finite number; an integer is taken too. @param {number} low @param {number} high @returns {Field} */
export function number(low, high) {
  const wanted = `a number from ${low} to ${high}`;
  const check = (/** @type {unknown} */ x, /** @type {string} */ path) =>
    typeof x === "number" && x >= low && x <= high ? x : wrong(path, wanted);
  return {
    read: (wire, path) => check(wire instanceof Real ? wire.value : wire, path),
    write: (value, path) => new Real(check(value, path)),
  };
}

/** @param {Field} item @returns {Field} */
export function list(item) {
  const each = (/** @type {"read" | "write"} */ way) => (/** @type {unknown} */ items, /** @type {string} */ path) =>
    Array.isArray(items) ? items.map((x, i) => item[way](x, `${path}[${i}]`)) : wrong(path, "an array");
  return { read: each("read"), write: each("write") };
}

/** A map from text to values of one type, as a plain object. @param {Field} item @returns {Field} */
export function table(item) {
  return {
    read: (wire, path) =>
      wire instanceof Map
        ? Object.fromEntries([...wire].map(([key, x]) => [key, item.read(x, `${path}.${key}`)]))
        : wrong(path, "a map"),
    write: (value, path) =>
      new Map(Object.entries(value).map(([key, x]) => [key, item.write(x, `${path}.${key}`)])),
  };
}

/** Either absent, nil, or of the type; absent reads as undefined. @param {Field} item @returns {Field} */
export function maybe(item) {
  return {
    optional: true,
    absent: undefined,
    read: (wire, path) => (wire === null ? undefined : item.read(wire, path)),
    write: item.write,
  };
}

/** Left out when it has its default. @param {Field} item @param {any} absent @returns {Field} */
export const otherwise = (item, absent) => ({ ...item, optional: true, absent });

/** @param {any} a @param {any} b */
const same = (a, b) =>
  a === b || (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => x === b[i]));

/**
 * A map with named fields, as a plain object; unknown keys are ignored, keys are written in declared order.
 * @param {Record<string, Field>} fields @param {string} [type] value of the key `type`, written first
 * @returns {Field}
 */
export function record(fields, type) {
  const entries = Object.entries(fields);
  return {
    read(wire, path) {
      if (!(wire instanceof Map)) return wrong(path, "a map");
      /** @type {Record<string, any>} */
      const value = type === undefined ? {} : { type };
      for (const [key, field] of entries) {
        if (wire.has(key)) value[key] = field.read(wire.get(key), `${path}.${key}`);
        else if (field.optional) value[key] = field.absent;
        else wrong(path, `given with the field ${key}`);
        if (value[key] === undefined) delete value[key];
      }
      return value;
    },
    write(value, path) {
      const wire = new Map(type === undefined ? [] : [["type", /** @type {unknown} */ (type)]]);
      for (const [key, field] of entries) {
        const x = value[key];
        if (field.optional && (x === undefined || x === null || same(x, field.absent))) continue;
        wire.set(key, field.write(x, `${path}.${key}`));
      }
      return wire;
    },
  };
}

/**
 * An array with its kind in front; missing trailing items take their defaults, extra ones are ignored.
 * @param {number} kind @param {string} type what the plain object is called @param {Record<string, Field>} fields
 * @returns {Field}
 */
export function tuple(kind, type, fields) {
  const entries = Object.entries(fields);
  return {
    read(wire, path) {
      const items = /** @type {unknown[]} */ (wire);
      /** @type {Record<string, any>} */
      const value = { type };
      entries.forEach(([key, field], i) => {
        if (i + 1 < items.length) value[key] = field.read(items[i + 1], `${path}.${key}`);
        else if (field.optional) value[key] = field.absent;
        else wrong(path, `given with the item ${key}`);
      });
      return value;
    },
    write: (value, path) => [
      kind,
      ...entries.map(([key, field]) => field.write(value[key] ?? field.absent, `${path}.${key}`)),
    ],
  };
}
