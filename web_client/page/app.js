/** The page: connects, shows the character at the playhead, and what arrives. */

import { connect } from "../client.js";
import { Avatars } from "./avatars.js";
import { Captions } from "./captions.js";
import { Conversation } from "./conversation.js";
import { Drawer } from "./drawer.js";
import { Hearing } from "./hearing.js";
import { VoiceMirror } from "./mirror.js";
import { Moods } from "./moods.js";
import { SyncRecords } from "./records.js";
import { RoomView } from "./room.js";
import { View } from "./view.js";
import { Views } from "./views.js";
import { VoiceConversation } from "./voice.js";

/** @param {string} id @returns {any} */
const element = (id) => document.getElementById(id);

const STATES = { listening: "listening", thinking: "thinking…" };
const GAP = 12;
/** Widths and heights at which page.css changes the layout. */
const NARROW = 760;
const LOW = 480;
/** Pixels kept for captions under the face, so that it does not jump when they come. */
const CAPTIONS = 84;
/** Pixels kept for what the microphone does, and for what was understood. */
const HEARING = 66;
/** For captions in low windows, where they have one line. */
const ONE_LINE = 48;

const token = new URLSearchParams(location.search).get("token") ?? undefined;
const client = connect({ token, name: "page" });
const records = new SyncRecords(client);
const captions = new Captions(element("captions"));
const voice = new VoiceConversation(client, element("own"), captions);
const conversation = new Conversation(client, element, (text) => voice.show(text, true));
/** @param {string} text @param {boolean} passing */
const notice = (text, passing) => conversation.notice(text, passing);
const view = new View(element("face"), (trouble) => avatars.trouble(trouble));
const avatars = new Avatars(view, element, notice);
const drawer = new Drawer(client, element, frameView);
const moods = new Moods(element("moods"), client);
const hearing = new Hearing(element, notice);
hearing.follow(client);

/** Another session of the visitor's, beside the conversation. @param {import("../client.d.ts").Client} other */
function joined(other) {
  moods.dress(other);
  hearing.follow(other);
}

const mirror = new VoiceMirror({ token, notice, joined });
const room = new RoomView(element, {
  connect: () => connect({ mode: "drive", token, name: "page, room" }),
  joined,
  open: () => hearing.open(false),
  look: () => avatars.name,
  onChange() {
    hearing.tell();
    frameView();
  },
});
const views = new Views(element("views"), {
  talk: { ear: voice, leave: () => client.interrupt() },
  mirror: { ear: mirror },
  room: { ear: room, enter: () => room.enter(), leave: () => room.leave() },
}, ({ ear }) => {
  hearing.serve(ear);
  frameView();
});

client.on("welcome", (welcome) => {
  if (!welcome.isResumed) {
    view.begins(client.channels);
    captions.clear();
  }
  const features = /** @type {string[]} */ (welcome.features);
  views.offer({ mirror: features.includes("drive"), room: features.includes("rooms") });
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
  const { top } = element(views.name === "talk" ? "form" : "microphone").getBoundingClientRect();
  const dock = innerHeight - top;
  const kept = innerHeight <= LOW ? ONE_LINE : CAPTIONS + (element("hearing").hidden ? 0 : HEARING);
  view.resize({
    top: element(narrow ? "views" : "developer").getBoundingClientRect().bottom + GAP,
    right: drawer.open && !narrow ? element("drawer").offsetWidth : 0,
    bottom: drawer.open && narrow ? element("drawer").offsetHeight : dock + kept,
    left: 0,
  });
  element("inside").style.setProperty("--under", `${dock + HEARING}px`);
  room.resize();
}

const watched = new ResizeObserver(frameView);
for (const id of ["face", "form", "hearing", "drawer", "inside"]) watched.observe(element(id));
views.begin();
addEventListener("pointermove", ({ clientX, clientY, pointerType }) => {
  if (pointerType === "mouse") view.point((2 * clientX) / innerWidth - 1, 1 - (2 * clientY) / innerHeight);
});

function show() {
  requestAnimationFrame(show);
  const now = performance.now(); // not the callback's argument: on a busy machine that lies tens of milliseconds back
  const pose = client.face(now);
  const shown = mirror.face(now) ?? pose;
  records.add(pose);
  if (views.name === "room") room.show(now);
  else view.show(shown, now);
  hearing.show(now);
  captions.follow(pose);
  drawer.show(pose, now, shown.weights);
  conversation.follow(pose);
}

requestAnimationFrame(show);
void avatars.begin();

/** For tests and the console. */
Object.assign(window, { facewire: { client, records: records.list, view, drawer, mirror, room, voice, hearing } });
