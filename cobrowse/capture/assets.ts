// Stylesheets, pictures and fonts that the mirror needs, read in the visitor's page, mostly from its cache: so they
// come along from behind logins and VPNs, and no operator's browser ever asks a third party for anything.
//
// What is fetched: only what the page itself has loaded (or is loading). Stylesheets name far more files than a page
// uses, and fetching those would make the visitor pay for fonts and pictures that nobody sees; the browser's resource
// timing says which were used, now and later.
//
// An address may hold a key (`?token=…`), and as a name it would go to every operator. Such an asset leaves under a name
// that says nothing but its origin, which frames of other origins are believed for; what can't be read here is not
// offered then, for the relay would need the address. A sheet that mentions one goes with the names instead.
//
// Easy to get wrong: a failed cross-origin fetch writes an error to the page's console that nobody can catch, so an
// origin that refuses twice before it has allowed anything is not asked again: its assets are offered without bytes, and
// the relay may fetch them.

import { LIMITS } from '../../protocol/limits.ts';
import { rewriteCss, type NameOf } from './css-urls.ts';
import type { Listening } from './listening.ts';
import { isTellingAddress } from './mask-text.ts';

const AT_ONCE = 3;
const REFUSALS_BEFORE_GIVING_UP = 2;
/** The browser's own list is full at 250 unless the page asked for more: past it, absence proves nothing. */
const TIMING_LIST_ENDS = 250;
/** In place of a path that tells too much. */
export const ALIAS = '/tandem-asset-';

export type Urgency = 'now' | 'soon';

export type Assets = {
  /** The page has loaded it, or is loading it. */
  used(key: string, urgency: Urgency): void;
  /** To call it used would change nothing. */
  knows(key: string): boolean;
  /** Named in CSS: wanted when the page loads it. */
  mentioned: NameOf;
  nameOf: NameOf;
  /** Of a style sheet, as it was written. Undefined: it can't be read. Never rejects. */
  text(key: string): Promise<string | undefined>;
  /** A same-origin frame keeps its own list of what it has loaded. */
  watch(view: Window, listening: Listening): void;
};

export function createAssets(options: {
  page: Document;
  listening: Listening;
  emit: (url: string, blob: Blob | undefined) => void;
  skipped: () => void;
  /** What a picture of the page shows whose address gives nothing any more. May reject. */
  redraw: (key: string) => Promise<Blob | undefined>;
  safe: <A extends unknown[]>(task: (...args: A) => void) => (...args: A) => void;
}): Assets {
  const { page, listening, emit, skipped, redraw, safe } = options;
  const view = page.defaultView ?? window;
  const known = new Set<string>();
  const waiting = new Set<string>();
  const loaded = new Set<string>();
  /** Other origins: one at a time until one has let us read something. */
  const origins = new Map<string, { refusals: number; isOpen: boolean; isBusy: boolean }>();
  const queues: Record<Urgency, string[]> = { now: [], soon: [] };
  let running = 0;
  let bytes = 0;
  let isScheduled = false;
  let isListFull = false;

  const names = new Map<string, string>();
  /** Never given twice, in no page load and no tab: the mirror has no second look at a name that it knows. */
  const nameOf: NameOf = (key) => {
    let name = names.get(key);
    if (name === undefined) {
      if (!isTellingAddress(key)) return key;
      names.set(key, (name = `${new URL(key).origin}${ALIAS}${names.size}-${Math.random().toString(36).slice(2)}`));
    }
    return name;
  };

  const withoutHash = (url: string) => url.split('#')[0] ?? url;
  const take = (entries: PerformanceEntryList) => {
    for (const entry of entries) {
      const key = withoutHash(entry.name);
      loaded.add(key);
      if (waiting.delete(key)) used(key, 'soon');
    }
  };
  const watch = (view: Window, listening: Listening) => {
    try {
      // A frame's window has its own constructor, which TypeScript does not list on Window.
      const Observer = (view as Window & typeof globalThis).PerformanceObserver;
      const observer = new Observer(safe((list: PerformanceObserverEntryList) => take(list.getEntries())));
      observer.observe({ type: 'resource', buffered: true });
      listening.whenStopped(() => observer.disconnect());
      const entries = view.performance.getEntriesByType('resource');
      isListFull ||= entries.length >= TIMING_LIST_ENDS;
      take(entries);
    } catch {
      // Without the list everything that is mentioned counts as used.
      isListFull = true;
    }
  };

  const used: Assets['used'] = (key, urgency) => {
    if (known.has(key) || listening.isStopped || key.length > LIMITS.maxUrlChars) return;
    if (known.size >= LIMITS.maxRoomAssets || bytes > LIMITS.maxRoomAssetBytes) return skipped();
    known.add(key);
    queues[urgency].push(key);
    if (isScheduled) return;
    isScheduled = true;
    // After the picture itself is on its way.
    listening.after(0, () => {
      isScheduled = false;
      fill();
    });
  };

  const next = (): string | undefined => {
    for (const queue of [queues.now, queues.soon]) {
      const at = queue.findIndex((key) => !origins.get(new URL(key).origin)?.isBusy);
      if (at >= 0) return queue.splice(at, 1)[0];
    }
    return undefined;
  };

  const fill = () => {
    while (running < AT_ONCE && !listening.isStopped) {
      const key = next();
      if (key === undefined) return;
      running++;
      void read(key).then(
        safe((blob: Blob | undefined) => {
          running--;
          if (listening.isStopped) return;
          const name = nameOf(key);
          if (blob || name === key) emit(name, blob);
          fill();
        }),
      );
    }
  };

  /** Never rejects. */
  const read = async (key: string): Promise<Blob | undefined> => {
    // A page may take such an address back as soon as its picture is there.
    const blob = (await load(key)) ?? (key.startsWith('blob:') ? await redraw(key).catch(() => undefined) : undefined);
    if (!blob?.type.includes('css')) return blob;
    const css = rewriteCss(await blob.text(), key, mentioned);
    return (nameOf(key) + css).includes(ALIAS) ? new Blob([css], { type: 'text/css' }) : blob;
  };

  const load = async (key: string): Promise<Blob | undefined> => {
    const { origin } = new URL(key);
    const isOwn = origin === view.location.origin;
    const other = isOwn ? undefined : (origins.get(origin) ?? { refusals: 0, isOpen: false, isBusy: false });
    if (other) origins.set(origin, other);
    if (other && other.refusals >= REFUSALS_BEFORE_GIVING_UP) return undefined;
    if (other && !other.isOpen) other.isBusy = true;
    let response: Response;
    try {
      // Not in every browser's typings.
      const request: RequestInit & { priority: string } = {
        cache: 'force-cache',
        credentials: isOwn ? 'include' : 'omit',
        priority: 'low',
      };
      response = await view.fetch(key, request);
      if (other) other.isOpen = true;
    } catch {
      if (other && !other.isOpen) other.refusals++;
      return undefined;
    } finally {
      if (other) other.isBusy = false;
    }
    try {
      if (!response.ok || Number(response.headers.get('content-length') ?? 0) > LIMITS.maxAssetBytes) {
        void response.body?.cancel();
        if (response.ok) skipped();
        return undefined;
      }
      const blob = await response.blob();
      if (blob.size > LIMITS.maxAssetBytes || bytes + blob.size > LIMITS.maxRoomAssetBytes) {
        skipped();
        return undefined;
      }
      bytes += blob.size;
      return blob;
    } catch {
      // Cut off on the way: a placeholder shows.
      return undefined;
    }
  };

  const mentioned: Assets['mentioned'] = (key) => {
    if (isListFull || loaded.has(key) || key.startsWith('blob:')) used(key, 'soon');
    else if (!known.has(key)) waiting.add(key);
    return nameOf(key);
  };

  watch(view, listening);
  return {
    used,
    knows: (key) => known.has(key),
    mentioned,
    nameOf,
    text: async (key) => (await load(key))?.text(),
    watch,
  };
}
