/** The page: connects, shows the character at the playhead, and what arrives. */

import { connect } from "../client.js";
import { Avatars } from "./avatars.js";
import { Captions } from "./captions.js";
import { Conversation } from "./conversation.js";
import { Drawer } from "./drawer.js";
import { VoiceMirror } from "./mirror.js";
import { Moods } from "./moods.js";
import { SyncRecords } from "./records.js";
import { View } from "./view.js";

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

const STATES = { listening: "listening", thinking: "thinking…" };
const GAP = 12;
/** Widths and heights at which page.css changes the layout. */
const NARROW = 760;
const LOW = 480;
/** Pixels kept for captions under the face, so that it does not jump when they come. */
const CAPTIONS = 84;
/** The same in low windows, where captions have one line. */
const ONE_LINE = 48;

const token = new URLSearchParams(location.search).get("token") ?? undefined;
const client = connect({ token, name: "page" });
const records = new SyncRecords(client);
const captions = new Captions(element("captions"));
const conversation = new Conversation(client, element);
const view = new View(element("face"), (trouble) => avatars.trouble(trouble));
const avatars = new Avatars(view, element, (text, passing) => conversation.notice(text, passing));
const drawer = new Drawer(client, element, frameView);
const moods = new Moods(element("moods"), client);
const mirror = new VoiceMirror(client, element, {
  token,
  notice: (text, passing) => conversation.notice(text, passing),
  joined: (other) => moods.dress(other),
});

client.on("welcome", (welcome) => {
  if (!welcome.isResumed) {
    view.begins(client.channels);
    captions.clear();
  }
});
client.on("turn", ({ turn }) => captions.begin(turn));
client.on("caption", (caption) => captions.add(caption));
client.on("flush", ({ turn }) => captions.cut(turn));
client.on("state", ({ state }) => {
  const words = STATES[/** @type {keyof typeof STATES} */ (state)];
  element("state").hidden = words === undefined;
  element("state").textContent = words ?? "";
});

const calm = matchMedia("(prefers-reduced-motion: reduce)");
calm.addEventListener("change", () => view.calm(calm.matches));
view.calm(calm.matches);

/** Tells the view which part of the window is free for the face. */
function frameView() {
  const narrow = innerWidth <= NARROW;
  const { top } = element("form").getBoundingClientRect();
  const below = innerHeight - top + (innerHeight <= LOW ? ONE_LINE : CAPTIONS);
  view.resize({
    top: element("developer").getBoundingClientRect().bottom + GAP,
    right: drawer.open && !narrow ? element("drawer").offsetWidth : 0,
    bottom: drawer.open && narrow ? element("drawer").offsetHeight : below,
    left: 0,
  });
}

const watched = new ResizeObserver(frameView);
for (const id of ["face", "form", "drawer"]) watched.observe(element(id));
addEventListener("pointermove", ({ clientX, clientY, pointerType }) => {
  if (pointerType === "mouse") view.point((2 * clientX) / innerWidth - 1, 1 - (2 * clientY) / innerHeight);
});

function show() {
  requestAnimationFrame(show);
  const now = performance.now(); // not the callback's argument: on a busy machine that lies tens of milliseconds back
  const pose = client.face(now);
  const shown = mirror.face(now) ?? pose;
  records.add(pose);
  view.show(shown, now);
  captions.follow(pose);
  drawer.show(pose, now, shown.weights);
  conversation.follow(pose);
}

requestAnimationFrame(show);
void avatars.begin();

/** For tests and the console. */
Object.assign(window, { facewire: { client, records: records.list, view, drawer, mirror } });
