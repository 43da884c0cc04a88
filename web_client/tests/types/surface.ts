/** What the types promise, and what they refuse: compiled by `tsc`, never run. */

import type { VRM } from "@pixiv/three-vrm";
import { Group } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

import { type Avatar, BadAvatarFile, NoFaceShapes, openAvatar } from "facewire/avatar";
import { ThreeFace } from "facewire/three";
import { VrmFace } from "facewire/vrm";
import { CHANNELS, type Client, connect, MicrophoneError, type Peer, type Pose, type Room, RoomError, ShapeMapper, type Status } from "facewire";

const client: Client = connect({ url: "wss://example.org/v1/stream", token: "t", bufferMs: 200 });
const stop: () => void = client.on("caption", ({ text, pts, end }) => console.log(text.length, pts - end));
client.on("status", ({ status }) => status satisfies Status);
client.on("turn", ({ origin }) => origin satisfies "text" | "speech" | "say" | "greeting");
client.text("Hello", "question-1");
client.say("Hello", { mood: "happy", queue: "next" });
const spoken: Promise<{ complete: boolean; turn: number }> = client.speak("Hello", { queue: "now" });
const pose: Pose = client.face(performance.now());

const mirror = connect({ mode: "drive", microphone: { rate: 24000, echoCancellation: false } });
mirror.on("microphone", ({ state, error }) => console.log(state satisfies "off" | "asking" | "on" | "muted", error?.code === "refused"));
mirror.on("level", ({ rms, peak }) => console.log(rms + peak));
const opened: Promise<void> = mirror.microphone.open();
mirror.microphone.mute();
const pressed: Promise<void> = mirror.microphone.press();
mirror.microphone.release();
client.on("heard", ({ text, final }) => console.log(text.length, final satisfies boolean));
const isOurs = (error: unknown): error is MicrophoneError => error instanceof MicrophoneError;

const entered: Promise<Room> = mirror.join("lobby", "Ada");
entered.catch((error: unknown) => error instanceof RoomError && error.code === "room_full");
mirror.on("room", ({ room }) => console.log(room?.you));
mirror.on("peer", ({ peer, change }) => change === "joined" && (peer.volume = 0.5));
mirror.on("said", ({ peer, text, pts }) => console.log(peer.face(0).pts >= pts ? text : ""));
mirror.peers.forEach((peer: Peer) => (peer.silenced = peer.muted));
mirror.leave();

const three = new ThreeFace(new Group(), { ignore: ["smirk"], gains: { jawOpen: 0.8 }, eyes: "bones", jaw: "off" });
three.show(pose);
three.report.missing.includes("tongueOut");
declare const vrm: VRM;
new VrmFace(vrm, { headGain: 0.5 }).show({ weights: [0], head: [0, 0, 0] });
const avatar: Promise<Avatar> = openAvatar(new ArrayBuffer(4), new GLTFLoader());
const errors: Error[] = [new BadAvatarFile(), new NoFaceShapes()];
const out: Float32Array = new ShapeMapper(CHANNELS, { channels: client.channels }).map(pose.weights, new Float32Array(52));

// @ts-expect-error: there is no such event
client.on("captoin", () => {});
// @ts-expect-error: a queue is now, next or last
client.say("Hello", { queue: "soon" });
// @ts-expect-error: a mode is converse or drive
connect({ mode: "mirror" });
// @ts-expect-error: the microphone says itself what it does
client.microphone.state = "on";
// @ts-expect-error: the room says who is muted
mirror.peers[0].muted = true;
// @ts-expect-error: channels are the server's
client.channels.push("jawOpen");
// @ts-expect-error: eyes are auto, bones or shapes
new ThreeFace(new Group(), { eyes: "left" });
// @ts-expect-error: a VRM is wanted, not its scene
new VrmFace(new Group());

export { avatar, errors, isOurs, opened, out, pressed, spoken, stop };
