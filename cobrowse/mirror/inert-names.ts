// Names of attributes whose value must not reach the browser, and of our own marks. An inert attribute `href` is kept as
// `:href`, and css-text.ts turns `[href^="https:"]` into `[\:href^="https:"]`, so that the page's selectors still match.
//
// Easy to get wrong: this is the one table for both sides. A name that is renamed on elements but not in selectors
// (or the other way round) breaks styles silently.

const INERT: ReadonlySet<string> = new Set([
  'href',
  'xlink:href',
  'src',
  'srcset',
  'srcdoc',
  'imagesrcset',
  'poster',
  'background',
  'data',
  'action',
  'formaction',
  'ping',
  'manifest',
  'cite',
  'longdesc',
  'codebase',
  'archive',
  'classid',
  'code',
  'profile',
  'icon',
  'lowsrc',
  'dynsrc',
  'xml:base',
  // They start something by themselves, or hold what only the visitor's browser needs.
  'autofocus',
  'autoplay',
  'accesskey',
  'nonce',
  'integrity',
  'crossorigin',
  'loading',
  'http-equiv',
  'sandbox',
  'allow',
  'csp',
  'credentialless',
  'attributionsrc',
  'browsingtopics',
  'sharedstoragewritable',
  'adauctionheaders',
  'privatetoken',
]);

/** `name` in lower case. */
export function isInertName(name: string): boolean {
  return INERT.has(name) || name.startsWith('on');
}

/** The attribute under which the original value of an inert attribute is kept. */
export function inertName(name: string): string {
  return `:${name}`;
}

/** Marks that stand for the visitor's state; css-text.ts writes the page's pseudo-classes as these attributes. */
export const MARK = {
  hover: ':hover',
  active: ':active',
  focus: ':focus',
  focusVisible: ':focus-visible',
  focusWithin: ':focus-within',
  target: ':target',
  /** A custom element that is not defined in the visitor's page (yet). */
  undefined: ':undefined',
  /** A box in place of something that was not sent. */
  box: ':box',
  /** Has a shadow root, whose styles for it a rule outside would beat. */
  host: ':host',
  /** Our own style element. */
  own: ':own',
} as const;

/** Name of the highlight that shows the visitor's text selection; the page's `::selection` is written as this. */
export const SELECTION = 'mirror-selection';
