// How the controls get uWebSockets.js: it is CommonJS, so everything sits on the default export when a module imports it.

import type * as UwsModule from 'uWebSockets.js';

export async function loadUws(): Promise<typeof UwsModule> {
  const loaded = await import('uWebSockets.js');
  // The types know only the named exports.
  return 'default' in loaded ? (loaded.default as typeof loaded) : loaded;
}
