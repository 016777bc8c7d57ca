// Where in the console the operator is, kept in the address after `#`, so that a reload and the back button work.

import { createSubscriber } from 'svelte/reactivity';

export type Place = { kind: 'visitors' } | { kind: 'room'; room: string };

export function placeOf(hash: string): Place {
  const room = /^#\/room\/([^/]+)$/.exec(hash)?.[1];
  if (room === undefined) return { kind: 'visitors' };
  try {
    return { kind: 'room', room: decodeURIComponent(room) };
  } catch {
    // A mangled address: the list is always a good place to be.
    return { kind: 'visitors' };
  }
}

export function hashOf(place: Place): string {
  return place.kind === 'visitors' ? '#/visitors' : `#/room/${encodeURIComponent(place.room)}`;
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
