// What the operator's mouse, wheel and keyboard mean to the visitor's page. Pure: browsers' events in, plain facts out.
//
// Easy to get wrong: a second button pressed while the first is down makes no pointerdown, only a change of `buttons`;
// AltGr looks like Control and Alt; a dead key and an input method say nothing in `keydown` that could be sent.

/** As the wire has them: see protocol/hand.ts. */
const ALT = 1;
const CONTROL = 2;
const META = 4;
const SHIFT = 8;

type Held = { altKey: boolean; ctrlKey: boolean; metaKey: boolean; shiftKey: boolean };

export function modsOf(event: Held): number {
  return (
    (event.altKey ? ALT : 0) | (event.ctrlKey ? CONTROL : 0) | (event.metaKey ? META : 0) | (event.shiftKey ? SHIFT : 0)
  );
}

/** Bits of `buttons` in the order of `button`: main, middle, secondary. What is beyond them a page never gets. */
const BUTTON_BITS = [1, 4, 2] as const;

export type ButtonChange = { button: number; isDown: boolean };

/** Which buttons were pressed or let go between two states of `buttons`. */
export function buttonChanges(before: number, now: number): ButtonChange[] {
  return BUTTON_BITS.flatMap((bit, button) =>
    (before & bit) === (now & bit) ? [] : [{ button, isDown: (now & bit) !== 0 }],
  );
}

/** As browsers count: further presses of the same button, soon after and close by. */
const CLICK_MS = 500;
const CLICK_PIXELS = 5;
const MOST_CLICKS = 3;

export type Press = { button: number; x: number; y: number; at: number; clicks: number };

export function nextPress(last: Press | undefined, press: Omit<Press, 'clicks'>): Press {
  const goesOn =
    last !== undefined &&
    last.button === press.button &&
    press.at - last.at <= CLICK_MS &&
    Math.abs(press.x - last.x) <= CLICK_PIXELS &&
    Math.abs(press.y - last.y) <= CLICK_PIXELS &&
    last.clicks < MOST_CLICKS;
  return { ...press, clicks: goesOn ? last.clicks + 1 : 1 };
}

/** Firefox counts lines where a notch of the wheel is three; other browsers scroll 100 to 120 pixels for it. */
const LINE_PIXELS = 40;

type Wheel = { deltaMode: number; deltaX: number; deltaY: number };

/** In CSS pixels, whatever the browser counts in. `page`: what a page of scrolling is. */
export function wheelPixels(
  { deltaMode, deltaX, deltaY }: Wheel,
  page: { width: number; height: number },
): { dx: number; dy: number } {
  if (deltaMode === 1) return { dx: deltaX * LINE_PIXELS, dy: deltaY * LINE_PIXELS };
  if (deltaMode === 2) return { dx: deltaX * page.width, dy: deltaY * page.height };
  return { dx: deltaX, dy: deltaY };
}

export type KeyFacts = Held & {
  key: string;
  code: string;
  isComposing: boolean;
  /** 229 while an input method has the key. */
  keyCode: number;
  isAltGraph: boolean;
  isMac: boolean;
};

export type KeyMeaning =
  | { kind: 'key'; key: string; code: string; mods: number }
  /** A character that no key of the visitor's keyboard need have. */
  | { kind: 'text'; text: string }
  | { kind: 'go'; to: 'back' | 'forward' | 'reload' }
  | { kind: 'copy'; isCut: boolean }
  /** Leaves control at once. */
  | { kind: 'leave' }
  /** Comes another way (text, composition, paste), or is nothing by itself. Not ours to prevent. */
  | { kind: 'none' };

const HELD_ALONE = /^(Alt|AltGraph|Control|Meta|Shift|CapsLock|NumLock|ScrollLock|Fn|FnLock|Hyper|Super|OS)$/;
const NOT_SAID = /^(Dead|Process|Unidentified|Compose|GroupNext|GroupPrevious|Convert|NonConvert|KanaMode|HangulMode)$/;

export function meaningOf(facts: KeyFacts): KeyMeaning {
  const { key, code, altKey, ctrlKey, metaKey, shiftKey, isMac } = facts;
  if (facts.isComposing || facts.keyCode === 229 || NOT_SAID.test(key) || HELD_ALONE.test(key)) return { kind: 'none' };
  const isCharacter = [...key].length === 1;
  if (isCharacter && (facts.isAltGraph || (isMac && altKey && !ctrlKey && !metaKey)))
    return { kind: 'text', text: key };
  if (key === 'F6') return { kind: 'leave' };
  if (key === 'F5') return { kind: 'go', to: 'reload' };
  if (key === 'BrowserBack' || (!isMac && altKey && key === 'ArrowLeft')) return { kind: 'go', to: 'back' };
  if (key === 'BrowserForward' || (!isMac && altKey && key === 'ArrowRight')) return { kind: 'go', to: 'forward' };
  const isCommand = (isMac ? metaKey : ctrlKey) && !altKey;
  if (isCommand) {
    const letter = letterOf(key, code);
    if (letter === 'v') return { kind: 'none' };
    if (letter === 'r') return { kind: 'go', to: 'reload' };
    if (!shiftKey && (letter === 'c' || letter === 'x')) return { kind: 'copy', isCut: letter === 'x' };
    // Visitors' pages know Control: what is Command here is Control there, unless both are Macs, and that nobody knows.
  }
  return { kind: 'key', key, code, mods: modsOf(facts) };
}

/** The Latin letter of a key, also where the keyboard is set to another alphabet. */
export function letterOf(key: string, code: string): string {
  if (/^[a-z]$/i.test(key)) return key.toLowerCase();
  return /^\p{L}$/u.test(key) ? (/^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? '') : '';
}

/** A name with a dot, the machine itself, or whatever has a port. */
const HOST = /^([^/?#\s]+\.[^/?#\s.]+([/?#:]|$)|localhost([/?#:]|$)|[\w-]+:\d+([/?#]|$))/i;

/** What an operator typed into the address bar, as a whole address; undefined: it is none. Words are none: a page by that
 * name is hardly what was meant. */
export function addressTyped(typed: string, base: string): string | undefined {
  const text = typed.trim();
  if (text === '') return undefined;
  const isWhole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const isPath = /^[/?#]/.test(text);
  if (!isWhole && !isPath && !HOST.test(text)) return undefined;
  try {
    const url = isWhole || isPath ? new URL(text, base) : new URL(`${new URL(base).protocol}//${text}`);
    return /^https?:$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
