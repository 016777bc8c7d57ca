// What is unsent, in the browser's IndexedDB. The only file of the console that knows it.

import type { OutboxStore, Waiting } from './state/outbox.svelte.ts';

const STORE = 'outbox';

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser’s storage failed'));
  });
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open('tandem', 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE, { keyPath: 'key' }).createIndex('owner', 'owner');
  };
  return done(request);
}

/** Kept by an older console, perhaps, or by somebody's hand. */
function isWaiting(value: unknown): value is Waiting {
  const item = value as Partial<Waiting> | null;
  return (
    typeof item?.key === 'string' &&
    typeof item.conversation === 'string' &&
    typeof item.at === 'number' &&
    typeof item.wish?.do === 'string' &&
    typeof item.state?.kind === 'string'
  );
}

export function browserOutbox(): OutboxStore {
  let opened: Promise<IDBDatabase> | undefined;
  const store = async (mode: IDBTransactionMode) => {
    opened ??= open();
    return (await opened).transaction(STORE, mode).objectStore(STORE);
  };
  /** Not before it is written. */
  const written = async (change: (store: IDBObjectStore) => void) => {
    const target = await store('readwrite');
    await new Promise<void>((resolve, reject) => {
      target.transaction.oncomplete = () => resolve();
      target.transaction.onabort = () => reject(target.transaction.error ?? new Error('nothing was written'));
      change(target);
    });
  };
  return {
    async load(owner) {
      const found: unknown[] = await done((await store('readonly')).index('owner').getAll(owner));
      return found.filter(isWaiting);
    },
    put: (item) => written((target) => void target.put(item)),
    drop: (key) => written((target) => void target.delete(key)),
  };
}
