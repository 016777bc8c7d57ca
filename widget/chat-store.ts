// Where what was written and not sent survives the page: IndexedDB, one database for each site key, opened when there is
// something to store. Where it is forbidden or fails, this page goes on with what it has in memory.
//
// Easy to get wrong: tasks are done in their order, also those that come while the database is being opened; or a message
// that was taken at once would be stored after it was removed.

import { LIMITS } from '../protocol/limits.ts';
import type { Waiting } from './chat-outbox.ts';
import type { Host } from './host.ts';

export type ChatStore = {
  all(): Promise<readonly Waiting[]>;
  put(waiting: Waiting): void;
  remove(id: string): void;
};

const STORE = 'waiting';

/** What is there, the site's own pages may have put there, and the relay closes the link on what it can't read. */
function isWaiting({ id, at, text, files = [] }: Partial<Waiting>): boolean {
  return (
    isId(id) &&
    typeof at === 'number' &&
    typeof text === 'string' &&
    text.length <= LIMITS.maxMessageChars &&
    files.length <= LIMITS.maxFilesPerMessage &&
    files.every((file) => isId(file.id) && typeof file.name === 'string' && file.blob.size === file.bytes)
  );
}

function isId(id: unknown): boolean {
  return /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/.test('' + id);
}

export function createChatStore(host: Host, name: string): ChatStore {
  const done = <T>(request: IDBRequest<T>) =>
    new Promise<T>((resolve, reject) => {
      host.listen(request, 'success', () => resolve(request.result));
      host.listen(request, 'error', () => reject(new Error(name)));
    });
  let opened: Promise<IDBDatabase> | undefined;
  const open = async () => {
    const request = indexedDB.open(name, 1);
    host.listen(request, 'upgradeneeded', () => request.result.createObjectStore(STORE, { keyPath: 'id' }));
    return done(request);
  };
  const run = <T>(task: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    opened ??= open();
    // Callbacks of a promise run in the order in which they were given.
    return opened.then((database) => done(task(database.transaction(STORE, 'readwrite').objectStore(STORE))));
  };
  const quietly = (running: Promise<unknown>) => void running.catch(() => {});
  return {
    all: () =>
      run((store) => store.getAll() as IDBRequest<Waiting[]>).then(
        (all) => all.filter(isWaiting),
        () => [],
      ),
    put: (waiting) => quietly(run((store) => store.put(waiting))),
    remove: (id) => quietly(run((store) => store.delete(id))),
  };
}
