/** What was found on an avatar, in words for whoever brought it. Pure. */

const FAMILIES = /** @type {Record<string, string>} */ ({
  arkit: "ARKit's names",
  character_creator: "Character Creator's names",
  metahuman: "MetaHuman's curves",
  unified: "Unified Expressions",
  oculus: "Oculus visemes",
  vowels: "five vowels",
  lids: "lids by their usual names",
  simple: "one shape that opens",
});

/** Parts of a face, the channels that make them, and what it means where most of them are missing. */
const PARTS = /** @type {[RegExp, string][]} */ ([
  [/^eyeBlink/, "It cannot blink."],
  [/^eyeLook/, "Its eyes do not look about."],
  [/^(eyeWide|eyeSquint)/, "Its lids do not narrow or widen with a mood."],
  [/^brow/, "Its brows stay still, so moods show less."],
  [/^(mouthSmile|mouthFrown|mouthDimple)/, "It neither smiles nor frowns."],
  [/^(jawOpen|mouthClose)/, "Its jaw does not open by shapes of its own."],
  [/^mouth(Funnel|Pucker|Roll|Press|LowerDown|UpperUp|Stretch|Shrug)/, "Its lips make fewer sounds visible."],
  [/^(cheek|nose)/, "Cheeks and nose stay still."],
  [/^tongue/, "The tongue stays inside."],
]);

/** @param {string} name of a family of rigs */
const named = (name) => FAMILIES[name] ?? name.replaceAll("_", " ");

/**
 * @param {import("../adapters/avatar.d.ts").Report} report
 * @returns {{verdict: string, facts: [string, string][], lacks: string[], missing: string[]}} a sentence, pairs of term and
 *   value, what is lacking in sentences, and in names of channels
 */
export function describe(report) {
  const { families, coverage, bones, missing, unmapped, shapes } = report;
  const found = Math.round(52 * coverage);
  const turning = Object.keys(bones).map((part) => part.replace(/([A-Z])/g, " $1").toLowerCase());
  /** @type {[string, string][]} */
  const facts = [
    ["Mouth", families.mouth ? named(families.mouth) : bones.jaw ? "the jaw bone alone" : "none"],
    ["Eyes and brows", families.upper ? named(families.upper) : "none"],
    ["Channels", `${found} of 52`],
    ["Bones", turning.join(", ") || "none: the head stays still"],
  ];
  if (unmapped.length > 0) facts.push(["Not used", `${unmapped.length} of ${shapes.length} shapes`]);
  return { verdict: verdict(report), facts, lacks: lacks(report), missing };
}

/** @param {import("../adapters/avatar.d.ts").Report} report */
function verdict({ families, coverage, bones }) {
  if (!families.mouth) return bones.jaw ? "Only the jaw moves: there are no shapes for a mouth." : "The mouth cannot move.";
  if (coverage > 0.95) return "Everything is here. This avatar shows the whole face.";
  if (coverage > 0.6) return "Most of the face is here.";
  return "It speaks, with the few shapes that it has.";
}

/** @param {import("../adapters/avatar.d.ts").Report} report @returns {string[]} */
function lacks({ missing, bones }) {
  const turns = bones.leftEye || bones.rightEye;
  return PARTS.filter(([channels]) => {
    if (turns && channels.test("eyeLookUpLeft")) return false;
    if (bones.jaw && channels.test("jawOpen")) return false;
    return missing.some((name) => channels.test(name));
  }).map(([, meaning]) => meaning);
}
