/** Channels of a message that the server sends; the fields are those of protocol/SPEC.md. */
export interface Message {
  type: string;
  turn?: number;
  [field: string]: unknown;
}

export interface MicrophoneOptions {
  /** Samples a second that are sent, 8000 to 48000 (default 16000, which speech needs). */
  rate?: number;
  /** Of `navigator.mediaDevices.enumerateDevices()`; the browser's choice where left out. */
  deviceId?: string;
  /** What the browser does to the sound; each true where left out. */
  echoCancellation?: boolean;
  noiseSuppression?: boolean;
  autoGainControl?: boolean;
}

/** `asking`: the browser asks the user, or the server has not answered yet. */
export type MicrophoneState = "off" | "asking" | "on" | "muted";

/** Why there is no microphone. The message says it to a user, and what to do. */
export class MicrophoneError extends Error {
  readonly code:
    /** The page is not served over https. */
    | "insecure"
    /** The browser has no microphone for pages, or no AudioWorklet. */
    | "unsupported"
    /** The user, the browser's settings or the page's policy said no. */
    | "refused"
    /** There is no such device. */
    | "missing"
    /** Another program has it, or the system gives it to nobody. */
    | "busy"
    /** It was unplugged, or taken back, while it was open. */
    | "lost"
    /** The server takes none in this mode, or is gone for good. */
    | "unavailable"
    /** Something else; `cause` says what, such as a worklet that could not be loaded. */
    | "failed"
    /** `close` was called before it was open. */
    | "closed";
}

export interface Microphone {
  readonly state: MicrophoneState;
  /**
   * Asks the user, and begins to send. Call it from a user's action. Rejected with a MicrophoneError, which the event
   * `microphone` tells too. What is heard while there is no connection is lost.
   */
  open(): Promise<void>;
  /** Nothing is sent while it is muted, and the browser shows it. */
  mute(): void;
  unmute(): void;
  /**
   * Push to talk: it is on until `release`, and a reply that is being heard ends at once. Opens it where it is off, as `open` does. Does
   * nothing while it is on anyhow.
   */
  press(): Promise<void>;
  /** What was said is complete and is answered without a pause; it is muted then. Does nothing without `press`. */
  release(): void;
  /** Gives the device back. It may be opened again. */
  close(): void;
}

export interface ConnectOptions {
  /** Address of the server's stream; default: `v1/stream` beside the page. */
  url?: string;
  /** Where the server wants one. */
  token?: string;
  character?: string;
  language?: string;
  /** `drive`: the user's own voice moves the face, and there are no replies (default `converse`). */
  mode?: "converse" | "drive";
  microphone?: MicrophoneOptions;
  /** What the server's log calls this client. */
  name?: string;
  faceFormat?: "q8" | "f32";
  /** Frames a second; the server's default where left out. */
  fps?: number;
  /** Voice held before a reply begins, in milliseconds (default 120). More survives a worse network. */
  bufferMs?: number;
  /** Shows the face this much later (negative) or earlier (positive) than the browser's latency says. */
  offsetMs?: number;
  /** Use this context instead of an own one; it is then left open by `close`. */
  audioContext?: AudioContext;
  /** Where the voice goes instead of the loudspeaker; a node of `audioContext`. */
  destination?: AudioNode;
  /** Where the audio thread's module lies (`worklet.js`, with what it imports) if not beside the client's own files. */
  workletUrl?: string | URL;
}

export type Status =
  | "connecting"
  | "open"
  | "reconnecting"
  /** The server has no room; tried again. */
  | "full"
  /** Final, from here on. */
  | "closed"
  | "rejected"
  | "unauthorised"
  | "taken_over";

/** Reused by the next call of `face`, its arrays included: copy what you keep. */
export interface Pose {
  /** In the order of `Client.channels`, each 0 to 1. */
  weights: Float32Array;
  /** Yaw to the character's left, pitch up, roll to its right shoulder, in degrees. */
  head: Float32Array;
  /** Media time of the shown frame in microseconds; -1 while no reply and no mirror is shown. */
  shown: number;
  /** Turn heard now or last, -1 before the first. */
  turn: number;
  /** Media time of what is heard now, in microseconds; in drive mode, of the face on the microphone's time. */
  pts: number;
  /** In drive mode `playing` from the first face on. */
  state: "idle" | "priming" | "playing" | "starved" | "draining" | "flushing";
}

/** A session is in one room at a time. */
export interface Room {
  readonly name: string;
  /** What the others call this session; as asked for, or with a number behind it where that was taken. */
  readonly you: string;
  /** This session's number in the room. */
  readonly number: number;
}

/** Someone else in the room; the same object for as long as they are there, also after a reconnect. */
export interface Peer {
  /** Used only once in a room. */
  readonly number: number;
  readonly name: string;
  /** Of an AI: its character's name. */
  readonly character?: string;
  /** Their microphone is off. */
  readonly muted: boolean;
  /** Whether their voice is being heard here, or would be if it were not silenced. */
  readonly speaking: boolean;
  /** No longer in the room. */
  readonly gone: boolean;
  /** How loud they are played, from 0 to 4 (default 1). */
  volume: number;
  /** True: they are not played here. Their face goes on, and nobody is told (default false). */
  silenced: boolean;
  /** Voice that waits to be played, in milliseconds; how much is meant to wait; and how often none was there in time. */
  readonly bufferedMs: number;
  readonly targetMs: number;
  readonly underruns: number;
  /**
   * Their face at the playhead, for `show` of an adapter; call it once a display frame with `performance.now()`. While they
   * are silent, a loop. `turn` of the pose counts their speeches from 0, `pts` is media time of their own. Where the
   * browser lets no sound out yet, the face moves as what arrives wants it. Reused by the next call, as that of `Client.face`.
   */
  face(now: number): Pose;
}

/** Why a room could not be entered. The message says it to a user. */
export class RoomError extends Error {
  readonly code:
    /** There is no place left; `retryAfterMs` says when to try again. */
    | "room_full"
    /** The server lists its rooms, and this is none of them. */
    | "unknown_room"
    /** A room or member cannot be called so. */
    | "bad_name"
    | "in_a_room"
    /** The server has no rooms. */
    | "not_available"
    /** `leave`, another `join` or `close` came first, or the session ended. */
    | "left";
  readonly retryAfterMs?: number;
}

export type PeerChange =
  | "joined"
  | "left"
  /** Their microphone is off, and on again. */
  | "muted"
  | "unmuted"
  /** They begin to be heard here, and have ended. */
  | "speaking"
  | "quiet";

export interface Wire {
  sender: "server" | "client";
  /** Not to be changed. */
  data: Uint8Array;
}

export interface Events {
  status: { status: Status; detail: string };
  /** A connection stands; `isResumed` when the conversation goes on where it was. */
  welcome: Message & { isResumed: boolean };
  state: Message & { state: "idle" | "listening" | "thinking" | "speaking" };
  turn: Message & { turn: number; origin: "text" | "speech" | "say" | "greeting"; id?: string };
  caption: Message & { turn: number; pts: number; end: number; text: string };
  mood: Message & { turn: number; pts: number; mood: string; intensity: number };
  cue: Message & { turn: number; pts: number; name: string };
  end: Message & { turn: number; pts: number };
  timings: Message & { turn: number; stages: Record<string, number> };
  heard: Message & { text: string; final: boolean };
  /** A room was entered (again, after a lost session), or left: null. */
  room: { room: Room | null };
  /** Something changed about someone in the room. Those who are there already are `joined` right after `room`. */
  peer: { peer: Peer; change: PeerChange };
  /** A word or phrase of an AI in the room and when it is heard, on that peer's time: compare with `pts` of its pose. */
  said: { peer: Peer; pts: number; end: number; text: string };
  error: Message & { code: string; message: string; fatal: boolean };
  /** This turn and all before it are over. */
  flush: { turn: number };
  /** The user may be interrupting: the voice goes to `level` of its loudness, and back to 1 where it was nothing. */
  duck: Message & { turn: number; level: number; fade_ms: number };
  /** What is heard changed between `playing`, `starved` and `idle`. */
  playback: { turn: number; state: "playing" | "starved" | "idle"; pts: number };
  /** The microphone was opened, muted or closed; with an error where nobody asked for that. */
  microphone: { state: MicrophoneState; error?: MicrophoneError };
  /** How loud the microphone is, 50 times a second while it is on: 0 to 1, of full scale. */
  level: { rms: number; peak: number };
  /** Voice waits for a user's action, see `wake`. */
  silent: { turn: number };
  /** Every message as it stands on the wire, but the first of each connection from here. */
  wire: Wire;
  /** Something malformed arrived and was skipped, or the audio device failed. */
  fault: unknown;
}

export interface Client {
  readonly status: Status;
  readonly microphone: Microphone;
  /** Names of the weights; empty before the first welcome. */
  readonly channels: readonly string[];
  /** Whether sound can come out now. */
  readonly audible: boolean;
  readonly bufferedMs: number;
  readonly underruns: number;
  /** Output latency as far as the browser knows. */
  readonly latencyMs: number;
  /** Listens to an event; the result stops listening. */
  on<Name extends keyof Events>(event: Name, listener: (detail: Events[Name]) => void): () => void;
  /** Lets sound begin. Browsers want it called from a user's action, such as a click or a key. */
  wake(): void;
  /** The user typed this. */
  text(text: string, id?: string): void;
  /** Speak this word for word. */
  say(text: string, options?: { mood?: string; queue?: "now" | "next" | "last"; id?: string }): void;
  /**
   * Like `say`, and tells when it is over: `complete` where it was heard to its end, else it was interrupted, dropped before
   * its turn came (`turn` -1), or lost with its session. Rejected where the server refuses it. Waits for as long as
   * the browser lets no sound out.
   */
  speak(
    text: string,
    options?: { mood?: string; queue?: "now" | "next" | "last" },
  ): Promise<{ complete: boolean; turn: number }>;
  /** From the next turn on. */
  configure(change: { character?: string; voice?: string; language?: string; mood?: string }): void;
  /** Silence at once; the server is told. */
  interrupt(): void;
  /** The face at the playhead, in drive mode the user's own; call it once a display frame with `performance.now()`. */
  face(now: number): Pose;
  /** The room that was joined, null outside of rooms. */
  readonly room: Room | null;
  /** The others in the room, in the order of their numbers; a new array after each change. */
  readonly peers: readonly Peer[];
  /**
   * Enters a room, and leaves the one before. Settled once the server has answered; rejected with a RoomError. To be heard and seen by the
   * others, connect with `mode: "drive"` and open the microphone. Where the session is lost the room is entered again.
   */
  join(room: string, name?: string): Promise<Room>;
  /** Leaves the room: its voices end at once. Does nothing outside of rooms. */
  leave(): void;
  /** Ends the session. */
  close(): void;
}

/** Which family of shape names drives a part of the face; null where nothing does. */
export interface Families {
  /** Eyes, brows, nose and cheeks. */
  upper: string | null;
  /** Mouth, jaw and tongue. */
  mouth: string | null;
}

export interface ShapeMapperOptions {
  /** Instead of those found by the shapes' names. */
  families?: Families;
  /** Factors by channel (jawOpen ...) or viseme (aa ih ou ee oh PP FF TH CH open). */
  gains?: Readonly<Record<string, number>>;
  /** Added to a shape's weight, by the shape's name. */
  offsets?: Readonly<Record<string, number>>;
  /** Order of the weights that come in (default: CHANNELS, the order of every FaceWire server). */
  channels?: readonly string[];
  /** Keeps mouthClose at most at jawOpen (default true), as the lips of most models want it. */
  limitMouthClose?: boolean;
}

/** The 52 channels on the shapes that an avatar has, found by their names. Pure: works without a browser and without three. */
export class ShapeMapper {
  /** Throws RangeError for a family, source or shape that there is not. */
  constructor(shapes: readonly string[], options?: ShapeMapperOptions);
  readonly shapes: readonly string[];
  readonly families: Families;
  /** The sparse matrix: what drives which shape (its index in `shapes`) by how much. */
  readonly entries: readonly { shape: number; source: string; gain: number }[];
  /** Share of the 52 channels that the avatar shows, if only as visemes. */
  readonly coverage: number;
  /** The other channels. */
  readonly missing: readonly string[];
  /** Shapes that nothing here drives. */
  readonly unmapped: readonly string[];
  /** Weights of one face to a weight from 0 to 1 for each shape, in `out` where it is given. */
  map(weights: ArrayLike<number>, out?: Float32Array): Float32Array;
}

/** The 52 ARKit channels in the order that FaceWire sends them. */
export const CHANNELS: readonly string[];

/** Opens a session and keeps it connected. */
export function connect(options?: ConnectOptions): Client;
