/**
 * The mirror: the visitor's own voice moves the face on the page. It has a session of its own, in drive mode, for as
 * long as its microphone is on; the conversation waits beside it.
 */

import { connect } from "../client.js";

/** The face comes to rest before it is still. */
const REST_MS = 900;

export class VoiceMirror {
  /**
   * @param {object} page
   * @param {string | undefined} page.token
   * @param {(text: string, passing: boolean) => void} page.notice
   * @param {(client: import("../client.d.ts").Client) => void} page.joined a client that is to wear the chosen mood, and
   *   whose microphone is to be shown
   */
  constructor({ token, notice, joined }) {
    this.token = token;
    this.notice = notice;
    this.joined = joined;
    this.words = "The face follows your voice";
    /** @type {import("../client.d.ts").Client | null} */
    this.client = null;
    /** Whether its face is the one to show. */
    this.shown = false;
  }

  prepare() {
    if (this.client && this.client.microphone.state !== "off") return this.client;
    this.client?.close();
    const client = connect({ mode: "drive", token: this.token, name: "page, mirror" });
    this.client = client;
    client.on("microphone", ({ state }) => {
      if (client !== this.client) return;
      if (state === "on") this.shown = true;
      if (state === "off") this.rest(client);
    });
    client.on("error", ({ message, fatal }) => {
      if (!fatal) this.notice(message, true);
    });
    client.on("fault", (fault) => console.warn("FaceWire:", fault));
    this.joined(client);
    return client;
  }

  end() {
    this.client?.microphone.close();
  }

  /** @param {import("../client.d.ts").Client} client whose microphone is off */
  rest(client) {
    setTimeout(() => {
      client.close();
      if (this.client !== client) return;
      this.client = null;
      this.shown = false;
    }, REST_MS);
  }

  /**
   * The visitor's own face, null while there is none. Once a display frame.
   * @param {number} now milliseconds
   */
  face(now) {
    const pose = this.client?.face(now);
    return pose && this.shown && pose.weights.length > 0 ? pose : null;
  }
}
