// The snippet in a page that stands in a frame: no launcher, no link, no storage. `data-parent` names the origins that
// may show this page within theirs; without it the loader does not come here at all.

import { startFrame } from '../cobrowse/frame.ts';
import type { FrameFile } from './handover.ts';

export const load: FrameFile['load'] = ({ guard, listen }, settings) => {
  const parents = (settings['parent'] ?? '').split(/\s+/).flatMap((address) => {
    // An exact origin or nothing: there is no word for "any".
    const origin = /^https?:\/\/[^/]+\/?$/.test(address) ? address.replace(/\/$/, '').toLowerCase() : '';
    return origin ? [origin] : [];
  });
  const masking: Parameters<typeof startFrame>[0]['masking'] = { privateByDefault: 'private' in settings };
  for (const name of ['mask', 'unmask', 'block'] as const) if (settings[name]) masking[name] = settings[name];
  if (parents.length > 0) startFrame({ parents, masking, guard, listen });
};
