// The snippet in a page that stands in a frame: no launcher, no link, no storage. `data-parent` names the origins that
// may show this page within theirs; without it the loader does not come here at all. `data-hand` lets the scripts of
// those origins act in this page, too: the hand comes when the page around has one.

import { startFrame } from '../cobrowse/frame.ts';
import type { FrameHandFile } from '../cobrowse/frame-hand.ts';
import type { FrameFile } from './handover.ts';

/** Name of a hashed file: put in by build.ts. */
declare const FRAME_HAND_FILE: string;

export const load: FrameFile['load'] = ({ guard, listen, after }, settings) => {
  const parents = (settings['parent'] ?? '').split(/\s+/).flatMap((address) => {
    // An exact origin or nothing: there is no word for "any".
    const origin = /^https?:\/\/[^/]+\/?$/.test(address) ? address.replace(/\/$/, '').toLowerCase() : '';
    return origin ? [origin] : [];
  });
  const masking: Parameters<typeof startFrame>[0]['masking'] = { privateByDefault: 'private' in settings };
  for (const name of ['mask', 'unmask', 'block'] as const) if (settings[name]) masking[name] = settings[name];
  const hand: Parameters<typeof startFrame>[0]['hand'] = async (port, capture) => {
    // Beside this file.
    const address = new URL(FRAME_HAND_FILE, import.meta.url).href;
    const { startFrameHand } = (await import(address)) as FrameHandFile;
    return startFrameHand({ document, port, capture, guard, after });
  };
  if (parents.length > 0) startFrame({ parents, masking, guard, listen, ...('hand' in settings ? { hand } : {}) });
};
