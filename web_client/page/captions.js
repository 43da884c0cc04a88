/** The reply's words: said, being said, and still to come. */

/** Scripts written without spaces between words. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\u3000-\u303f\uff00-\uffef]/u;

/** What goes between two pieces of text. @param {string} before @param {string} after */
export function gap(before, after) {
  if (before === "" || /\s$/.test(before) || /^\s/.test(after)) return "";
  const last = [...before].at(-1) ?? "";
  const first = [...after][0] ?? "";
  const together = UNSPACED.test(last) && UNSPACED.test(first);
  return together || /^[\p{Pe}\p{Pf}\p{Po}]/u.test(after) ? "" : " ";
}

export class Captions {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    this.clear();
  }

  clear() {
    this.turn = -1;
    /** @type {{pts: number, end: number, span: HTMLElement}[]} */
    this.words = [];
    this.text = "";
    this.now = -2;
    this.place.replaceChildren();
  }

  /** @param {number} turn */
  begin(turn) {
    if (turn === this.turn) return;
    this.clear();
    this.turn = turn;
  }

  /** @param {{turn: number, pts: number, end: number, text: string}} caption */
  add({ turn, pts, end, text }) {
    this.begin(turn);
    if (this.words.some((word) => word.pts === pts)) return;
    const space = gap(this.text, text);
    const span = document.createElement("span");
    span.textContent = text;
    this.text += space + text;
    this.place.append(space, span);
    this.words.push({ pts, end, span });
    this.now = -2;
  }

  /** The turn was interrupted: what was not said goes away. @param {number} turn */
  cut(turn) {
    if (turn < this.turn) return;
    for (const word of this.words.splice(Math.max(0, Math.floor(this.now) + 1))) word.span.remove();
  }

  /** @param {{turn: number, pts: number, state: string}} heard */
  follow({ turn, pts, state }) {
    if (this.words.length === 0) return;
    const at = turn === this.turn ? this.words.findLastIndex((word) => word.pts <= pts) : -1;
    const over = at >= 0 && (state === "idle" || pts > this.words[at].end + 250000);
    const now = over ? at + 0.5 : at;
    if (now === this.now) return;
    this.now = now;
    this.words.forEach(({ span }, i) => {
      span.className = i === now ? "now" : i < now ? "said" : "";
    });
    const current = this.words[Math.max(0, at)].span;
    const height = current.offsetHeight;
    this.place.scrollTop = Math.max(0, current.offsetTop - 0.6 * this.place.clientHeight + 0.5 * height);
  }
}
