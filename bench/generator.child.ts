// Load for the bench `relay`: visitors who send frames and viewers who count them, all in this one process, so that the
// server has one core and its peers the other. Does the same to each of the three servers; only the way into a room
// differs (enterTandem, enterPlain).
//
// Every viewer checks every frame: the visitor's ordinals must come without a hole, and from our relay its sequence too.
// Whatever is wrong fails the trial: no figure.
//
// Easy to get wrong: the number of frames in flight is bounded per room, or the servers would drop (the relay spares
// slow viewers); and the relay takes at most `visitorFramesPerSec` from one page, so a trial that comes near it holds
// back and says so: it has measured the limit.

import { KIND, HEADER_BYTES } from '../protocol/codec.ts';
import { LIMITS } from '../protocol/limits.ts';
import { linkPath } from '../protocol/version.ts';
import { answer, mainThreadSec, sleep } from './processes.ts';
import { connectRaw, MASK, maskedBinary, maskedHeadBytes, type RawPeer } from './raw-peer.ts';
import { quantile } from './report.ts';

export type Target =
  | { kind: 'tandem'; url: string; pid: number; cookie: string; origin: string; site: string }
  | { kind: 'plain'; url: string; pid: number };

export type GeneratorQuestion =
  | { do: 'enter'; name: string; target: Target; rooms: number; viewers: number; framesPerPage: number }
  | ({ do: 'throughput' } & TrialSize)
  | ({ do: 'latency'; framesPerSec: number } & TrialSize)
  | { do: 'leave'; name: string };

/** Counted in frames and not in time, so that a busy machine makes a trial longer and not smaller. */
type TrialSize = { name: string; frameBytes: number; burst: number; warmFrames: number; measureFrames: number };

export type GeneratorAnswer = {
  /** Frames that reached a viewer, each viewer counted, in a second by the clock. */
  deliveredPerSec: number;
  /** The same in a second that the server's main thread had a processor. */
  deliveredPerCoreSec: number;
  /** Frames that the visitors sent, in the same two measures. */
  framesPerSec: number;
  framesPerCoreSec: number;
  /** Part of a processor that each main thread had. */
  serverCores: number;
  generatorCores: number;
  /** The limit of frames from one page held the generator back: no figure. */
  heldBack: boolean;
  /** Milliseconds from the visitor's write to the viewer's read; only of a latency trial. */
  p50Ms: number;
  p99Ms: number;
};

type Room = {
  readonly number: number;
  visitor: RawPeer;
  viewers: RawPeer[];
  /** Frames since the room began; also the visitor's last ordinal. */
  sent: number;
  /** Frames that came to viewers, all viewers together. */
  delivered: number;
  snapshotDue: boolean;
  /** Frames that may be sent without meeting the relay's limit. */
  allowance: number;
  allowedAt: number;
  ring: Ring;
};

/** Frames of one room, masked and framed, used in turn. A place is free again when every viewer has its frame. */
type Ring = { bytes: Buffer; places: number; frameBytes: number; wireBytes: number };

type Place = { target: Target; rooms: Room[]; viewers: number };

type Trial =
  | { kind: 'off' }
  /** `rooms`: of the one server that is being asked. Viewers of the others hear of something now and then, too. */
  | { kind: 'throughput'; rooms: ReadonlySet<Room>; burst: number; windowFrames: number }
  | { kind: 'latency'; burst: number; samples: number[] | undefined };

const KIND_AT = 0;
const SEQUENCE_AT = 8;
const ORDINAL_AT = 12;
const STAMP_AT = HEADER_BYTES;

/** Beneath the relay's own numbers, so that a clock's tick more or less does not close a page for flooding. */
const ALLOWANCE_BURST = LIMITS.visitorFramesBurst * 0.95;
const ALLOWANCE_PER_SEC = LIMITS.visitorFramesPerSec * 0.95;
/** All rooms' rings in a latency trial: enough to ride out a pause of some 50 ms of either process. */
const LATENCY_RING_BYTES = 128 * 1024 * 1024;
/** Far longer than a trial takes on any machine that is of use. */
const TRIAL_MS = 60_000;
/** A trial leaves a few megabytes in flight at most. */
const DRAIN_MS = 20_000;

const places = new Map<string, Place>();
/** A page is left for the next after so many frames. The rooms do it in turn, not all at once. */
let framesPerPage = 1;
let trial: Trial = { kind: 'off' };
let failure: string | undefined;
let heldBack = false;

function fail(what: string): void {
  failure ??= what;
}

// ——— entering ———

/** What a viewer does with every frame. */
function viewerEvents(room: Room, isTandem: boolean, text: (text: string) => void) {
  let ordinal = 0;
  let sequence = 0;
  return {
    text,
    binary(buffer: Buffer, at: number, bytes: number) {
      ordinal += 1;
      sequence += 1;
      if (buffer.readUInt32LE(at + ORDINAL_AT) !== ordinal) fail(`a viewer missed frame ${ordinal}`);
      if (isTandem && buffer.readUInt32LE(at + SEQUENCE_AT) !== sequence) fail(`a hole in the sequence at ${sequence}`);
      if (bytes !== room.ring.frameBytes) fail(`a frame of ${bytes} bytes, sent were ${room.ring.frameBytes}`);
      room.delivered += 1;
      if (trial.kind === 'latency' && trial.samples)
        trial.samples.push(performance.now() - buffer.readDoubleLE(at + STAMP_AT));
    },
    read() {
      if (trial.kind === 'throughput' && trial.rooms.has(room)) pump(room, trial);
    },
    closed: (code: number | undefined) => fail(`a viewer was closed with ${code}`),
  };
}

function emptyRoom(number: number): Room {
  const peer: RawPeer = { text() {}, raw() {}, close() {} };
  const ring = ringOf(HEADER_BYTES + 8, 1);
  return {
    number,
    visitor: peer,
    viewers: [],
    sent: 0,
    delivered: 0,
    snapshotDue: true,
    allowance: ALLOWANCE_BURST,
    allowedAt: performance.now(),
    ring,
  };
}

async function enterPlain(target: Target & { kind: 'plain' }, number: number, viewers: number): Promise<Room> {
  const room = emptyRoom(number);
  const ignore = { text() {}, binary() {}, read() {}, closed: () => fail('a visitor was closed') };
  room.visitor = await connectRaw({ url: `${target.url}/room/${number}/visitor`, events: ignore });
  for (let index = 0; index < viewers; index++) {
    const events = viewerEvents(room, false, () => {});
    room.viewers.push(await connectRaw({ url: `${target.url}/room/${number}/viewer`, events }));
  }
  return room;
}

/** A visitor shows the page, operators watch it, the page sends its picture: as the widget and the console do. */
async function enterTandem(target: Target & { kind: 'tandem' }, number: number, viewers: number): Promise<Room> {
  const room = emptyRoom(number);
  const heard = (peer: { wake: () => void }) => new Promise<void>((resolve) => (peer.wake = resolve));
  const shown = { wake() {} };
  const capturing = { wake() {} };
  const isShown = heard(shown);
  const isCapturing = heard(capturing);
  let id = '';
  room.visitor = await connectRaw({
    url: `${target.url}${linkPath('visitor')}`,
    headers: { origin: target.origin, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36' },
    events: {
      text(text) {
        // What the relay sends is what protocol/messages.ts says; the tests check that, not the bench.
        const message = JSON.parse(text) as { t: string; visit?: { room: string; capture: boolean } };
        if (message.t === 'welcome') room.visitor.text('{"t":"show"}');
        if (message.t === 'snapshot') room.snapshotDue = true;
        if (message.t !== 'visit' || !message.visit) return;
        id = message.visit.room;
        shown.wake();
        if (message.visit.capture) capturing.wake();
      },
      binary() {},
      read() {},
      closed: (code) => fail(`a visitor was closed with ${code}`),
    },
  });
  const page = {
    url: `${target.origin}/${number}`,
    title: `Page ${number}`,
    visible: true,
    viewport: { width: 1280, height: 720 },
  };
  room.visitor.text(JSON.stringify({ t: 'hello', site: target.site, tab: `tab-${number}`, lang: 'en', page }));
  await isShown;
  for (let index = 0; index < viewers; index++) {
    const live = { wake() {} };
    const isLive = heard(live);
    const events = viewerEvents(room, true, (text) => {
      if (text.startsWith('{"t":"history"')) live.wake();
    });
    const viewer = await connectRaw({
      url: `${target.url}${linkPath('operator')}`,
      bundles: true,
      headers: { origin: target.url.replace(/^ws/, 'http'), cookie: target.cookie },
      events,
    });
    viewer.text(JSON.stringify({ t: 'watch', room: id }));
    room.viewers.push(viewer);
    await isLive;
  }
  await isCapturing;
  return room;
}

async function enter(question: GeneratorQuestion & { do: 'enter' }): Promise<void> {
  const { target, viewers } = question;
  framesPerPage = question.framesPerPage;
  const rooms: Room[] = [];
  // Some at a time: the relay looks every operator's cookie up.
  for (let number = 0; number < question.rooms; number += 8) {
    const some = Array.from({ length: Math.min(8, question.rooms - number) }, (_, index) => number + index);
    rooms.push(
      ...(await Promise.all(
        some.map((each) =>
          target.kind === 'tandem' ? enterTandem(target, each, viewers) : enterPlain(target, each, viewers),
        ),
      )),
    );
  }
  const place = { target, rooms, viewers };
  places.set(question.name, place);
  // The first picture: from now on the relay has something to keep a history after.
  for (const room of rooms) sendBurst(room, 1, 0);
  await drained(place);
}

// ——— sending ———

function ringOf(frameBytes: number, ringPlaces: number): Ring {
  const payload = new Uint8Array(frameBytes).fill(0x20);
  payload[KIND_AT] = KIND.Change;
  payload[1] = 0;
  const frame = maskedBinary(payload);
  const bytes = Buffer.alloc(frame.length * ringPlaces);
  for (let index = 0; index < ringPlaces; index++) bytes.set(frame, index * frame.length);
  return { bytes, places: ringPlaces, frameBytes, wireBytes: frame.length };
}

const stampBytes = Buffer.alloc(8);

/** `burst` divides the ring, so that the frames lie together and are written in one go. */
function sendBurst(room: Room, burst: number, stamp: number): void {
  const { ring } = room;
  const first = (room.sent % ring.places) * ring.wireBytes;
  if (stamp > 0) stampBytes.writeDoubleLE(stamp, 0);
  for (let index = 0; index < burst; index++) {
    const at = first + index * ring.wireBytes + maskedHeadBytes(ring.frameBytes);
    room.sent += 1;
    const ordinal = room.sent;
    const isSnapshot = room.snapshotDue || ordinal % framesPerPage === room.number % framesPerPage;
    ring.bytes[at + KIND_AT] = (isSnapshot ? KIND.Snapshot : KIND.Change) ^ MASK[0];
    room.snapshotDue = false;
    ring.bytes[at + ORDINAL_AT] = (ordinal & 255) ^ MASK[0];
    ring.bytes[at + ORDINAL_AT + 1] = ((ordinal >>> 8) & 255) ^ MASK[1];
    ring.bytes[at + ORDINAL_AT + 2] = ((ordinal >>> 16) & 255) ^ MASK[2];
    ring.bytes[at + ORDINAL_AT + 3] = (ordinal >>> 24) ^ MASK[3];
    if (stamp > 0)
      for (let byte = 0; byte < 8; byte++)
        ring.bytes[at + STAMP_AT + byte] = (stampBytes[byte] ?? 0) ^ (MASK[byte & 3] ?? 0);
  }
  room.visitor.raw(ring.bytes.subarray(first, first + burst * ring.wireBytes));
}

/** Waits until every page may send its part of this many frames without coming near the limit. */
async function rested(place: Place, frames: number): Promise<void> {
  // Some pages send more than others.
  const needed = Math.min(0.99 * ALLOWANCE_BURST, (1.3 * frames) / place.rooms.length);
  while (place.rooms.some((room) => allowanceOf(room) < needed)) await sleep(10);
}

function allowanceOf(room: Room): number {
  const now = performance.now();
  room.allowance = Math.min(ALLOWANCE_BURST, room.allowance + ((now - room.allowedAt) / 1000) * ALLOWANCE_PER_SEC);
  room.allowedAt = now;
  return room.allowance;
}

function mayTake(room: Room, frames: number): boolean {
  if (allowanceOf(room) < frames) {
    heldBack = true;
    return false;
  }
  room.allowance -= frames;
  return true;
}

function waitingIn(room: Room): number {
  return room.sent * room.viewers.length - room.delivered;
}

/** Bursts, as long as the window takes another one. */
function pump(room: Room, { burst, windowFrames }: Trial & { kind: 'throughput' }): void {
  const most = (windowFrames - burst) * room.viewers.length;
  while (waitingIn(room) <= most && failure === undefined && mayTake(room, burst)) sendBurst(room, burst, 0);
}

async function drained(place: Place): Promise<void> {
  const until = performance.now() + DRAIN_MS;
  while (place.rooms.some((room) => waitingIn(room) > 0) && failure === undefined) {
    if (performance.now() > until) {
      const waiting = place.rooms.reduce((sum, room) => sum + waitingIn(room), 0);
      fail(`${waiting} frames did not arrive from ${place.target.url} within ${DRAIN_MS} ms`);
    }
    await sleep(5);
  }
  if (failure !== undefined) throw new Error(failure);
}

function placeOf(name: string): Place {
  const place = places.get(name);
  if (!place) throw new Error(`not in ${name}`);
  return place;
}

function sentIn(place: Place): number {
  return place.rooms.reduce((sum, room) => sum + room.sent, 0);
}

/** What the counters said at one moment. */
function reading(place: Place) {
  return {
    at: performance.now(),
    sent: sentIn(place),
    delivered: place.rooms.reduce((sum, room) => sum + room.delivered, 0),
    serverSec: mainThreadSec(place.target.pid),
    generatorSec: mainThreadSec(process.pid),
  };
}

function between(a: ReturnType<typeof reading>, b: ReturnType<typeof reading>): GeneratorAnswer {
  const seconds = (b.at - a.at) / 1000;
  const serverSec = b.serverSec - a.serverSec;
  return {
    deliveredPerSec: (b.delivered - a.delivered) / seconds,
    deliveredPerCoreSec: (b.delivered - a.delivered) / serverSec,
    framesPerSec: (b.sent - a.sent) / seconds,
    framesPerCoreSec: (b.sent - a.sent) / serverSec,
    serverCores: serverSec / seconds,
    generatorCores: (b.generatorSec - a.generatorSec) / seconds,
    heldBack,
    p50Ms: 0,
    p99Ms: 0,
  };
}

/** Until the place's visitors have sent `frames` more. */
async function sentMore(place: Place, frames: number): Promise<void> {
  const goal = sentIn(place) + frames;
  const until = performance.now() + TRIAL_MS;
  while (sentIn(place) < goal) {
    if (failure !== undefined) throw new Error(failure);
    if (performance.now() > until) throw new Error(`${frames} frames took more than ${TRIAL_MS} ms`);
    await sleep(2);
  }
}

async function throughput(question: GeneratorQuestion & { do: 'throughput' }): Promise<GeneratorAnswer> {
  const { burst } = question;
  const place = placeOf(question.name);
  // Two bursts: while the viewers read one, the server works at the other.
  const windowFrames = 2 * burst;
  for (const room of place.rooms) {
    room.ring = ringOf(question.frameBytes, windowFrames);
    alignTo(room, burst);
  }
  await drained(place);
  await rested(place, question.warmFrames + question.measureFrames);
  heldBack = false;
  const running = { kind: 'throughput', rooms: new Set(place.rooms), burst, windowFrames } as const;
  trial = running;
  for (const room of place.rooms) pump(room, running);
  await sentMore(place, question.warmFrames);
  const before = reading(place);
  await sentMore(place, question.measureFrames);
  const after = reading(place);
  trial = { kind: 'off' };
  await drained(place);
  return between(before, after);
}

async function latency(question: GeneratorQuestion & { do: 'latency' }): Promise<GeneratorAnswer> {
  const { burst } = question;
  const place = placeOf(question.name);
  const wireBytes = question.frameBytes + maskedHeadBytes(question.frameBytes);
  const bursts = Math.max(4, Math.min(64, Math.floor(LATENCY_RING_BYTES / place.rooms.length / wireBytes / burst)));
  for (const room of place.rooms) {
    room.ring = ringOf(question.frameBytes, bursts * burst);
    alignTo(room, burst);
  }
  await drained(place);
  await rested(place, question.warmFrames + question.measureFrames);
  heldBack = false;
  const running: Trial & { kind: 'latency' } = { kind: 'latency', burst, samples: undefined };
  trial = running;
  const burstsPerMs = question.framesPerSec / burst / 1000;
  const most = (bursts - 1) * burst * place.viewers;
  const began = performance.now();
  let sentBursts = 0;
  let stopped = false;
  const send = () => {
    if (stopped || failure !== undefined) return;
    // By the clock and not by what has arrived, and stamped with the time it was due: a server that stalls must be seen
    // to be late with everything that it held up.
    const due = Math.floor((performance.now() - began) * burstsPerMs);
    while (sentBursts < due) {
      const room = place.rooms[sentBursts % place.rooms.length];
      if (!room || waitingIn(room) > most || !mayTake(room, burst)) break;
      sendBurst(room, burst, began + sentBursts / burstsPerMs);
      sentBursts += 1;
    }
    setImmediate(send);
  };
  try {
    send();
    await sentMore(place, question.warmFrames);
    const before = reading(place);
    const samples: number[] = [];
    running.samples = samples;
    await sentMore(place, question.measureFrames);
    const after = reading(place);
    running.samples = undefined;
    stopped = true;
    await drained(place);
    return { ...between(before, after), p50Ms: quantile(samples, 0.5), p99Ms: quantile(samples, 0.99) };
  } finally {
    stopped = true;
    trial = { kind: 'off' };
  }
}

/** Sends single frames until the next place in the ring begins a burst. */
function alignTo(room: Room, burst: number): void {
  while (room.sent % burst !== 0) sendBurst(room, 1, 0);
}

const NOTHING: GeneratorAnswer = {
  deliveredPerSec: 0,
  deliveredPerCoreSec: 0,
  framesPerSec: 0,
  framesPerCoreSec: 0,
  serverCores: 0,
  generatorCores: 0,
  heldBack: false,
  p50Ms: 0,
  p99Ms: 0,
};

answer<GeneratorQuestion, GeneratorAnswer>(async (question) => {
  switch (question.do) {
    case 'enter':
      await enter(question);
      return NOTHING;
    case 'throughput':
      return throughput(question);
    case 'latency':
      return latency(question);
    case 'leave': {
      const { rooms } = placeOf(question.name);
      places.delete(question.name);
      for (const { visitor, viewers } of rooms) for (const peer of [visitor, ...viewers]) peer.close();
      await sleep(100);
      failure = undefined;
      return NOTHING;
    }
  }
});
