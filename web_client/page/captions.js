/** The reply's words: said, being said, and still to come. Captions join to the text as they are. */

export class Captions {
  /** @param {HTMLElement} place */
  constructor(place) {
    this.place = place;
    /** Of which turn the words are. */
    this.turn = -1;
    /** @type {{pts: number, end: number, span: HTMLElement}[]} */
    this.words = [];
    /** Index of the word being said, half more when it is over. */
    this.now = -2;
    place.replaceChildren();
  }

  clear() {
    this.turn = -1;
    this.words = [];
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
    const word = text.trim();
    const [before, after] = word === "" ? [text, ""] : text.split(word, 2);
    const span = document.createElement("span");
    span.textContent = word;
    this.place.append(before, span, after);
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
    // Whole lines: the one being said and the one after it, or the last two.
    const line = parseFloat(getComputedStyle(this.place).lineHeight);
    const above = Math.round((current.offsetTop - this.words[0].span.offsetTop) / line);
    this.place.scrollTop = Math.min(above * line, this.place.scrollHeight - this.place.clientHeight);
  }
}
