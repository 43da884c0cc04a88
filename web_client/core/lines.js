/** Lines that the application has the character speak and waits for: each is a promise, kept when the line is over. */

/**
 * @typedef {{complete: boolean, turn: number}} Spoken
 * @typedef {{turn: number, ended: boolean, resolve: (spoken: Spoken) => void, reject: (error: Error) => void}} Line
 */

export class Lines {
  constructor() {
    /** @type {Map<string, Line>} by the id that its `say` carries */
    this.lines = new Map();
    this.count = 0;
  }

  /** A new line. @returns {{id: string, spoken: Promise<Spoken>}} */
  begin() {
    const id = `line-${++this.count}`;
    const spoken = new Promise((/** @type {Line["resolve"]} */ resolve, reject) => {
      this.lines.set(id, { turn: -1, ended: false, resolve, reject });
    });
    return { id, spoken };
  }

  /** Its turn has come. @param {number} turn @param {unknown} id */
  turn(turn, id) {
    const line = this.lines.get(String(id));
    if (line) line.turn = turn;
  }

  /** All of a turn has been sent. @param {number} turn */
  end(turn) {
    for (const line of this.lines.values()) if (line.turn === turn) line.ended = true;
  }

  /** What is heard changed. @param {number} turn @param {string} state */
  heard(turn, state) {
    this.finish(true, (line) => line.turn >= 0 && (line.turn < turn || (line.turn === turn && line.ended && state === "idle")));
  }

  /** This turn and all before it are over. @param {number} turn */
  flush(turn) {
    this.finish(false, (line) => line.turn >= 0 && line.turn <= turn);
  }

  /** What waits for its turn is dropped. */
  drop() {
    this.finish(false, (line) => line.turn < 0);
  }

  /** The session is gone. */
  lose() {
    this.finish(false, () => true);
  }

  /** The server refused the line that was sent last. @param {string} message */
  refuse(message) {
    const [id, line] = [...this.lines].filter(([, { turn }]) => turn < 0).at(-1) ?? [];
    if (id === undefined || !line) return;
    this.lines.delete(id);
    line.reject(new Error(message));
  }

  /** @param {boolean} complete @param {(line: Line) => boolean} which */
  finish(complete, which) {
    for (const [id, line] of this.lines) {
      if (!which(line)) continue;
      this.lines.delete(id);
      line.resolve({ complete, turn: line.turn });
    }
  }
}
