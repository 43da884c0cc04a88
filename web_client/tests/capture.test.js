/** From what the microphone hears to the messages that are sent. */

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { Capture, packPcm16 } from "../core/capture.js";
import { unpackPcm16 } from "../core/pcm.js";
import { SoundStream } from "../core/sound_stream.js";
import { seeded } from "./random.js";

/** @param {number} rate @param {number} seconds @param {number} hertz @param {number} [level] */
const tone = (rate, seconds, hertz, level = 0.5) =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => level * Math.sin((2 * Math.PI * hertz * i) / rate));

/** @param {Capture} capture @param {Float32Array} samples @param {() => number} [size] of the next block */
function hear(capture, samples, size = () => 128) {
  const sounds = [];
  for (let at = 0; at < samples.length; ) {
    const block = samples.subarray(at, at + size());
    sounds.push(...capture.hear(block));
    at += block.length;
  }
  return sounds;
}

/** @param {{audio: Uint8Array}[]} sounds */
const joined = (sounds) => Float32Array.from(sounds.flatMap(({ audio }) => [...unpackPcm16(audio)]));

/** @param {Float32Array} samples */
const rms = (samples) => Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);

for (const [deviceRate, rate] of [[48000, 16000], [44100, 16000], [48000, 8000], [44100, 48000], [16000, 16000], [48000, 11025]]) {
  describe(`${deviceRate} to ${rate} samples a second`, () => {
    test("messages of 20 ms, one after the other, nothing lost", () => {
      const sounds = hear(new Capture(deviceRate, rate), tone(deviceRate, 2, 440));
      const size = Math.round(rate / 50);
      assert.deepEqual(sounds.map(({ audio }) => audio.length), sounds.map(() => 2 * size));
      assert.deepEqual(sounds.map(({ position }) => position), sounds.map((_, i) => i * size));
      assert.ok(sounds.length >= 98, `${sounds.length} messages of 2 s`);
    });

    test("the tone comes through at its place and level, what cannot be is taken out", () => {
      const heard = joined(hear(new Capture(deviceRate, rate), tone(deviceRate, 1, 440)));
      const wanted = tone(rate, 1, 440).subarray(200, heard.length - 200);
      const wrong = heard.subarray(200, heard.length - 200).map((x, i) => x - wanted[i]);
      assert.ok(rms(wrong) < 0.003, `off by ${rms(wrong)}`);
      if (rate >= deviceRate) return;
      const hiss = joined(hear(new Capture(deviceRate, rate), tone(deviceRate, 1, 0.5 * (rate + deviceRate) / 1.1)));
      assert.ok(rms(hiss.subarray(200)) < 0.01, `${rms(hiss)} of what lies above`);
    });

    test("how it is cut into blocks changes nothing", () => {
      const chance = seeded(7);
      const samples = Float32Array.from({ length: deviceRate }, () => chance() - 0.5);
      const whole = joined(hear(new Capture(deviceRate, rate), samples));
      const cut = joined(hear(new Capture(deviceRate, rate), samples, () => 1 + Math.floor(700 * chance())));
      assert.deepEqual(cut.subarray(0, whole.length), whole.subarray(0, cut.length));
    });
  });
}

test("how loud it is", () => {
  const [first, ...sounds] = hear(new Capture(48000, 16000), tone(48000, 0.2, 500, 0.8));
  for (const sound of sounds) {
    assert.ok(Math.abs(sound.rms - 0.8 / Math.SQRT2) < 0.01);
    assert.ok(Math.abs(sound.peak - 0.8) < 0.02);
  }
  assert.ok(first.peak > 0.5);
  const [silence] = hear(new Capture(48000, 16000), new Float32Array(4800));
  assert.deepEqual([silence.rms, silence.peak], [0, 0]);
});

test("while it is muted there is nothing, and time runs on", () => {
  const capture = new Capture(48000, 16000);
  const before = hear(capture, tone(48000, 0.5, 440));
  capture.muted = true;
  assert.deepEqual(hear(capture, tone(48000, 1, 440)), []);
  capture.muted = false;
  const [after] = hear(capture, tone(48000, 0.5, 440));
  const gap = after.position - (before.at(-1)?.position ?? 0) - 320;
  assert.ok(Math.abs(gap - 16000) <= 320, `${gap} samples`);
});

test("an hour is not a sample off", () => {
  const capture = new Capture(44100, 16000);
  const block = new Float32Array(44100);
  let last = 0;
  for (let second = 0; second < 3600; second += 1) last = capture.hear(block).at(-1)?.position ?? last;
  assert.ok(Math.abs(last + 320 - 3600 * 16000) <= 320 + 8);
  assert.ok(capture.waiting.length < 4 * 44100);
});

test("samples are packed as they are unpacked, and cut where they are too large", () => {
  const samples = Float32Array.from([0, 0.5, -0.5, 1, -1, 1.7, -1.7, 1 / 32768]);
  const packed = unpackPcm16(packPcm16(samples));
  assert.deepEqual([...packed], [0, 0.5, -0.5, 32767 / 32768, -1, 32767 / 32768, -1, 1 / 32768]);
});

test("messages count from the first that is sent, without a gap, at their exact times", () => {
  const stream = new SoundStream(44100);
  const audio = new Uint8Array(2);
  const messages = [5000, 5882, 44100 + 5000].map((position) => stream.message(position, audio));
  assert.deepEqual(messages.map(({ seq }) => seq), [0, 1, 2]);
  assert.deepEqual(messages.map(({ pts }) => pts), [0, 20000, 1000000]);
  assert.deepEqual(messages.map(({ type }) => type), Array(3).fill("microphone"));
  assert.deepEqual(new SoundStream(8000).message(999, audio).pts, 0);
});
