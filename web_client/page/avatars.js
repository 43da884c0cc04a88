/** The choice of avatar: the project's looks, or the visitor's own file, with a report of what was found in it. */

import { BadAvatarFile, NoFaceShapes } from "../adapters/avatar.js";
import { describe } from "./avatar_report.js";
import { listLooks } from "./looks.js";

const STORED = "facewire.look";
const LARGEST = 200 * 2 ** 20;

const TROUBLE = {
  no_heads: "There is no 3D head here, so a drawn face stands in. Installing FaceWire again makes the heads.",
  no_webgl: "This browser has no WebGL, so a drawn face stands in for the 3D head.",
  lost: "The graphics device was lost. A drawn face stands in until it is back.",
};

/** @param {string} name */
const title = (name) => name.charAt(0).toUpperCase() + name.slice(1);

export class Avatars {
  /**
   * @param {import("./view.js").View} view
   * @param {(id: string) => any} element
   * @param {(text: string, passing: boolean) => void} notice
   */
  constructor(view, element, notice) {
    this.view = view;
    this.element = element;
    this.notice = notice;
    /** @type {Map<string, HTMLButtonElement>} */
    this.buttons = new Map();
    /** Of the look shown last. */
    this.name = "";
    this.wire();
  }

  /** Shows the look chosen last, or the first. */
  async begin() {
    const looks = await listLooks();
    const place = this.element("looks");
    for (const look of looks) {
      const button = this.swatch(look);
      this.buttons.set(look.name, button);
      place.insertBefore(button, this.element("bring"));
    }
    const last = stored();
    const first = looks.find(({ name }) => name === last) ?? looks[0];
    if (first) await this.choose(first.name);
    else {
      await this.view.ready;
      if (this.view.solid) this.view.draw("no_heads");
    }
  }

  /** @param {import("./looks.js").Look} look */
  swatch({ name, skin, hair, garment }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "look";
    button.dataset.look = name;
    button.title = title(name);
    button.setAttribute("aria-label", title(name));
    for (const [part, colour] of Object.entries({ skin, hair, garment })) button.style.setProperty(`--${part}`, colour);
    button.append(document.createElement("i"));
    button.addEventListener("click", () => void this.choose(name));
    return button;
  }

  wire() {
    const { element } = this;
    const file = element("file");
    element("bring").addEventListener("click", () => file.click());
    file.addEventListener("change", () => {
      const [chosen] = file.files;
      file.value = "";
      if (chosen) void this.bring(chosen);
    });
    let inside = 0;
    /** @param {DragEvent} event */
    const files = (event) => event.dataTransfer?.types.includes("Files");
    const shade = (/** @type {number} */ change) => {
      inside = change === 0 ? 0 : Math.max(0, inside + change);
      element("drop").hidden = inside === 0;
    };
    addEventListener("dragenter", (event) => files(event) && shade(1));
    addEventListener("dragleave", (event) => files(event) && shade(-1));
    addEventListener("dragover", (event) => files(event) && event.preventDefault());
    addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      shade(0);
      const [dropped] = event.dataTransfer?.files ?? [];
      if (dropped) void this.bring(dropped);
    });
    element("report").addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.closeReport();
    });
  }

  /** @param {string} name */
  async choose(name) {
    this.mark(name);
    this.closeReport();
    try {
      if (!(await this.view.look(name))) return;
      this.name = name;
      store(name);
    } catch (error) {
      console.warn("FaceWire:", error);
      if (!this.name) this.view.draw("no_heads");
      this.notice(`The head ${title(name)} could not be loaded. ${this.name ? "" : "A drawn face stands in. "}Reload to try again.`, false);
      this.mark(this.name);
    }
  }

  /** @param {File} file the visitor's avatar */
  async bring(file) {
    const before = [...this.buttons].find(([, button]) => button.getAttribute("aria-pressed") === "true")?.[0] ?? "own";
    await this.view.ready;
    if (!this.view.solid) return this.notice("An avatar of your own needs WebGL, which this browser does not give.", true);
    if (file.size > LARGEST) return this.notice(`${file.name} has ${Math.round(file.size / 2 ** 20)} MB; up to 200 MB are taken.`, true);
    this.mark("own");
    this.notice(`Opening ${file.name}…`, false);
    try {
      const report = await this.view.own(await file.arrayBuffer());
      if (!report) return;
      this.notice("", false);
      this.name = "own";
      this.showReport(file.name, report);
    } catch (error) {
      this.mark(before);
      const known = error instanceof BadAvatarFile || error instanceof NoFaceShapes;
      if (!known) console.warn("FaceWire:", error);
      const why = known ? error.message : "It could not be opened.";
      this.notice(`${file.name}: ${why}`, false);
    }
  }

  /** @param {string} name of a look, or "own" */
  mark(name) {
    for (const [look, button] of this.buttons) button.setAttribute("aria-pressed", String(look === name));
    this.element("bring").setAttribute("aria-pressed", String(name === "own"));
  }

  /** @param {keyof typeof TROUBLE} trouble */
  trouble(trouble) {
    this.notice(TROUBLE[trouble], trouble === "lost");
    this.element("looks").hidden = trouble !== "lost";
  }

  closeReport() {
    const place = this.element("report");
    if (place.hidden) return;
    place.hidden = true;
    this.element("text").focus({ preventScroll: true });
  }

  /** @param {string} name of the file @param {import("../adapters/avatar.d.ts").Report} report */
  showReport(name, report) {
    const place = this.element("report");
    const { verdict, facts, lacks, missing } = describe(report);
    const heading = text("h2", name);
    const list = document.createElement("dl");
    for (const [term, value] of facts) list.append(text("dt", term), text("dd", value));
    const lost = document.createElement("ul");
    lost.append(...lacks.map((lack) => text("li", lack)));
    const names = document.createElement("details");
    names.append(text("summary", `${missing.length} channels have no shape`), text("p", missing.join(", ")));
    const row = document.createElement("div");
    row.className = "row";
    const back = text("button", `Back to ${title([...this.buttons.keys()][0] ?? "the start")}`);
    back.addEventListener("click", () => void this.choose(stored() ?? [...this.buttons.keys()][0]));
    const keep = text("button", "Keep it");
    keep.className = "primary";
    keep.addEventListener("click", () => this.closeReport());
    row.append(back, keep);
    const lacking = missing.length > 0 ? [lost, names] : [];
    place.replaceChildren(heading, text("p", verdict), list, ...lacking, row);
    place.hidden = false;
    place.focus({ preventScroll: true });
  }
}

/** @param {string} tag @param {string} content */
function text(tag, content) {
  const node = document.createElement(tag);
  node.textContent = content;
  return node;
}

/** The look chosen last, where the browser keeps such things. */
function stored() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** @param {string} name */
function store(name) {
  try {
    localStorage.setItem(STORED, name);
  } catch {
    // private windows may refuse; the next visit then begins with the first look
  }
}
