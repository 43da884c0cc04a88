/** Text box, examples, interrupt button, connection state, and the word about sound when it is needed. */

const EXAMPLES = [
  "What is FaceWire?",
  "How do the lips stay in sync?",
  "Does it work in Unity?",
  "你好，你是谁？",
  "口型怎么同步？",
];

const WORDS = {
  connecting: "connecting",
  open: "connected",
  reconnecting: "reconnecting",
  full: "server full, waiting",
  closed: "closed",
  rejected: "refused",
  unauthorised: "token refused",
  taken_over: "open in another tab",
};

const NOTICES = {
  unauthorised: "The server wants a valid token: open this page with ?token=… at the end of its address.",
  full: "The server has no free place at the moment. This page tries again by itself.",
  rejected: "The server ended the connection and said it would not work again.",
  taken_over: "This conversation goes on in a newer tab. Reload to take it back.",
};
const AWAY = "The server does not answer. This page tries again by itself, and goes on where it was.";
const NOTICE_MS = 8000;
/** A connection that comes back sooner is not worth a word. */
const AWAY_MS = 1500;

export class Conversation {
  /**
   * @param {import("../client.d.ts").Client} client
   * @param {(id: string) => any} element
   * @param {(text: string) => void} onSend the visitor has typed this
   */
  constructor(client, element, onSend) {
    this.client = client;
    this.element = element;
    this.onSend = onSend;
    this.speaking = false;
    this.waiting = false;
    /** @type {any} */
    this.noticeTimer = null;
    /** @type {any} */
    this.awayTimer = null;
    this.aboutConnection = false;
    this.wire();
    this.listen();
  }

  wire() {
    const { element } = this;
    const input = element("text");
    element("form").addEventListener("submit", (/** @type {Event} */ event) => {
      event.preventDefault();
      this.send(input.value);
    });
    input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.send(input.value);
    });
    input.addEventListener("input", () => {
      input.style.height = "auto";
      input.style.height = `${input.scrollHeight}px`;
    });
    element("stop").addEventListener("click", () => this.interrupt());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && (this.speaking || this.waiting)) this.interrupt();
    });
    for (const action of ["pointerdown", "pointerup", "keydown"]) {
      document.addEventListener(action, () => this.client.wake(), { capture: true, passive: true });
    }
    element("chips").append(...EXAMPLES.map((text) => this.chip(text)));
  }

  /** @param {string} text */
  chip(text) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => this.send(text));
    return button;
  }

  listen() {
    const { client, element } = this;
    client.on("status", ({ status, detail }) => {
      const place = element("connection");
      place.dataset.status = status;
      place.lastElementChild.textContent = WORDS[status];
      const notice = NOTICES[/** @type {keyof typeof NOTICES} */ (status)];
      if (notice) this.connectionNotice(detail ? `${notice} (${detail})` : notice);
      if (status === "reconnecting") this.awayTimer ??= setTimeout(() => this.connectionNotice(AWAY), AWAY_MS);
      else this.answered(status === "open");
    });
    client.on("error", ({ message, fatal }) => {
      this.waiting = false;
      if (!fatal) this.notice(message, true);
    });
    client.on("fault", (fault) => console.warn("FaceWire:", fault));
    client.on("turn", () => {
      this.waiting = true;
    });
    client.on("end", () => {
      this.waiting = false;
    });
    client.on("flush", () => {
      this.waiting = false;
    });
    client.on("silent", () => {
      element("sound").hidden = false;
    });
  }

  /** @param {string} text of a notice that goes away when the connection stands */
  connectionNotice(text) {
    this.notice(text, false);
    this.aboutConnection = true;
  }

  /** Waiting for an answer is over. @param {boolean} open */
  answered(open) {
    clearTimeout(this.awayTimer);
    this.awayTimer = null;
    if (open && this.aboutConnection) this.notice("", false);
  }

  /** @param {string} text */
  send(text) {
    const said = text.trim();
    if (said === "") return;
    this.client.wake();
    this.client.text(said);
    this.onSend(said);
    const input = this.element("text");
    input.value = "";
    input.style.height = "auto";
    input.focus({ preventScroll: true });
    this.notice("", false);
  }

  interrupt() {
    this.client.interrupt();
    this.element("text").focus({ preventScroll: true });
  }

  /** @param {string} text nothing takes the notice away @param {boolean} passing goes away by itself */
  notice(text, passing) {
    clearTimeout(this.noticeTimer);
    this.aboutConnection = false;
    const place = this.element("notice");
    place.textContent = text;
    place.hidden = text === "";
    if (passing) this.noticeTimer = setTimeout(() => this.notice("", false), NOTICE_MS);
  }

  /** @param {import("../client.d.ts").Pose} pose */
  follow(pose) {
    this.speaking = pose.state !== "idle" && pose.state !== "flushing";
    const busy = this.speaking || this.waiting;
    const stop = this.element("stop");
    if (stop.hidden === busy) stop.hidden = !busy;
    const sound = this.element("sound");
    if (!sound.hidden && this.client.audible) sound.hidden = true;
  }
}
