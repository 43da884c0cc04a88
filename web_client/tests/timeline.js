/** Runs a timeline vector through the core. The format: protocol/vectors/README.md. */

const LEVEL = 16384;
/** How far a number may be off: microseconds, weights, level, microseconds of a report. */
const TOLERANCES = { pts: 0.01, weights: 1e-6, sound: 1e-4, played: 1 };

/** The parts of one client, wired as client.js and the audio thread wire them. */
export class Replay {
  /** @param {any} core the modules of core/ @param {any} vector */
  constructor(core, vector) {
    this.core = core;
    this.vector = vector;
    this.playout = new core.Playout(vector.device_rate, vector.target_ms);
    this.clock = new core.MediaClock();
    this.device = new core.DeviceClock();
    this.sampler = new core.Sampler(vector.channels.length + 3);
    this.mirror = new core.Mirror(this.sampler);
    this.heard = { turn: -1, pts: 0, state: "idle" };
    this.avatar = "idle";
    this.pulled = 0;
    this.before = "idle -1";
    this.mixer = new core.Mixer();
    /** @type {Map<number, any>} */
    this.peers = new Map();
    /** @type {any[]} */
    this.loops = [];
    this.welcome();
    for (const number of vector.peers ?? []) this.peer(number);
  }

  welcome() {
    const { rate, fps, channels } = this.vector;
    if (this.reception) this.flush(0, this.reception.turn, 10);
    this.reception = new this.core.Reception({ rate }, { format: "f32", fps, channels, head: false });
    this.mirror.begin();
    this.avatar = "idle";
    this.clock.forget();
    this.reports = new this.core.Reports(this.clock);
  }

  /** What came of one step. @param {any} step */
  perform(step) {
    /** @type {any} */
    const came = { played: [] };
    try {
      came.played.push(...this.arrive(step));
    } catch (error) {
      if (!(error instanceof this.core.BadMessage)) throw error;
      return { refused: error.code };
    }
    if (step.device !== undefined) Object.assign(came, this.show(step), { played: this.due(step.at) });
    came.played = came.played.map((/** @type {any} */ r) => [r.turn, r.pts, r.state, r.buffered_ms, r.underruns]);
    return came;
  }

  /** @param {number} at */
  listen(at) {
    this.heard = this.clock.at(at + this.device.offset);
    return this.heard;
  }

  /** @param {number} at */
  due(at) {
    return this.reports.due(1000 * at, this.listen(at));
  }

  /** @param {any} step @returns {any[]} reports */
  arrive({ at, segment, mirror, turn, end, flush, duck, clip, state, session, ...room }) {
    const { reception } = this;
    if (segment) this.media(segment);
    else if (room.peer_segment) this.speech(at, room.peer_segment);
    else if (room.left) this.leave(room.left);
    else if (room.volume) this.mixer.voices.get(room.volume.peer).volume = room.volume.to;
    else if (mirror) this.mirror.add(1000 * at, this.core.timedFrames(mirror.face_pts, packed(mirror.frames), reception.face));
    else if (turn !== undefined && !reception.stale(turn)) reception.begin(turn);
    else if (end !== undefined && !reception.stale(end)) {
      reception.end(end);
      this.playout.end(end);
    } else if (flush) return this.flush(at, flush.turn, flush.fade_ms);
    else if (duck && !reception.stale(duck.turn)) this.playout.duck(duck.turn, duck.level, duck.fade_ms);
    else if (clip) this.loop(clip);
    else if (state) this.avatar = state;
    else if (session) this.welcome();
    return [];
  }

  /** @param {any} segment */
  media({ turn, pts, samples, face_pts, frames }) {
    const audio = new Uint8Array(this.voice(pts, samples, LEVEL).buffer);
    const media = this.reception.take({ turn, pts, audio, face_pts, face: packed(frames) });
    if (!media) return;
    for (const { pts: time, frame } of media.frames) this.sampler.insert(turn, time, frame);
    if (media.samples.length > 0) this.playout.push(turn, media.pts, this.vector.rate, media.samples);
  }

  /** @param {any} clip */
  loop({ name, fps, frames }) {
    const loop = [name, fps, frames.map((/** @type {number[]} */ f) => Float32Array.from([...f, 0, 0, 0]))];
    this.loops.push(loop);
    for (const { sampler } of [this, ...this.peers.values()]) sampler.setLoop(...loop);
  }

  /** One of the others, made where it is new. @param {number} number */
  peer(number) {
    const { core, vector, reception } = this;
    if (!this.peers.has(number)) {
      const peer = new core.LivePeer(number, vector.rate, reception.face);
      for (const loop of this.loops) peer.sampler.setLoop(...loop);
      this.mixer.voices.set(number, new core.PeerVoice(new core.LivePlayout(vector.device_rate, vector.rate)));
      this.peers.set(number, Object.assign(peer, { before: "idle -1", blocks: [] }));
    }
    return this.peers.get(number);
  }

  /** @param {number} at @param {any} segment */
  speech(at, { peer, pts, samples, level, face_pts, frames }) {
    const audio = new Uint8Array(this.voice(pts, samples, level).buffer);
    const media = this.peer(peer).take({ pts, audio, face_pts, face: packed(frames) }, 1000 * at);
    const { playout } = this.mixer.voices.get(peer);
    if (media?.samples.length > 0) playout.push(media.run, media.start, media.samples);
    if (media?.ended) playout.end(media.run);
  }

  /** @param {number} number */
  leave(number) {
    this.peers.delete(number);
    this.mixer.drop(number);
  }

  /** The block just pulled, as each peer's clock is told. @param {number} i @param {number} time */
  note(i, time) {
    for (const [number, peer] of this.peers) {
      const { anchor } = this.mixer.voices.get(number).playout;
      peer.clock.add({ time, ...anchor });
      const now = `${anchor.state} ${anchor.turn}`;
      if (peer.before !== now) peer.blocks.push([i, anchor.state, anchor.turn, anchor.pts]);
      peer.before = now;
    }
  }

  /** What is heard and shown of the peers that the vector wants. @param {number} at @param {number} ahead */
  company(at, ahead) {
    /** @type {Record<string, any>} */
    const seen = {};
    for (const number of this.vector.peers ?? []) {
      const peer = this.peers.get(number);
      const { turn, state, pts } = peer.listen(at + this.device.offset);
      const { frame, shown } = peer.face(1000 * at, ahead);
      const { playout } = this.mixer.voices.get(number);
      const held = [peer.clock.newest?.bufferedMs ?? 0, playout.target.ms];
      const weights = [...frame.subarray(0, this.vector.channels.length)];
      seen[number] = { blocks: peer.blocks.splice(0), heard: [turn, state, pts], shown, weights, held };
    }
    return seen;
  }

  /** @param {number} pts @param {number} samples @param {number} level */
  voice(pts, samples, level) {
    const { tone, rate } = this.vector;
    const first = Math.round((pts * rate) / 1e6);
    const wave = (/** @type {number} */ n) => Math.round(level * Math.sin((2 * Math.PI * tone * n) / rate));
    return Int16Array.from({ length: samples }, (_, i) => (tone ? wave(first + i) : level));
  }

  /** @param {number} at @param {number} turn @param {number} fadeMs */
  flush(at, turn, fadeMs) {
    this.reception.flush(turn);
    this.playout.flush(turn, fadeMs);
    this.sampler.flush(turn);
    return this.reports.flush(1000 * at, turn, this.listen(at));
  }

  /** @param {any} step */
  show({ at, device, pull, ahead }) {
    const blocks = [];
    const sound = [];
    for (const [i, size] of pull.entries()) {
      const out = new Float32Array(size);
      const anchor = this.playout.pull(out);
      const time = this.vector.first + this.pulled / this.vector.device_rate;
      this.clock.add({ time, ...anchor });
      this.mixer.mix(out);
      this.note(i, time);
      this.pulled += size;
      sound.push(...out);
      const { state, turn, pts } = anchor;
      if (this.before !== `${state} ${turn}`) blocks.push([i, state, turn, pts]);
      this.before = `${state} ${turn}`;
    }
    this.device.observe(at, device);
    const { turn, state, pts } = this.listen(at);
    const own = this.mirror.heard(1000 * at);
    const { frame, shown } = this.sampler.sample(1000 * at, own ?? this.heard, this.avatar, own ? 0 : ahead);
    const level = Math.sqrt(sound.reduce((sum, x) => sum + x * x, 0) / Math.max(1, sound.length));
    const weights = [...frame.subarray(0, this.vector.channels.length)];
    return { blocks, sound: level, heard: [turn, state, pts], shown, weights, peers: this.company(at, ahead) };
  }

  counts() {
    const { underruns, overrun } = this.playout;
    const { missing, dropped } = this.reception;
    if (!this.vector.peers) return { underruns, overrun, missing, dropped };
    return { underruns, overrun, missing, dropped, peers: Object.fromEntries(this.vector.peers.map((/** @type {number} */ n) => [n, this.losses(n)])) };
  }

  /** @param {number} number */
  losses(number) {
    const { underruns, ring } = this.mixer.voices.get(number)?.playout ?? {};
    return { underruns, missing: this.peers.get(number).reception.missing, concealed: ring?.concealed, skipped: ring?.skipped };
  }
}

/** @param {number[][]} frames */
const packed = (frames) => new Uint8Array(Float32Array.from(frames.flat()).buffer);

/** @param {any} a @param {any} b @param {number} tolerance @returns {boolean} */
function near(a, b, tolerance) {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((x, i) => near(x, b[i], tolerance));
  if (a !== null && typeof a === "object") {
    return Object.entries(a).every(([key, x]) => near(x, b?.[key], TOLERANCES[/** @type {"pts"} */ (key)] ?? tolerance));
  }
  return typeof a === "number" ? Math.abs(a - b) <= tolerance : a === b;
}

/** Every difference between a vector and what the core made of it. @param {any} core @param {any} vector */
export function run(core, vector) {
  const replay = new Replay(core, vector);
  const wrong = [];
  for (const step of vector.script) {
    const came = replay.perform(step);
    for (const [key, value] of Object.entries(step.want ?? {})) {
      const tolerance = TOLERANCES[/** @type {"pts"} */ (key)] ?? TOLERANCES.pts;
      if (!near(value, came[key], tolerance)) wrong.push(`at ${step.at}: ${key} ${JSON.stringify(came[key])}, wanted ${JSON.stringify(value)}`);
    }
  }
  const counts = replay.counts();
  for (const [key, value] of Object.entries(vector.counts)) {
    const got = counts[/** @type {"underruns"} */ (key)];
    if (!near(value, got, 0)) wrong.push(`${key} ${JSON.stringify(got)}, wanted ${JSON.stringify(value)}`);
  }
  return wrong;
}
