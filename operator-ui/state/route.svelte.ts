// Where in the console the operator is, kept in the address after `#`, so that a reload and the back button work.

import { createSubscriber } from 'svelte/reactivity';

export type Place =
  | { kind: 'visitors' }
  | { kind: 'room'; room: string }
  /** The list of sites. */
  | { kind: 'sites' }
  /** One site; `new` for one that is being added. */
  | { kind: 'site'; site: string }
  | { kind: 'operators' };

export function isInSettings(place: Place): boolean {
  return place.kind === 'sites' || place.kind === 'site' || place.kind === 'operators';
}

export function placeOf(hash: string): Place {
  const [, screen = '', name] = /^#\/(room|settings\/sites|settings\/operators)(?:\/([^/]+))?$/.exec(hash) ?? [];
  if (screen === 'settings/operators') return { kind: 'operators' };
  if (name === undefined) return { kind: screen === 'settings/sites' ? 'sites' : 'visitors' };
  try {
    const id = decodeURIComponent(name);
    return screen === 'room' ? { kind: 'room', room: id } : { kind: 'site', site: id };
  } catch {
    // A mangled address: the list is always a good place to be.
    return { kind: 'visitors' };
  }
}

export function hashOf(place: Place): string {
  switch (place.kind) {
    case 'visitors':
      return '#/visitors';
    case 'room':
      return `#/room/${encodeURIComponent(place.room)}`;
    case 'sites':
      return '#/settings/sites';
    case 'site':
      return `#/settings/sites/${encodeURIComponent(place.site)}`;
    case 'operators':
      return '#/settings/operators';
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

  go(place: Place): void {
    location.hash = hashOf(place);
  }

  /** Without a step in the history: "back" must not lead into a room that was left. */
  replace(place: Place): void {
    location.replace(hashOf(place));
  }
}
