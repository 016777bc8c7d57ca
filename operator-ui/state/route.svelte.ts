// Where in the console the operator is, kept in the address after `#`, so that a reload and the back button work.

import { createSubscriber } from 'svelte/reactivity';

export type Place =
  | { kind: 'visitors' }
  | { kind: 'room'; room: string }
  /** The list of conversations, and one of them beside it, at one of its messages. */
  | { kind: 'conversations'; conversation?: string; message?: number }
  /** The list of sites. */
  | { kind: 'sites' }
  /** One site; `new` for one that is being added. */
  | { kind: 'site'; site: string }
  | { kind: 'operators' }
  | { kind: 'teams' }
  /** Tokens of the HTTP API. */
  | { kind: 'api' }
  /** What was done by hand: all of it, or in one room. */
  | { kind: 'ledger'; room?: string }
  /** The address leads nowhere. */
  | { kind: 'unknown' };

/** A place with an address. */
export type Known = Exclude<Place, { kind: 'unknown' }>;

export function isInSettings(place: Place): boolean {
  return /^(sites|site|operators|teams|api|ledger)$/.test(place.kind);
}

export function placeOf(hash: string): Place {
  const path = hash.replace(/^#\/?/, '').replace(/\/$/, '');
  switch (path) {
    case '':
    case 'visitors':
      return { kind: 'visitors' };
    case 'conversations':
      return { kind: 'conversations' };
    case 'settings':
    case 'settings/sites':
      return { kind: 'sites' };
    case 'settings/operators':
      return { kind: 'operators' };
    case 'settings/teams':
      return { kind: 'teams' };
    case 'settings/api':
      return { kind: 'api' };
    case 'settings/ledger':
      return { kind: 'ledger' };
  }
  const [, of = '', message = ''] = /^conversations\/([^/]+)\/([1-9]\d{0,8})$/.exec(path) ?? [];
  const [, screen, name = ''] = /^(room|conversations|settings\/sites|settings\/ledger)\/([^/]+)$/.exec(path) ?? [];
  try {
    if (of !== '') return { kind: 'conversations', conversation: decodeURIComponent(of), message: Number(message) };
    const id = decodeURIComponent(name);
    if (screen === 'room') return { kind: 'room', room: id };
    if (screen === 'conversations') return { kind: 'conversations', conversation: id };
    if (screen === 'settings/ledger') return { kind: 'ledger', room: id };
    if (screen === 'settings/sites') return { kind: 'site', site: id };
  } catch {
    // A mangled name leads nowhere either.
  }
  return { kind: 'unknown' };
}

export function hashOf(place: Known): string {
  switch (place.kind) {
    case 'visitors':
      return '#/visitors';
    case 'room':
      return `#/room/${encodeURIComponent(place.room)}`;
    case 'conversations':
      return `#/${['conversations', place.conversation, place.conversation && place.message]
        .flatMap((part) => (part === undefined ? [] : encodeURIComponent(part)))
        .join('/')}`;
    case 'sites':
      return '#/settings/sites';
    case 'site':
      return `#/settings/sites/${encodeURIComponent(place.site)}`;
    case 'operators':
      return '#/settings/operators';
    case 'teams':
      return '#/settings/teams';
    case 'api':
      return '#/settings/api';
    case 'ledger':
      return `#/settings/ledger${place.room === undefined ? '' : `/${encodeURIComponent(place.room)}`}`;
  }
}

export class Route {
  #changes = createSubscriber((update) => {
    window.addEventListener('hashchange', update);
    return () => window.removeEventListener('hashchange', update);
  });

  get place(): Place {
    this.#changes();
    return placeOf(location.hash);
  }

  go(place: Known): void {
    location.hash = hashOf(place);
  }

  /** Without a step in the history: "back" must not lead into a room that was left. */
  replace(place: Known): void {
    location.replace(hashOf(place));
  }
}
