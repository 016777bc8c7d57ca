// Assets on their way to the relay: hashed, offered in batches, uploaded when wanted. What was offered is remembered
// for this page load, since another room, or a relay that has restarted, needs to hear of all of it again.

import { LIMITS } from '../../protocol/limits.ts';
import type { FromVisitor } from '../../protocol/messages.ts';
import { sha256 } from './sha256.ts';

const UPLOADS_AT_ONCE = 2;
const UPLOAD_TRIES = 3;
const UPLOAD_RETRY_MS = 2000;
/** Well under the relay's limit of messages per second. */
const BATCH_EVERY_MS = 200;
/** A batch of long addresses must still fit one message. */
const MAX_BATCH_CHARS = LIMITS.maxTextBytes / 2;

type Entry = { url: string; hash?: string; bytes?: number };
type Upload = { hash: string; tries: number };
type Send = (message: FromVisitor) => void;

export type Offers = {
  add(url: string, blob: Blob | undefined): void;
  want(hashes: readonly string[]): void;
  /** The relay can be told now; what waited is sent. undefined: hold everything back, and end what is under way. */
  flow(send: Send | undefined): void;
  /** Somebody who has heard of nothing listens now. */
  afresh(): void;
  close(): void;
};

export function createOffers(options: {
  /** Rejects when it failed, or was ended on the way. */
  upload: (hash: string, blob: Blob, ending: AbortSignal) => Promise<void>;
  after: (ms: number, task: () => void) => () => void;
}): Offers {
  const { upload, after } = options;
  const known = new Map<string, Entry>();
  const blobs = new Map<string, Blob>();
  let unsaid: Entry[] = [];
  let send: Send | undefined;
  let cancelBatch: (() => void) | undefined;
  let hashing = Promise.resolve();
  let ending = new AbortController();
  const toUpload: Upload[] = [];
  const uploading = new Set<Upload>();

  const say = () => {
    cancelBatch = undefined;
    uploadMore();
    if (unsaid.length === 0) return;
    const list: Entry[] = [];
    let chars = 0;
    for (const entry of unsaid) {
      chars += entry.url.length + 120;
      if (list.length >= LIMITS.maxAssetsPerMessage || (list.length > 0 && chars > MAX_BATCH_CHARS)) break;
      list.push(entry);
    }
    unsaid = unsaid.slice(list.length);
    send?.({ t: 'assets', list });
    schedule();
  };
  const schedule = () => {
    if (send) cancelBatch ??= after(BATCH_EVERY_MS, say);
  };

  const uploadMore = () => {
    while (send && uploading.size < UPLOADS_AT_ONCE) {
      const next = toUpload.shift();
      if (!next) return;
      const blob = blobs.get(next.hash);
      if (!blob) continue;
      uploading.add(next);
      const { signal } = ending;
      void upload(next.hash, blob, signal)
        .catch(() => {
          // Ended by us: the first to go on.
          if (signal.aborted) toUpload.unshift(next);
          else if (next.tries < UPLOAD_TRIES)
            after(UPLOAD_RETRY_MS * next.tries, () => again(next.hash, next.tries + 1));
        })
        .then(() => {
          uploading.delete(next);
          uploadMore();
        });
    }
  };
  const again = (hash: string, tries: number) => {
    // Asked for by a second tab, or after a reconnect: the relay would refuse the second copy.
    if ([...toUpload, ...uploading].some((waiting) => waiting.hash === hash)) return;
    toUpload.push({ hash, tries });
    uploadMore();
  };

  const hash = async (url: string, blob: Blob): Promise<Entry> => {
    try {
      const found = await sha256(new Uint8Array(await blob.arrayBuffer()));
      if (!found) return { url };
      blobs.set(found, blob);
      return { url, hash: found, bytes: blob.size };
    } catch {
      // The bytes are gone (a revoked blob:): the relay may try by itself.
      return { url };
    }
  };

  const flow: Offers['flow'] = (to) => {
    send = to;
    if (to) return schedule();
    cancelBatch?.();
    cancelBatch = undefined;
    ending.abort();
    ending = new AbortController();
  };

  return {
    add(url, blob) {
      if (known.has(url)) return;
      known.set(url, { url });
      hashing = hashing.then(async () => {
        const entry = blob ? await hash(url, blob) : { url };
        known.set(url, entry);
        unsaid.push(entry);
        schedule();
      });
    },
    want(hashes) {
      for (const wanted of hashes) if (blobs.has(wanted)) again(wanted, 1);
    },
    flow,
    afresh() {
      // What another room, or the relay of before, asked for.
      toUpload.length = 0;
      const waiting = new Set(unsaid);
      for (const entry of known.values()) if (entry.hash || !waiting.has(entry)) waiting.add(entry);
      unsaid = [...waiting];
      schedule();
    },
    close() {
      flow(undefined);
      blobs.clear();
    },
  };
}
