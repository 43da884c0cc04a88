/** The page: connects, draws the face at the playhead and shows what arrives. */

import { connect } from "../client.js";
import { Captions } from "./captions.js";
import { ChannelBars } from "./channel_bars.js";
import { Conversation } from "./conversation.js";
import { DrawnFace } from "./face/drawn_face.js";
import { Playback } from "./playback.js";
import { SyncRecords } from "./records.js";
import { drawStages } from "./stages.js";

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

const STATES = { listening: "listening", thinking: "thinking…" };
const REDUCED_HEAD = 0.35;

const client = connect({ token: new URLSearchParams(location.search).get("token") ?? undefined, name: "page" });
const captions = new Captions(element("captions"));
const playback = new Playback(element("readout"), element("buffer"));
const records = new SyncRecords(client);
const conversation = new Conversation(client, element);
/** @type {DrawnFace | null} */
let face = null;
/** @type {ChannelBars | null} */
let bars = null;

client.on("welcome", (welcome) => {
  if (welcome.isResumed && face) return;
  face = new DrawnFace(element("face"), client.channels);
  bars = new ChannelBars(element("channels"), client.channels);
  respectMotion();
  captions.clear();
});
client.on("turn", ({ turn }) => captions.begin(turn));
client.on("caption", (caption) => captions.add(caption));
client.on("flush", ({ turn }) => captions.cut(turn));
client.on("timings", ({ stages }) => drawStages(element("stages"), stages));
client.on("state", ({ state }) => {
  const words = STATES[/** @type {keyof typeof STATES} */ (state)];
  element("state").hidden = words === undefined;
  element("state").textContent = words ?? "";
});

const calm = matchMedia("(prefers-reduced-motion: reduce)");
calm.addEventListener("change", respectMotion);
new ResizeObserver(() => face?.resize()).observe(element("face"));

function respectMotion() {
  if (face) face.headMotion = calm.matches ? REDUCED_HEAD : 1;
}

/** @param {number} now */
function show(now) {
  requestAnimationFrame(show);
  const pose = client.face(now);
  if (face && pose.weights.length > 0) face.draw(pose.weights, pose.head);
  records.add(pose);
  captions.follow(pose);
  bars?.show(pose.weights, now);
  playback.show(client, pose, now);
  conversation.follow(pose);
}

requestAnimationFrame(show);

/** For tests and the console. */
Object.assign(window, { facewire: { client, records: records.list } });
