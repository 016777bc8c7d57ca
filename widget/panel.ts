// What the launcher opens: a greeting, "show my screen", and the 6-digit code with the minutes it has left. Owns its
// own two screens and the clock of the code; starts nothing by itself.

import { icon, make, mark } from './element.ts';
import type { Host } from './host.ts';
import type { Words } from './words.ts';

export type Panel = {
  readonly element: HTMLElement;
  /** The relay gave a code, or took it away (undefined). */
  setCode(code: { digits: string; lifeMs: number } | undefined): void;
  setOnline(online: boolean): void;
  /** Says one sentence at the foot, or nothing. */
  say(note: string): void;
  /** Asks for a code as its button would. */
  askCode(): void;
};

export type PanelActs = {
  show(): void;
  /** False: it could not be asked for, no link. */
  askCode(): boolean;
  dropCode(): void;
  close(): void;
};

/** The minutes are counted down this often: coarse enough to cost nothing. */
const TICK_MS = 5_000;
const COPIED_MS = 2_000;
const MINUTE_MS = 60_000;

export function createPanel(host: Host, words: Words, acts: PanelActs): Panel {
  const button = (className: string, label: string, task: () => void) => {
    const element = make('button', className, label);
    host.listen(element, 'click', task);
    return element;
  };
  const hinted = (button: HTMLElement, hint: string) => make('div', 'row', button, make('div', 'dim', hint));

  let ends = 0;
  let cancelTick = () => {};

  const title = make('h2', '', words.greeting);
  title.id = 'title';
  const closing = button('x bare', '', acts.close);
  closing.append(icon('close'));
  mark(closing, { 'aria-label': words.close });

  const showing = button('main', words.show, acts.show);
  showing.prepend(icon('screen'));
  const askCode = () => {
    if (!acts.askCode()) return;
    say('');
    turn('code');
    digits.textContent = left.textContent = '';
    left.textContent = words.codeWaiting;
    copy.hidden = true;
  };
  const asking = button('side', words.getCode, askCode);
  const start = make(
    'div',
    'part',
    make('p', 'dim', words.greetingText),
    hinted(showing, words.showHint),
    hinted(asking, words.getCodeHint),
  );

  const digits = make('div', 'digits');
  const left = make('div', 'dim');
  const copy = button('side', words.copy, () => {
    void navigator.clipboard?.writeText((digits.textContent ?? '').replace(/\D/g, '')).then(
      host.guard(() => {
        copy.textContent = words.copied;
        host.after(COPIED_MS, () => (copy.textContent = words.copy));
      }),
      // Forbidden by the browser or the page's policy: the digits can be selected.
      () => (copy.hidden = true),
    );
  });
  const dropping = button('bare', words.uncode, () => {
    acts.dropCode();
    setCode(undefined);
    asking.focus();
  });
  const codeBody = make(
    'div',
    'part',
    make('p', 'dim', words.codeText),
    make('div', 'row', digits, left),
    copy,
    dropping,
  );

  const note = make('p', 'note');
  mark(note, { role: 'status' });
  const element = make('section', 'card panel', make('div', 'top', title, closing), start, codeBody, note);
  mark(element, { role: 'dialog', 'aria-labelledby': 'title', tabindex: '-1' });

  let isOnline = true;
  let said = '';
  const say = (text: string) => {
    said = text;
    note.textContent = isOnline ? said : words.offline;
    note.hidden = !note.textContent;
    showing.disabled = asking.disabled = !isOnline;
  };

  const turn = (to: 'start' | 'code') => {
    start.hidden = to !== 'start';
    codeBody.hidden = to !== 'code';
    title.textContent = to === 'code' ? words.codeTitle : words.greeting;
  };

  const tick = () => {
    const leftMs = ends - Date.now();
    if (leftMs <= 0) {
      setCode(undefined);
      return say(words.codeOver);
    }
    left.textContent = words.codeLeft(Math.max(1, Math.round(leftMs / MINUTE_MS)));
    cancelTick = host.after(TICK_MS, tick);
  };

  const setCode: Panel['setCode'] = (code) => {
    cancelTick();
    if (!code) return turn('start');
    turn('code');
    const group = make('i', '', code.digits.slice(0, 3));
    digits.replaceChildren(group, code.digits.slice(3));
    copy.hidden = !navigator.clipboard;
    ends = Date.now() + code.lifeMs;
    tick();
  };

  turn('start');
  say('');
  return {
    element,
    setCode,
    askCode,
    say,
    setOnline(online) {
      isOnline = online;
      say(said);
    },
  };
}
