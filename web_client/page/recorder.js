/** The record button: keeps what is received from now on, and saves it as two files. */

import { Recording } from "./recording.js";

const INTERVAL_MS = 500;

export class Recorder {
  /** @param {import("../client.d.ts").Client} client @param {HTMLElement} place */
  constructor(client, place) {
    /** @type {Uint8Array | null} the connection's first message, without which faces cannot be read */
    this.welcome = null;
    /** @type {Recording | null} */
    this.recording = null;
    this.running = false;
    this.last = 0;
    this.button = action("Record", () => this.toggle());
    this.button.id = "record";
    this.button.classList.add("record");
    this.button.setAttribute("aria-pressed", "false");
    this.said = document.createElement("span");
    this.said.setAttribute("role", "status");
    this.save = action("Save recording", () => this.saveRecording());
    this.table = action("Save face CSV", () => this.saveTable());
    this.save.id = "save-recording";
    this.table.id = "save-csv";
    place.append(this.button, this.said, this.save, this.table);
    this.offer(false);
    /** @type {Uint8Array | null} */
    let newest = null;
    client.on("wire", (wire) => {
      if (wire.sender === "server") newest = wire.data;
      if (!this.running) return;
      this.recording?.add(wire, performance.now());
      if (this.recording?.full) this.toggle();
    });
    client.on("welcome", () => {
      this.welcome = newest;
    });
  }

  toggle() {
    this.running = !this.running;
    if (this.running) this.recording = new Recording(1000 * Date.now(), performance.now(), this.welcome);
    this.button.setAttribute("aria-pressed", String(this.running));
    this.button.textContent = this.running ? "Stop" : "Record";
    this.last = 0;
    this.show(performance.now(), !this.running);
    this.offer(!this.running);
  }

  /** @param {boolean} there whether something is there to be saved */
  offer(there) {
    this.save.hidden = this.table.hidden = !there;
  }

  /** @param {number} now @param {boolean} [always] */
  show(now, always = false) {
    const { recording } = this;
    if (!recording || (!this.running && !always) || now - this.last < INTERVAL_MS) return;
    this.last = now;
    const size = recording.size < 1e6 ? `${Math.round(recording.size / 1000)} KB` : `${(recording.size / 1e6).toFixed(1)} MB`;
    this.said.textContent = `${Math.round((now - recording.began) / 1000)} s, ${size}${recording.full ? ", full" : ""}`;
  }

  saveRecording() {
    if (this.recording) offer(this.recording.file(), "application/octet-stream", `${this.stem}.facewire`);
  }

  saveTable() {
    const table = this.recording?.csv() ?? "";
    if (table) offer([table], "text/csv", `${this.stem}.csv`);
    else this.said.textContent = "no face was received";
  }

  /** Names the files by when the recording began. */
  get stem() {
    const started = new Date(Number(this.recording?.header.get("started_us")) / 1000);
    return `facewire-${started.toISOString().slice(0, 19).replaceAll(":", "")}`;
  }
}

/** @param {string} text @param {() => void} task */
function action(text, task) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", task);
  return button;
}

/** Has the browser save a file. @param {BlobPart[]} parts @param {string} type @param {string} name */
function offer(parts, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(parts, { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
