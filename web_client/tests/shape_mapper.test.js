/** The mapper on the vectors that Python made, and what those cannot hold. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { CHANNELS, ShapeMapper } from "../core/shape_mapper.js";

const VECTORS = new URL("../../blend_shapes/rigs/vectors/", import.meta.url);
const names = readdirSync(VECTORS).filter((name) => name.endsWith(".json"));

test("there are vectors", () => assert.ok(names.length >= 30));

for (const name of names) {
  test(`vector ${name}`, () => {
    const vector = JSON.parse(readFileSync(new URL(name, VECTORS), "utf8"));
    const { limit_mouth_close: limitMouthClose, ...options } = vector.options;
    const mapper = new ShapeMapper(vector.shapes, { ...options, limitMouthClose });
    assert.deepEqual(mapper.families, vector.families);
    const matrix = mapper.entries.map(({ shape, source, gain }) => [vector.shapes[shape], source, gain]);
    assert.deepEqual(matrix, vector.matrix);
    assert.deepEqual(mapper.unmapped, vector.unmapped);
    assert.deepEqual(mapper.missing, vector.missing);
    for (const { weights, out } of vector.samples) {
      const made = mapper.map(Float32Array.from(CHANNELS, (channel) => weights[channel] ?? 0));
      vector.shapes.forEach((/** @type {string} */ shape, /** @type {number} */ i) => {
        const wanted = out[shape] ?? 0;
        assert.ok(Math.abs(made[i] - wanted) <= 1e-6, `${shape}: ${made[i]} is not ${wanted}`);
      });
    }
  });
}

test("channels in another order, too few of them, and an array to reuse", () => {
  const mapper = new ShapeMapper(["jawOpen", "EyeBlink_R"], { channels: ["eyeBlinkRight", "jawOpen"] });
  const out = new Float32Array(2);
  assert.equal(mapper.map([0.5, 0.25], out), out);
  assert.deepEqual([...out], [0.25, 0.5]);
  assert.deepEqual([...mapper.map([], out)], [0, 0], "before the first welcome there are no weights");
});

test("what there is not", () => {
  const families = { upper: null, mouth: "fish" };
  assert.throws(() => new ShapeMapper(CHANNELS, { families }), new RangeError('There is no family "fish".'));
  assert.throws(() => new ShapeMapper(CHANNELS, { gains: { jawOpne: 1 } }), /no source "jawOpne"/);
  assert.throws(() => new ShapeMapper(CHANNELS, { offsets: { JawOpen: 1 } }), /no shape "JawOpen"/);
});
