/** Conversation by voice: the microphone of the talk view, and what was understood, as the visitor's own line. */

const WORDS = {
  idle: "Listening · just talk",
  listening: "Listening…",
  thinking: "Thinking…",
  speaking: "Speaking · talk to interrupt",
};

export class VoiceConversation {
  /** @param {import("../client.d.ts").Client} client @param {HTMLElement} place of the line @param {import("./captions.js").Captions} captions */
  constructor(client, place, captions) {
    this.client = client;
    this.place = place;
    this.captions = captions;
    this.state = /** @type {keyof typeof WORDS} */ ("idle");
    /** Whether a reply is heard: it lasts longer than the server's part in it. */
    this.heard = false;
    client.on("state", ({ state }) => {
      this.state = state;
    });
    client.on("playback", ({ state }) => {
      this.heard = state !== "idle";
    });
    client.on("heard", ({ text, final }) => this.understood(text, final));
    client.on("welcome", ({ isResumed }) => {
      if (!isResumed) this.show("", true);
    });
  }

  prepare() {
    return this.client;
  }

  end() {
    this.client.microphone.close();
    if (this.place.getAttribute("aria-busy") === "true") this.show("", true);
  }

  get words() {
    return WORDS[this.heard && this.state === "idle" ? "speaking" : this.state];
  }

  /** @param {string} text @param {boolean} final nothing is understood where it is empty */
  understood(text, final) {
    if (this.place.getAttribute("aria-busy") !== "true" && !this.heard) this.captions.clear();
    this.show(text, final);
  }

  /** The visitor's line. @param {string} text @param {boolean} final */
  show(text, final) {
    this.place.textContent = text;
    this.place.hidden = text === "";
    this.place.setAttribute("aria-busy", String(!final)); // read out once it is final
  }
}
