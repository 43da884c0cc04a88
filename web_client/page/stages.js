/** When each stage of a turn had its first result: a small waterfall for each of the last turns. */

const KEPT = 6;

/**
 * Puts a turn before those shown.
 * @param {HTMLElement} place
 * @param {number} turn
 * @param {Record<string, number>} stages milliseconds since the end of the user's input, negative where the server was
 *   ahead of it
 */
export function drawStages(place, turn, stages) {
  place.querySelector(".hint")?.remove();
  const marks = Object.entries(stages).sort((a, b) => a[1] - b[1]);
  const start = Math.min(0, ...marks.map(([, ms]) => ms));
  const whole = Math.max(1e-3, ...marks.map(([, ms]) => ms)) - start;
  let before = start;
  const block = document.createElement("div");
  block.className = "turn";
  const heading = document.createElement("h4");
  heading.textContent = `turn ${turn}`;
  block.append(heading);
  for (const [name, ms] of marks) {
    block.append(row(name, (before - start) / whole, (ms - start) / whole, ms));
    before = ms;
  }
  place.prepend(block);
  while (place.children.length > KEPT) place.lastElementChild?.remove();
}
/** @param {string} name @param {number} from @param {number} to shares of the whole @param {number} ms */
function row(name, from, to, ms) {
  const line = document.createElement("div");
  line.className = "row";
  const label = document.createElement("span");
  label.textContent = name.replaceAll("_", " ");
  const track = document.createElement("span");
  track.className = "track";
  const bar = document.createElement("i");
  bar.style.marginLeft = `${Math.min(98, 100 * from)}%`;
  bar.style.width = `${100 * (to - from)}%`;
  track.append(bar);
  const value = document.createElement("span");
  value.className = "ms";
  value.textContent = `${ms < 100 ? ms.toFixed(1) : Math.round(ms)} ms`;
  line.append(label, track, value);
  return line;
}
