// Our own styles inside the visitor's documents: what a browser's own sheet would have done for real focus and
// selection, and the boxes that stand for what was not sent. `:where()` has no specificity, and the layer comes before any
// of the page's: the page's rules win, layered ones too.

import { MARK, SELECTION } from './inert-names.ts';

const mark = (name: string) => `[\\${name}]`;

const BOX_STYLE =
  'background:repeating-linear-gradient(135deg,#e9ebef 0 8px,#dfe2e8 8px 16px);color:#4b5263;' +
  'font:12px/1.3 system-ui,sans-serif;overflow:hidden;box-sizing:border-box';

const FOCUS_RING = 'outline:auto 1px Highlight;outline:auto 1px -webkit-focus-ring-color';

const SELECTION_COLORS = 'background-color:Highlight;color:HighlightText';

export const OWN_CSS = [
  '@layer mirror-own{',
  'noscript{display:none!important}',
  `:where(${mark(MARK.focusVisible)}:not(${mark(MARK.host)})),:where(:host(${mark(MARK.focusVisible)})){${FOCUS_RING}}`,
  `:where(${mark(MARK.box)}){${BOX_STYLE}}`,
  // Masked by capture (MASKED_MARK there): the operator sees that what stands in it is not what it says.
  ':where([data-tandem-masked=""]){background-image:repeating-linear-gradient(135deg,rgb(120 128 150/.16) 0 4px,#0000 4px 8px)}',
  'mirror-box{display:inline-block}',
  // Where scripts are off, Chromium shows its controls whether the page wants them or not.
  'video:not([controls])::-webkit-media-controls{display:none!important}',
  // Inherited, so that a page's rule for an element is also one for what is in it; Firefox does not inherit highlights.
  `:where(:root)::highlight(${SELECTION}){${SELECTION_COLORS}}`,
  `@supports (-moz-appearance:none){:where(*)::highlight(${SELECTION}){${SELECTION_COLORS}}}`,
  // Where it is scrolled to is said by the visitor's page alone.
  '*{overflow-anchor:none!important}',
  '}',
].join('\n');

/** For visitors whose scroll bars take no room (phones, most tablets, many Macs): here they would. */
export const NO_SCROLLBARS_CSS = ':where(*){scrollbar-width:none}';

/** Stands for a picture that is not ours to show; as large as its element. */
export function labelImage(label: string): string {
  const text = label.replace(/[<&]/g, (c) => `&#${c.charCodeAt(0)};`);
  const font = 'font-family="system-ui,sans-serif" font-size="12" fill="#4b5263"';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><text x="50%" y="50%" text-anchor="middle" dominant-baseline="middle" ${font}>${text}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

/** Fills a frame whose content is not ours to show. */
export function labelDocument(document: Document, label: string): void {
  const html = document.documentElement ?? document.appendChild(document.createElement('html'));
  const body = document.createElement('body');
  body.style.cssText = `margin:0;min-height:100vh;display:grid;place-items:center;text-align:center;${BOX_STYLE}`;
  body.textContent = label;
  html.replaceChildren(body);
}
