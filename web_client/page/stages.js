/** When each stage of a turn had its first result, as a small waterfall. */

/** @param {HTMLElement} place @param {Record<string, number>} stages milliseconds since the end of the user's input */
export function drawStages(place, stages) {
  const marks = Object.entries(stages).sort((a, b) => a[1] - b[1]);
  const whole = Math.max(1e-3, ...marks.map(([, ms]) => ms));
  let before = 0;
  place.replaceChildren(
    ...marks.map(([name, ms]) => {
      const from = before;
      before = ms;
      return row(name, from / whole, ms / whole, ms);
    }),
  );
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
