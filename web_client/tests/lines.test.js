import assert from "node:assert/strict";
import { test } from "node:test";

import { Lines } from "../core/lines.js";

test("a line is over when it was heard to its end, not when it stalls", async () => {
  const lines = new Lines();
  const { id, spoken } = lines.begin();
  lines.heard(3, "idle");
  lines.turn(4, id);
  lines.heard(4, "playing");
  lines.heard(4, "idle"); // before the end: nothing has come yet
  lines.end(4);
  assert.equal(lines.lines.size, 1);
  lines.heard(4, "idle");
  assert.deepEqual(await spoken, { complete: true, turn: 4 });
});

test("a line is over when the next turn is heard", async () => {
  const lines = new Lines();
  const { id, spoken } = lines.begin();
  lines.turn(4, id);
  lines.heard(5, "playing");
  assert.deepEqual(await spoken, { complete: true, turn: 4 });
});

test("interrupted, dropped before its turn, and lost with the session", async () => {
  const lines = new Lines();
  const [cut, waiting, lost] = [lines.begin(), lines.begin(), lines.begin()];
  lines.turn(4, cut.id);
  lines.turn(7, lost.id);
  lines.flush(4);
  assert.deepEqual(await cut.spoken, { complete: false, turn: 4 });
  lines.drop();
  assert.deepEqual(await waiting.spoken, { complete: false, turn: -1 });
  lines.lose();
  assert.deepEqual(await lost.spoken, { complete: false, turn: 7 });
});

test("a line that the server refuses", async () => {
  const lines = new Lines();
  const [first, second] = [lines.begin(), lines.begin()];
  lines.refuse("Too much is waiting.");
  await assert.rejects(second.spoken, /Too much is waiting/);
  lines.turn(1, first.id);
  lines.refuse("about a turn's brain, not about a line");
  lines.end(1);
  lines.heard(1, "idle");
  assert.equal((await first.spoken).complete, true);
});
