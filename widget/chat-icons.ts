// The chat's own drawings, in the manner of element.ts: decoration, for a button's label or the words beside it say the same.

import type { ChatDoor } from './chat-door.ts';

const SVG = 'http://www.w3.org/2000/svg';

const PATHS = {
  close: 'M6 6l12 12M18 6L6 18',
  screen: 'M3 4h18v12H3zM8 21h8M12 16v5',
  code: 'M9 4L7 20M17 4l-2 16M4 9h17M3 15h17',
  attach: 'M20 11l-8 8a5 5 0 0 1-7-7l8-8a3 3 0 0 1 5 5l-8 8a1 1 0 0 1-3-3l8-7',
  camera: 'M3 7h5l1-3h6l1 3h5v12H3zM12 10a3 3 0 1 0 0 6 3 3 0 0 0 0-6z',
  file: 'M14 3H6v18h12V7zv4h4',
  voice: 'M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM5 11a7 7 0 0 0 14 0M12 18v3',
  play: 'M7 5l12 7-12 7z',
  stop: 'M7 7h10v10H7z',
  send: 'M12 20V5M5 12l7-7 7 7',
  sending: 'M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
  sent: 'M5 13l5 5L20 7',
  delivered: 'M1 13l5 5L16 7M12 16l2 2L23 8',
  failed: 'M12 7v6M12 16.5v.5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
} as const;

export type ChatIcon = keyof typeof PATHS;

export function draw({ mark }: Pick<ChatDoor, 'mark'>, name: ChatIcon): SVGElement {
  const svg = mark(document.createElementNS(SVG, 'svg'), { viewBox: '0 0 24 24', 'aria-hidden': 'true' });
  svg.append(mark(document.createElementNS(SVG, 'path'), { d: PATHS[name] }));
  return svg;
}
