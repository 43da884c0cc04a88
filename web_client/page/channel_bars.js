/** Live bars of the weights: pairs share a row, the character's right side growing to the left. */

const GROUPS = [
  ["Jaw", ["jawOpen", "jawForward", "jaw"]],
  [
    "Mouth",
    [
      "mouthClose", "mouthFunnel", "mouthPucker", "mouth", "mouthSmile", "mouthFrown", "mouthDimple", "mouthStretch",
      "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthPress", "mouthLowerDown",
      "mouthUpperUp",
    ],
  ],
  ["Eyes", ["eyeBlink", "eyeWide", "eyeSquint", "eyeLookUp", "eyeLookDown", "eyeLookIn", "eyeLookOut"]],
  ["Brows", ["browDown", "browInnerUp", "browOuterUp"]],
  ["Cheeks, nose, tongue", ["cheekPuff", "cheekSquint", "noseSneer", "tongueOut"]],
];
const INTERVAL_MS = 33;
const STEP = 1 / 256;

/** "mouthRollLower" in the group Mouth: "roll lower". @param {string} name */
function words(name) {
  const bare = name.replace(/^(jaw|mouth|eye|brow|cheek|nose)(?=[A-Z])/, (part) => (part === "cheek" || part === "nose" ? `${part} ` : ""));
  return (bare === "jaw" || bare === "mouth" ? "sideways" : bare.replace(/([a-z])([A-Z])/g, "$1 $2")).toLowerCase();
}

export class ChannelBars {
  /** @param {HTMLElement} place @param {readonly string[]} channels */
  constructor(place, channels) {
    this.last = 0;
    /** @type {{index: number, bar: HTMLElement, shown: number}[]} */
    this.bars = [];
    place.replaceChildren();
    for (const [title, names] of /** @type {[string, string[]][]} */ (GROUPS)) {
      const group = document.createElement("div");
      group.className = "group";
      const heading = document.createElement("h3");
      heading.textContent = title;
      group.append(heading, ...names.map((name) => this.row(name, channels)));
      place.append(group);
    }
  }

  /** @param {string} name @param {readonly string[]} channels */
  row(name, channels) {
    const row = document.createElement("div");
    row.className = "channel";
    const label = document.createElement("span");
    label.textContent = words(name);
    const meter = document.createElement("span");
    const single = channels.indexOf(name);
    meter.className = single < 0 ? "meter pair" : "meter";
    if (single >= 0) this.bar(meter, single, "");
    else for (const side of ["Left", "Right"]) this.bar(meter, channels.indexOf(name + side), side.toLowerCase());
    row.append(label, meter);
    return row;
  }

  /** @param {HTMLElement} meter @param {number} index @param {string} className */
  bar(meter, index, className) {
    const bar = document.createElement("i");
    bar.className = className;
    meter.append(bar);
    this.bars.push({ index, bar, shown: 0 });
  }

  /** @param {Float32Array} weights @param {number} now */
  show(weights, now) {
    if (now - this.last < INTERVAL_MS) return;
    this.last = now;
    for (const bar of this.bars) {
      const weight = weights[bar.index] ?? 0;
      if (Math.abs(weight - bar.shown) < STEP) continue;
      bar.shown = weight;
      bar.bar.style.transform = `scaleX(${weight.toFixed(3)})`;
    }
  }
}
