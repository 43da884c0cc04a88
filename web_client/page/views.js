/** The page's views, as tabs: talk, mirror, room. One is shown at a time; the address names it. */

/**
 * @typedef {object} View
 * @property {import("./hearing.js").Ear} ear
 * @property {() => void} [enter]
 * @property {() => void} [leave]
 */

export class Views {
  /**
   * @param {HTMLElement} place of the tabs
   * @param {Record<string, View>} views by the tabs' names, the first one first
   * @param {(view: View) => void} onChange another one is shown
   */
  constructor(place, views, onChange) {
    this.views = views;
    this.onChange = onChange;
    /** @type {HTMLButtonElement[]} */
    this.tabs = Array.from(place.querySelectorAll("button"));
    this.name = "";
    for (const tab of this.tabs) tab.addEventListener("click", () => this.show(tab.dataset.view ?? ""));
    place.addEventListener("keydown", (event) => this.key(event));
  }

  /** Shows the first one. */
  begin() {
    this.show(Object.keys(this.views)[0]);
  }

  /** Which of them the server can do. @param {Record<string, boolean>} able by their names */
  offer(able) {
    for (const tab of this.tabs) tab.hidden = able[tab.dataset.view ?? ""] === false;
    if (able[this.name] === false) this.begin();
  }

  /** @param {string} name */
  show(name) {
    if (name === this.name) return;
    this.views[this.name]?.leave?.();
    this.name = name;
    document.body.dataset.view = name;
    for (const tab of this.tabs) {
      const chosen = tab.dataset.view === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
    }
    this.views[name].enter?.();
    this.onChange(this.views[name]);
  }

  /** Arrows go from tab to tab. @param {KeyboardEvent} event */
  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const tabs = this.tabs.filter(({ hidden }) => !hidden);
    const at = tabs.findIndex((tab) => tab === event.target);
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const next = tabs[(at + step + tabs.length) % tabs.length];
    this.show(next.dataset.view ?? "");
    next.focus();
  }
}
