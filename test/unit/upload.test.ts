// A file on its way to the relay, as a sender sees it: what breaks off goes on where the relay says, and what is refused ends.

import { beforeEach, expect, test } from 'vitest';
import type { FileStanding } from '../../protocol/files.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { startUpload, type UploadRequest, type UploadState } from '../../protocol/upload.ts';
import { newId } from '../../relay/store/id.ts';

type Answer = { status: number; body: unknown } | undefined;

let asked: string[];
let told: UploadState[];
let permits: number;
let delays: number[];
let clock: number;
/** What each answer takes. */
let answerMs: number;
const chunk = 128 * 1024;
const form = { id: newId(), name: 'a', bytes: 2 * chunk + 5, type: '' };
const file = { id: form.id, name: 'a', bytes: form.bytes, type: 'text/plain' };

beforeEach(() => {
  [asked, told, permits, delays] = [[], [], 0, []];
  [clock, answerMs] = [0, 1000];
});

/** Answers in this order, and the last one for ever; settles when the upload has ended. */
function run(answers: (Answer | ((request: UploadRequest) => Answer))[], of = form) {
  let stop = () => {};
  const over = new Promise<UploadState>((resolve) => {
    stop = startUpload(
      of,
      {
        ask(request) {
          const { method, path, piece } = request;
          asked.push(`${method} ${path.replace(form.id, 'id')}${piece ? ` ${piece.from}-${piece.to}` : ''}`);
          const answer = answers.length > 1 ? answers.shift() : answers[0];
          clock += answerMs;
          return Promise.resolve(typeof answer === 'function' ? answer(request) : answer);
        },
        now: () => clock,
        permit: () => Promise.resolve(void permits++),
        after(delayMs, task) {
          delays.push(delayMs);
          const timer = setTimeout(task, 0);
          return () => clearTimeout(timer);
        },
      },
      (state) => {
        told.push(state);
        if (state.kind === 'ready' || state.kind === 'refused') resolve(state);
      },
    );
  });
  return { over, stop: () => stop() };
}
const ok = (body: Partial<FileStanding>, status = 200): Answer => ({ status, body });
const arriving = (at: number, status = 200) => ok({ state: 'arriving', at }, status);
test('in pieces, each from where the relay says that it stands; looked at, and ready', async () => {
  const { over } = run([
    arriving(0),
    arriving(chunk),
    // Half of the second came: the link broke, and the relay knows how much.
    undefined,
    arriving(chunk + 7),
    ok({ state: 'arriving', at: chunk + 9 }, 409),
    ok({ state: 'scanning', at: form.bytes }),
    ok({ state: 'ready', at: form.bytes, file }),
  ]);
  expect(await over).toEqual({ kind: 'ready', file });
  expect(asked).toEqual([
    'POST ',
    `PATCH id?at=0 0-${chunk}`,
    `PATCH id?at=${chunk} ${chunk}-${2 * chunk}`,
    'POST ',
    `PATCH id?at=${chunk + 7} ${chunk + 7}-${chunk + 7 + chunk / 2}`,
    // What broke off is sent in shorter ones.
    `PATCH id?at=${chunk + 9} ${chunk + 9}-${chunk + 9 + chunk / 2}`,
    'POST ',
  ]);
  expect(told.map(({ kind }) => kind)).toEqual(['sending', 'sending', 'sending', 'sending', 'checking', 'ready']);
});

test('a pass that is over is asked for anew; a relay that can’t, or something else that answers, is asked later and later', async () => {
  const { over } = run([
    ok({}, 401),
    arriving(0),
    ok({}, 503),
    ok({}, 503),
    { status: 200, body: '<html>a proxy’s page</html>' },
    ok({}, 429),
    ok({ state: 'ready', at: form.bytes, file }),
  ]);
  expect((await over).kind).toBe('ready');
  expect(permits).toBe(1);
  expect(delays).toEqual([...delays].sort((a, b) => a - b));
  expect(new Set(delays).size).toBe(delays.length);
});

test('what the relay refuses ends it, and says why; so does whoever cancels, and then the relay hears of it', async () => {
  expect(await run([ok({ state: 'refused', at: 0, why: 'infected' })]).over).toEqual({
    kind: 'refused',
    why: 'infected',
  });
  expect(await run([arriving(0), ok({}, 413)]).over).toEqual({ kind: 'refused', why: 'too-large' });
  asked = [];
  told = [];
  const { stop } = run([arriving(0), () => (stop(), undefined)]);
  await expect.poll(() => asked).toEqual(['POST ', `PATCH id?at=0 0-${chunk}`, 'DELETE id']);
  stop();
  expect(told.map(({ kind }) => kind)).toEqual(['sending']);
});

test('pieces are as long as the line takes in about a second, and never longer than the relay takes', async () => {
  const sizes: number[] = [];
  const piece = ({ piece: { from, to } = { from: 0, to: 0 } }: UploadRequest) => {
    sizes.push((to - from) / 1024);
    return arriving(0);
  };
  answerMs = 100;
  const quick = () => Array.from({ length: 6 }, () => piece);
  const { over } = run(
    [
      arriving(0),
      ...quick(),
      (request) => ((answerMs = 5000), piece(request)),
      ...quick(),
      ok({ state: 'ready', at: form.bytes, file }),
    ],
    { ...form, bytes: LIMITS.maxFileBytes },
  );
  await over;
  expect(sizes).toEqual([256, 512, 1024, 1024, 1024, 1024, 1024, 1024, 512, 256, 128, 64, 32]);
  expect(1024 * 1024).toBe(LIMITS.fileChunkBytes);
});
