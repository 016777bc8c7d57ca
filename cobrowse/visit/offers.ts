// Assets on their way to the relay: hashed, offered in batches, uploaded when wanted. What was offered is remembered
// for this page load: the relay takes nothing while the visit is paused or the link is down, and another room, or a
// relay that has restarted, knows of nothing. So whenever it listens again, it is offered all of it again; it asks for
// what it lacks.
//
// Texts of style sheets are waited for: nothing is shown before them. They are offered first and without delay, uploaded
// first, and if one can't be uploaded, whoever takes the picture is told, to put them into it.

import { LIMITS } from '../../protocol/limits.ts';
import type { FromVisitor } from '../../protocol/messages.ts';
import { isSheetName } from '../../protocol/sheet-reference.ts';
import { sha256 } from './sha256.ts';

const UPLOADS_AT_ONCE = 2;
/** A relay that is busy for longer gets it when it next listens anew. */
const UPLOAD_TRIES = 8;
/** Doubled each time: eight tries are four minutes. */
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
  /** The relay listens from now on: it is offered everything afresh, unless it listened before. undefined: hold
   * everything back, and end what is under way. */
  flow(send: Send | undefined): void;
  close(): void;
};

export function createOffers(options: {
  /** Rejects when it failed, or was ended on the way. */
  upload: (hash: string, blob: Blob, ending: AbortSignal) => Promise<void>;
  after: (ms: number, task: () => void) => () => void;
  /** The text of a style sheet that the relay has asked for does not get there. */
  sheetLost: () => void;
}): Offers {
  const { upload, after, sheetLost } = options;
  const known = new Set<string>();
  const blobs = new Map<string, Blob>();
  /** In the order in which they are offered; so many have been. */
  const entries: Entry[] = [];
  let offered = 0;
  let send: Send | undefined;
  let cancelBatch: (() => void) | undefined;
  let hashing = Promise.resolve();
  let sheetsToHash = 0;
  /** Something was offered less than a batch's time ago. */
  let isResting = false;
  const sheetHashes = new Set<string>();
  let ending = new AbortController();
  let toUpload: Upload[] = [];
  const uploading = new Set<Upload>();

  const offer = () => {
    cancelBatch = undefined;
    isResting = false;
    const list: Entry[] = [];
    let chars = 0;
    for (const entry of entries.slice(offered, offered + LIMITS.maxAssetsPerMessage)) {
      chars += entry.url.length + 120;
      if (list.length > 0 && chars > MAX_BATCH_CHARS) break;
      list.push(entry);
    }
    if (list.length === 0) return;
    offered += list.length;
    send?.({ t: 'assets', list });
    isResting = true;
    schedule();
  };
  const schedule = () => {
    if (send) cancelBatch ??= after(BATCH_EVERY_MS, offer);
  };
  /** All that a picture names are hashed before the first of them is offered. */
  const hurry = () => {
    if (sheetsToHash > 0 || !send) return;
    if (isResting) return schedule();
    cancelBatch?.();
    offer();
  };

  const uploadMore = () => {
    while (send && uploading.size < UPLOADS_AT_ONCE) {
      const next = toUpload.shift();
      const blob = next && blobs.get(next.hash);
      if (!next || !blob) return;
      uploading.add(next);
      const { signal } = ending;
      void upload(next.hash, blob, signal)
        .catch(() => {
          if (sheetHashes.has(next.hash) && !signal.aborted) sheetLost();
          if (next.tries < UPLOAD_TRIES)
            after(UPLOAD_RETRY_MS * 2 ** (next.tries - 1), () => {
              // Ended by us: what is wanted when the relay listens again, it says then.
              if (!signal.aborted) again(next.hash, next.tries + 1);
            });
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
    if (sheetHashes.has(hash)) toUpload.unshift({ hash, tries });
    else toUpload.push({ hash, tries });
    uploadMore();
  };

  const hash = async (url: string, blob: Blob): Promise<Entry> => {
    try {
      const found = await sha256(new Uint8Array(await blob.arrayBuffer()));
      if (found) {
        blobs.set(found, blob);
        return { url, hash: found, bytes: blob.size };
      }
    } catch {
      // The bytes are gone.
    }
    // The relay may try by itself.
    return { url };
  };

  const flow: Offers['flow'] = (to) => {
    if (to && send) return;
    send = to;
    offered = 0;
    toUpload = [];
    uploading.clear();
    cancelBatch?.();
    cancelBatch = undefined;
    isResting = false;
    ending.abort();
    ending = new AbortController();
    schedule();
  };

  return {
    add(url, blob) {
      if (known.has(url)) return;
      known.add(url);
      const isSheet = isSheetName(url);
      if (isSheet) sheetsToHash++;
      hashing = hashing.then(async () => {
        const entry = blob ? await hash(url, blob) : { url };
        if (isSheet && entry.hash) sheetHashes.add(entry.hash);
        if (isSheet) entries.splice(offered, 0, entry);
        else entries.push(entry);
        if (isSheet) sheetsToHash--;
        if (isSheet) hurry();
        else schedule();
      });
    },
    want(hashes) {
      for (const wanted of hashes) if (blobs.has(wanted)) again(wanted, 1);
    },
    flow,
    close() {
      flow(undefined);
      blobs.clear();
    },
  };
}
