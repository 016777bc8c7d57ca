// Files of the conversation on their way: those that the visitor has chosen go to the relay, those that were said come from
// it. Both over HTTP, with a pass that the relay gives over the link, for some minutes and for this page's origin.
//
// Easy to get wrong: another tab of this site may send the same file. The relay says how much is there, so that does no harm.

import type { Attached } from '../protocol/dialog.ts';
import type { FileRefusal } from '../protocol/files.ts';
import { startUpload, type UploadRequest } from '../protocol/upload.ts';
import type { ChatDoor } from './chat-door.ts';
import type { Waiting } from './chat-outbox.ts';

export type ChatFiles = {
  /** Sends what waits, and no more what does not. */
  keep(waiting: readonly Waiting[]): void;
  /** Of a file on its way, from 0 to 1; undefined: it is not. */
  shareOf(file: string): number | undefined;
  /** As the relay has given it. */
  passed(pass: string): void;
  online(isOnline: boolean): void;
  /** Throws when it can't be had. */
  fetched(file: string, what: 'preview' | 'content'): Promise<Blob>;
  /** Puts it where the browser puts what is downloaded. */
  save(file: Attached): void;
};

/** Of those on their way at once: one large one does not hold up a small one. */
const AT_ONCE = 2;

export function createChatFiles(
  door: ChatDoor,
  acts: {
    askPass(): void;
    is(file: string, now: { isReady: true } | { why: FileRefusal }): void;
    /** One has gone on. */
    moved(): void;
    /** Could not be had. */
    failed(): void;
  },
): ChatFiles {
  const { make, mark, handover, surface } = door;
  const { host, script, clean } = handover;
  const relay = script.src.replace(/\/widget\/.*/, '');
  const running = new Map<string, { share: number; cancel(): void }>();
  let isOnline = false;
  let pass = '';
  const waiters: (() => void)[] = [];
  let kept: readonly Waiting[] = [];

  /** Settles when there is a new one. */
  const permit = () =>
    new Promise<void>((resolve) => {
      if (waiters.push(resolve) === 1 && isOnline) acts.askPass();
    });
  const request = (path: string, init: RequestInit = {}) =>
    clean().fetch(`${relay}/file/${path}`, {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${pass}` },
      credentials: 'omit',
    });
  /** Once more with a new pass, where that is what was missing. */
  const asked = async (path: string, init?: RequestInit) => {
    if (!pass) await permit();
    let answer = await request(path, init);
    if (answer.status === 401 || answer.status === 404) {
      await permit();
      answer = await request(path, init);
    }
    if (!answer.ok) throw new Error(path);
    return answer;
  };

  const start = ({ id, name, bytes, type, blob }: NonNullable<Waiting['files']>[number]) => {
    const ask = async ({ method, path, form, piece }: UploadRequest) => {
      try {
        if (!pass) await permit();
        const answer = await request(path, {
          method,
          ...(form && { headers: { 'content-type': 'application/json' }, body: clean().JSON.stringify(form) }),
          ...(piece && { body: blob.slice(piece.from, piece.to) }),
        });
        return { status: answer.status, body: (await answer.json()) as unknown };
      } catch {
        return undefined;
      }
    };
    const one = { share: 0, cancel: () => {} };
    running.set(id, one);
    one.cancel = startUpload({ id, name, bytes, type }, { ask, permit, after: host.after, now: Date.now }, (state) => {
      if (state.kind === 'sending') {
        one.share = state.bytes / bytes;
        return acts.moved();
      }
      if (state.kind === 'checking') return;
      running.delete(id);
      acts.is(id, state.kind === 'ready' ? { isReady: true } : { why: state.why });
      next();
    });
  };

  const next = () => {
    for (const file of kept.flatMap(({ files = [] }) => files))
      if (running.size < AT_ONCE && isOnline && !file.isReady && !file.why && !running.has(file.id)) start(file);
  };

  return {
    keep(waiting) {
      kept = waiting;
      const here = new Set(waiting.flatMap(({ files = [] }) => files.map(({ id }) => id)));
      for (const [id, { cancel }] of running)
        if (!here.has(id)) {
          running.delete(id);
          cancel();
        }
      next();
    },
    shareOf: (file) => running.get(file)?.share,
    passed(given) {
      pass = given;
      for (const resolve of waiters.splice(0)) resolve();
    },
    online(now) {
      isOnline = now;
      if (now && waiters.length > 0) acts.askPass();
      next();
    },
    fetched: async (file, what) => (await asked(`${file}/${what}`)).blob(),
    save({ id, name }) {
      asked(`${id}/link`, { method: 'POST', body: '{}' })
        .then((answer) => answer.json())
        .then(({ path }: { path: string }) => {
          const link = mark(make('a', ''), { href: relay + path, download: name });
          link.hidden = true;
          surface.root.append(link);
          link.click();
          link.remove();
        })
        .catch(acts.failed);
    },
  };
}
