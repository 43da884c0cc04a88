/** Buttons for the character's mood, each a small face. */

const SVG = "http://www.w3.org/2000/svg";

/** Brows, eyes and mouth of each: paths in a field of 24 by 24. The names are the server's. */
const FACES = [
  ["neutral", "Neutral", "M7.5 10v.6M16.5 10v.6M8.5 15.5h7"],
  ["happy", "Happy", "M6.5 10.4q1-1.4 2 0M15.5 10.4q1-1.4 2 0M7.5 14q4.5 4.6 9 0"],
  ["sad", "Sad", "M6 9l2.6-1.4M18 9l-2.6-1.4M7.5 11v.6M16.5 11v.6M8.5 16.6q3.5-3 7 0"],
  ["angry", "Angry", "M6 7.6l3 1.7M18 7.6l-3 1.7M7.8 11v.6M16.2 11v.6M8.5 16.2q3.5-2 7 0"],
  ["surprise", "Surprised", "M6 7.4q1.5-1.6 3 0M15 7.4q1.5-1.6 3 0M7.5 10.6v.6M16.5 10.6v.6M12 13.8a1.7 2.1 0 1 0 .01 0"],
  ["fear", "Afraid", "M6 8l2.6-1.2M18 8l-2.6-1.2M7.5 10.6v.6M16.5 10.6v.6M8 15.6q1.3-1.4 2.6 0t2.6 0 2.6 0"],
  ["disgust", "Disgusted", "M6 8.6h3M15 8.6h3M6.6 11h1.8M15.6 11h1.8M8 16.4q2-2.4 4-1.4t4-.6"],
  ["contempt", "Scornful", "M6 8.4h3M15 7.8h3M7.5 10.8v.6M16.5 10.8v.6M8.5 15.8h4q2.4 0 3.2-1.8"],
  ["thinking", "Thoughtful", "M6 8.2h3M15 7q1.5-1.2 3 0M8.4 9.8v.6M17.2 9.8v.6M9.5 15.8l5-1"],
  ["tired", "Tired", "M6.2 10.4q1.2 1.2 2.4 0M15.4 10.4q1.2 1.2 2.4 0M10 15.6h4"],
];

export class Moods {
  /**
   * @param {HTMLElement} place
   * @param {Pick<import("../client.d.ts").Client, "configure" | "on">} client
   */
  constructor(place, client) {
    /** All that wear the mood. @type {Pick<import("../client.d.ts").Client, "configure" | "on">[]} */
    this.clients = [];
    /** What the user chose; empty for the character's own. */
    this.chosen = "";
    /** @type {Map<string, HTMLButtonElement>} */
    this.buttons = new Map();
    for (const [name, label, path] of FACES) this.buttons.set(name, this.button(name, label, path));
    place.append(...this.buttons.values());
    this.dress(client);
  }

  /** This client wears the mood too, from its welcome on. @param {Pick<import("../client.d.ts").Client, "configure" | "on">} client */
  dress(client) {
    this.clients.push(client);
    client.on("welcome", ({ isResumed }) => {
      if (!isResumed && this.chosen) client.configure({ mood: this.chosen });
    });
    client.on("status", ({ status }) => {
      if (status === "closed") this.clients = this.clients.filter((other) => other !== client);
    });
  }

  /** @param {string} name @param {string} label @param {string} path */
  button(name, label, path) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "mood";
    button.dataset.mood = name;
    button.title = label;
    button.setAttribute("aria-label", label);
    button.setAttribute("aria-pressed", "false");
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(SVG, "path");
    line.setAttribute("d", path);
    svg.append(line);
    button.append(svg);
    button.addEventListener("click", () => this.choose(name));
    return button;
  }

  /** @param {string} name of the server's moods */
  choose(name) {
    this.chosen = name;
    for (const client of this.clients) client.configure({ mood: name });
    for (const [mood, button] of this.buttons) button.setAttribute("aria-pressed", String(mood === name));
  }
}
