/**
 * What is left of 52 channels for a mouth that knows visemes only: the twin of `blend_shapes/rigs/visemes.py`.
 *
 * The five vowels follow the reduction that the presets of VRM ask for. What closes the lips closes every vowel, and
 * a smile alone opens none.
 */

import { CHANNELS } from "./rigs.js";

/** Five vowels; lips pressed, lip on teeth, tongue between teeth, protruded lips of a consonant; how far the mouth is open. */
export const VISEMES = ["aa", "ih", "ou", "ee", "oh", "PP", "FF", "TH", "CH", "open"];

/** The lips part over these openings; a smile at rest stays below. */
const PARTING = [0.04, 0.12];
const AT = Object.fromEntries(CHANNELS.map((name, i) => [name, i]));
/** @param {string} shape @returns {[number, number]} */
const pair = (shape) => [AT[`${shape}Left`], AT[`${shape}Right`]];
const SMILE = pair("mouthSmile");
const STRETCH = pair("mouthStretch");
const LOWERED = pair("mouthLowerDown");
const RAISED = pair("mouthUpperUp");
const PRESS = pair("mouthPress");

/** @param {number} x */
const clamp = (x) => Math.min(1, Math.max(0, x));

/**
 * Opening of the lips in units of jawOpen, on an avatar whose mesh nobody knows.
 * @param {ArrayLike<number>} w 52 weights, ordered as CHANNELS
 */
export function opening(w) {
  const apart = w[AT.jawOpen] - w[AT.mouthClose] + 0.35 * mean(w, LOWERED) + 0.25 * mean(w, RAISED);
  const rolled = w[AT.mouthRollLower] + w[AT.mouthRollUpper];
  const shrugged = w[AT.mouthShrugLower] + w[AT.mouthShrugUpper];
  return Math.max(0, apart - 0.3 * mean(w, PRESS) - 0.25 * rolled - 0.1 * shrugged);
}

/**
 * Writes the visemes of one face, each 0 to 1, the sum of the five vowels at most 1.
 * @param {ArrayLike<number>} w 52 weights, ordered as CHANNELS
 * @param {Float64Array} out
 * @param {number} at where in `out` the first of VISEMES goes
 */
export function writeVisemes(w, out, at) {
  const lips = opening(w);
  const parted = clamp((lips - PARTING[0]) / (PARTING[1] - PARTING[0]));
  const jaw = w[AT.jawOpen];
  const gape = clamp(1.6 * Math.min(jaw, lips));
  const funnel = w[AT.mouthFunnel];
  const pucker = w[AT.mouthPucker];
  const rounded = clamp(1.2 * Math.max(pucker, funnel));
  const smile = mean(w, SMILE);
  out[at] = gape * (1 - rounded);
  out[at + 1] = parted * clamp(1.2 * mean(w, STRETCH) + 0.4 * smile) * (1 - jaw);
  out[at + 2] = parted * clamp(pucker + 0.4 * funnel) * (1 - jaw);
  out[at + 3] = parted * clamp(1.1 * smile + 0.3 * mean(w, LOWERED)) * (1 - rounded);
  out[at + 4] = clamp(1.3 * gape) * rounded;
  const sum = out[at] + out[at + 1] + out[at + 2] + out[at + 3] + out[at + 4];
  for (let i = at; i < at + 5 && sum > 1; i++) out[i] /= sum;
  const lower = w[AT.mouthRollLower];
  const upper = w[AT.mouthRollUpper];
  const pressed = mean(w, PRESS) + 0.5 * (lower + upper);
  out[at + 5] = clamp(4 * pressed - 8 * Math.max(lower - upper, 0)) * (1 - parted);
  out[at + 6] = clamp(2.2 * (lower - upper));
  out[at + 7] = clamp(4 * w[AT.tongueOut]);
  out[at + 8] = clamp(2 * (funnel - pucker));
  out[at + 9] = gape;
}

/** @param {ArrayLike<number>} w @param {[number, number]} both */
function mean(w, [left, right]) {
  return 0.5 * (w[left] + w[right]);
}
