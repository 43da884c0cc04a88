/**
 * The part of MessagePack that the FaceWire wire uses: nil, bool, integers, floats, str, bin, array, map
 * with string keys. Extension types are read over and never written. Written bytes are canonical: the smallest header and integer
 * width, floats as float64, keys in the order given.
 *
 * Integers are plain numbers and must be safe integers when written. A float is a `Real`, so that 1 and
 * 1.0 stay two things, as they are on the wire.
 */

/** The bytes are not one well-formed message. `code` is machine-readable, the text says what is wrong. */
export class BadMessage extends Error {
  /** @param {string} message @param {string} [code] */
  constructor(message, code = "bad_message") {
    super(message);
    this.name = "BadMessage";
    this.code = code;
  }
}

/** A floating-point number on the wire. */
export class Real {
  /** @param {number} value */
  constructor(value) {
    this.value = value;
  }
}

const MAX_DEPTH = 100;
const utf8Reader = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8Writer = new TextEncoder();

/**
 * The one value in `bytes`. Byte strings are views into `bytes`, not copies.
 * @param {Uint8Array} bytes
 * @returns {unknown} null, boolean, number, Real, string, Uint8Array, Array, Map<string, unknown>, or undefined for an
 *   extension
 * @throws {BadMessage} when anything is missing, left over, nested too deeply or of no type
 */
export function unpack(bytes) {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) {
    throw new BadMessage(`${bytes.length - reader.at} bytes follow the message; send one value a message`);
  }
  return value;
}

class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  /** Moves past `count` bytes and returns where they began. @param {number} count */
  take(count) {
    const start = this.at;
    if (count > this.bytes.length - start) {
      throw new BadMessage(`message ends at byte ${this.bytes.length}, ${count} bytes are due from ${start}`);
    }
    this.at = start + count;
    return start;
  }

  /** @param {1 | 2 | 4} width */
  unsigned(width) {
    const at = this.take(width);
    if (width === 1) return this.view.getUint8(at);
    return width === 2 ? this.view.getUint16(at) : this.view.getUint32(at);
  }

  /** @param {number} depth @returns {unknown} */
  value(depth) {
    if (depth > MAX_DEPTH) throw new BadMessage(`nested deeper than ${MAX_DEPTH} levels`);
    const tag = this.unsigned(1);
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.map(tag & 0x0f, depth);
    if (tag < 0xa0) return this.array(tag & 0x0f, depth);
    if (tag < 0xc0) return this.text(tag & 0x1f);
    if (tag >= 0xe0) return tag - 256;
    return this.tagged(tag, depth);
  }

  /** @param {number} tag @param {number} depth @returns {unknown} */
  tagged(tag, depth) {
    switch (tag) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.binary(this.unsigned(1));
      case 0xc5: return this.binary(this.unsigned(2));
      case 0xc6: return this.binary(this.unsigned(4));
      case 0xca: return new Real(this.view.getFloat32(this.take(4)));
      case 0xcb: return new Real(this.view.getFloat64(this.take(8)));
      case 0xcc: return this.unsigned(1);
      case 0xcd: return this.unsigned(2);
      case 0xce: return this.unsigned(4);
      case 0xcf: return this.unsigned(4) * 2 ** 32 + this.unsigned(4);
      case 0xd0: return this.view.getInt8(this.take(1));
      case 0xd1: return this.view.getInt16(this.take(2));
      case 0xd2: return this.view.getInt32(this.take(4));
      case 0xd3: return this.view.getInt32(this.take(4)) * 2 ** 32 + this.unsigned(4);
      case 0xd9: return this.text(this.unsigned(1));
      case 0xda: return this.text(this.unsigned(2));
      case 0xdb: return this.text(this.unsigned(4));
      case 0xdc: return this.array(this.unsigned(2), depth);
      case 0xdd: return this.array(this.unsigned(4), depth);
      case 0xde: return this.map(this.unsigned(2), depth);
      case 0xdf: return this.map(this.unsigned(4), depth);
      case 0xc7: return this.extension(this.unsigned(1));
      case 0xc8: return this.extension(this.unsigned(2));
      case 0xc9: return this.extension(this.unsigned(4));
      case 0xd4: return this.extension(1);
      case 0xd5: return this.extension(2);
      case 0xd6: return this.extension(4);
      case 0xd7: return this.extension(8);
      case 0xd8: return this.extension(16);
      default: throw new BadMessage(`byte 0x${tag.toString(16)} at ${this.at - 1} is no type of this protocol`);
    }
  }

  /** @param {number} length */
  binary(length) {
    const start = this.take(length);
    return this.bytes.subarray(start, start + length);
  }

  /** No field holds one, unknown fields may. @param {number} length */
  extension(length) {
    this.take(1 + length);
    return undefined;
  }

  /** @param {number} length */
  text(length) {
    const bytes = this.binary(length);
    try {
      return utf8Reader.decode(bytes);
    } catch {
      throw new BadMessage(`text at byte ${this.at - length} is not UTF-8`);
    }
  }

  /** @param {number} count @param {number} depth */
  array(count, depth) {
    this.room(count);
    const items = [];
    for (let i = 0; i < count; i += 1) items.push(this.value(depth + 1));
    return items;
  }

  /** @param {number} count @param {number} depth */
  map(count, depth) {
    this.room(2 * count);
    /** @type {Map<string, unknown>} */
    const entries = new Map();
    for (let i = 0; i < count; i += 1) {
      const key = this.value(depth + 1);
      if (typeof key !== "string") throw new BadMessage("a map key is not text");
      entries.set(key, this.value(depth + 1));
    }
    return entries;
  }

  /** Every item needs a byte: refuse a huge count before anything is made for it. @param {number} items */
  room(items) {
    if (items > this.bytes.length - this.at) {
      throw new BadMessage(`${items} items announced, ${this.bytes.length - this.at} bytes left`);
    }
  }
}

/**
 * Canonical bytes of a value made of null, boolean, safe integers, Real, string, Uint8Array, Array and Map.
 * @param {unknown} value
 * @returns {Uint8Array<ArrayBuffer>}
 * @throws {TypeError} for anything else
 */
export function pack(value) {
  const writer = new Writer();
  writer.value(value);
  return writer.bytes.slice(0, writer.at);
}

class Writer {
  constructor() {
    this.bytes = new Uint8Array(256);
    this.view = new DataView(this.bytes.buffer);
    this.at = 0;
  }

  /** Makes room for `count` bytes and returns where they begin. @param {number} count */
  room(count) {
    const start = this.at;
    this.at = start + count;
    if (this.at > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.at, 2 * this.bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return start;
  }

  /** @param {number} tag @param {0 | 1 | 2 | 4} width @param {number} [number] */
  head(tag, width, number = 0) {
    const at = this.room(1 + width);
    this.bytes[at] = tag;
    if (width === 1) this.view.setUint8(at + 1, number);
    else if (width === 2) this.view.setUint16(at + 1, number);
    else if (width === 4) this.view.setUint32(at + 1, number);
  }

  /** @param {unknown} value */
  value(value) {
    if (value === null) this.head(0xc0, 0);
    else if (typeof value === "boolean") this.head(value ? 0xc3 : 0xc2, 0);
    else if (typeof value === "number") this.integer(value);
    else if (typeof value === "string") this.text(value);
    else if (value instanceof Real) this.real(value.value);
    else if (value instanceof Uint8Array) this.binary(value);
    else if (Array.isArray(value)) this.array(value);
    else if (value instanceof Map) this.map(value);
    else throw new TypeError(`cannot pack ${typeof value}`);
  }

  /** @param {number} n */
  integer(n) {
    if (!Number.isSafeInteger(n)) throw new TypeError(`${n} is not an integer below 2^53; wrap floats in Real`);
    if (n >= 0) {
      if (n < 0x80) this.head(n, 0);
      else if (n <= 0xff) this.head(0xcc, 1, n);
      else if (n <= 0xffff) this.head(0xcd, 2, n);
      else if (n <= 0xffffffff) this.head(0xce, 4, n);
      else this.wide(0xcf, n);
    } else if (n >= -32) this.head(n + 256, 0);
    else if (n >= -0x80) this.head(0xd0, 1, n);
    else if (n >= -0x8000) this.head(0xd1, 2, n);
    else if (n >= -0x80000000) this.head(0xd2, 4, n);
    else this.wide(0xd3, n);
  }

  /** @param {number} tag @param {number} n */
  wide(tag, n) {
    const at = this.room(9);
    this.bytes[at] = tag;
    this.view.setInt32(at + 1, Math.floor(n / 2 ** 32));
    this.view.setUint32(at + 5, n >>> 0);
  }

  /** @param {number} x */
  real(x) {
    const at = this.room(9);
    this.bytes[at] = 0xcb;
    this.view.setFloat64(at + 1, x);
  }

  /** @param {string} text */
  text(text) {
    const bytes = utf8Writer.encode(text);
    const n = bytes.length;
    if (n < 32) this.head(0xa0 | n, 0);
    else if (n <= 0xff) this.head(0xd9, 1, n);
    else if (n <= 0xffff) this.head(0xda, 2, n);
    else this.head(0xdb, 4, n);
    const at = this.room(n);
    this.bytes.set(bytes, at);
  }

  /** @param {Uint8Array} bytes */
  binary(bytes) {
    const n = bytes.length;
    if (n <= 0xff) this.head(0xc4, 1, n);
    else if (n <= 0xffff) this.head(0xc5, 2, n);
    else this.head(0xc6, 4, n);
    const at = this.room(n);
    this.bytes.set(bytes, at);
  }

  /** @param {unknown[]} items */
  array(items) {
    if (items.length < 16) this.head(0x90 | items.length, 0);
    else if (items.length <= 0xffff) this.head(0xdc, 2, items.length);
    else this.head(0xdd, 4, items.length);
    for (const item of items) this.value(item);
  }

  /** @param {Map<string, unknown>} map */
  map(map) {
    if (map.size < 16) this.head(0x80 | map.size, 0);
    else if (map.size <= 0xffff) this.head(0xde, 2, map.size);
    else this.head(0xdf, 4, map.size);
    for (const [key, value] of map) {
      this.text(key);
      this.value(value);
    }
  }
}
