// What the launcher opens: a heading, the conversation, a place to write; before there is a conversation a greeting, "show
// my screen", and the 6-digit code with the minutes it has left. Owns what is to be seen of all that and the clock of the
// code; starts nothing by itself.
//
// Easy to get wrong: the surface hears every key in it first and no listener here hears one (surface.ts), so keys come by
// `key`. The badge of a visit must stay in sight: the panel makes room for it.

import { LIMITS } from '../protocol/limits.ts';
import type { AheadPart } from './chat-ahead.ts';
import type { ChatDoor } from './chat-door.ts';
import { draw, type ChatIcon } from './chat-icons.ts';
import type { WaitingFile } from './chat-outbox.ts';
import type { ChatWords } from './chat.ts';

export type Panel = {
  readonly element: HTMLElement;
  /** What is written and not sent. */
  readonly draft: string;
  setDraft(text: string): void;
  /** Files that go with the next text. */
  setChosen(files: readonly WaitingFile[]): void;
  /** The relay gave a code, or took it away (undefined). */
  setCode(code: { digits: string; lifeMs: number } | undefined): void;
  setOnline(isOnline: boolean): void;
  /** Says one sentence at the foot, or nothing. */
  say(note: string): void;
  /** Who is typing. */
  setTyping(name: string | undefined): void;
  /** Asks for a code as its button would. */
  askCode(): void;
  /** There is a conversation; the page is being shown. */
  turn(hasTalk: boolean, isVisiting: boolean): void;
  /** In place of the composer; undefined: the composer. */
  replace(bar: HTMLElement | undefined): void;
  /** Now it can be measured. */
  shown(): void;
  focus(): void;
  /** True: it was the panel's. */
  key(event: KeyboardEvent): boolean;
  /** Makes room for what must be seen and for a keyboard on the screen. */
  place(): void;
};

export type PanelActs = {
  show(): void;
  /** False: it could not be asked for, no link. */
  askCode(): boolean;
  dropCode(): void;
  close(): void;
  write(text: string): void;
  choose(files: readonly File[]): void;
  unchoose(file: string): void;
  /** The visitor wants to say something aloud. */
  record(): void;
  drafted(): void;
  /** Writes no more just now. */
  left(): void;
};

/** The minutes are counted down this often: coarse enough to cost nothing. */
const TICK_MS = 5_000;
const COPIED_MS = 2_000;
const MINUTE_MS = 60_000;
const MOST_ROWS_PX = 140;
/** A window that is so much higher than what is seen of it has a keyboard before it. */
const KEYBOARD_PX = 120;

export function createPanel(
  door: ChatDoor,
  words: ChatWords,
  talk: HTMLElement,
  ahead: Pick<AheadPart, 'line' | 'form' | 'thanks'>,
  acts: PanelActs,
): Panel {
  const { make, mark, handover, surface } = door;
  const { host } = handover;
  const button = (className: string, label: string, task: () => void) => {
    const element = make('button', className, label);
    host.listen(element, 'click', task);
    return element;
  };
  const drawn = (icon: ChatIcon, className: string, label: string, task: () => void) => {
    const element = mark(button(className, '', task), { 'aria-label': label, title: label });
    element.append(draw(door, icon));
    return element;
  };
  const hinted = (button: HTMLElement, hint: string) => make('div', 'row', button, make('div', 'dim', hint));

  let ends = 0;
  let cancelTick = () => {};
  let hasTalk = false;
  let isVisiting = false;
  let hasCode = false;
  let isOnline = true;

  const askCode = () => {
    if (!acts.askCode()) return;
    say('');
    hasCode = true;
    arrange();
    digits.textContent = '';
    left.textContent = words.codeWaiting;
    copy.hidden = true;
  };

  const title = make('h2', '');
  title.id = 'title';
  const tools = [
    drawn('screen', 'bare x', words.show, acts.show),
    drawn('code', 'bare x', words.getCode, askCode),
  ] as const;
  const closing = drawn('close', 'x bare', door.words.close, acts.close);
  const top = make('div', 'top', title, make('div', 'tools', ...tools, closing));

  const showing = button('main', words.show, acts.show);
  showing.prepend(draw(door, 'screen'));
  const asking = button('side', words.getCode, askCode);
  const offers = make('div', 'part', hinted(showing, words.showHint), hinted(asking, words.getCodeHint));
  const start = make('div', 'part', make('p', 'dim', words.greetingText), offers);

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
    (hasTalk ? tools[1] : asking).focus();
  });
  const code = make('div', 'part', make('p', 'dim', words.codeText), make('div', 'row', digits, left), copy, dropping);

  const typing = mark(make('p', 'line'), { role: 'status' });
  const note = mark(make('p', 'note'), { role: 'status' });
  const area = mark(make('textarea', ''), {
    rows: '1',
    'aria-label': words.write,
    placeholder: words.write,
    maxlength: String(LIMITS.maxMessageChars),
    enterkeyhint: 'send',
    dir: 'auto',
  });
  let hasChosen = false;
  const write = () => {
    const text = area.value.trim();
    if (!text && !hasChosen) return;
    area.value = '';
    drafted();
    acts.write(text);
  };
  const sending = drawn('send', 'send', words.send, () => {
    write();
    area.focus();
  });
  /** The browser's own choice of files. */
  const pick = (icon: ChatIcon, label: string, attributes: Record<string, string>) => {
    const input = mark(make('input', ''), { type: 'file', ...attributes });
    input.hidden = true;
    host.listen(input, 'change', () => {
      acts.choose([...(input.files ?? [])]);
      input.value = '';
      area.focus({ preventScroll: true });
    });
    return [drawn(icon, 'bare', label, () => input.click()), input];
  };
  const attaching = pick('attach', words.attach, { multiple: '' });
  // A phone has one at hand.
  const camera = matchMedia('(pointer:coarse)').matches
    ? pick('camera', words.camera, { accept: 'image/*', capture: 'environment' })
    : [];
  const voice = drawn('voice', 'bare', words.voice, acts.record);
  voice.hidden = !navigator.mediaDevices || !('MediaRecorder' in window);
  const chosen = mark(make('div', 'chosen'), { role: 'group', 'aria-label': words.chosen });
  chosen.hidden = true;
  const composer = make('div', 'composer', ...attaching, ...camera, voice, area, sending);
  const element = mark(
    make(
      'section',
      'card panel',
      top,
      ahead.line,
      start,
      code,
      talk,
      ahead.form,
      ahead.thanks,
      typing,
      note,
      chosen,
      composer,
    ),
    {
      role: 'dialog',
      'aria-labelledby': 'title',
      tabindex: '-1',
    },
  );

  const fit = () => {
    area.style.setProperty('height', 'auto');
    area.style.setProperty('height', `${Math.min(area.scrollHeight, MOST_ROWS_PX)}px`);
  };
  const setReady = () => mark(sending, { 'aria-disabled': String(!area.value.trim() && !hasChosen) });
  const drafted = () => {
    setReady();
    fit();
    acts.drafted();
  };
  host.listen(area, 'input', drafted);
  host.listen(area, 'blur', acts.left);
  host.listen(area, 'paste', (event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    acts.choose(files);
  });
  for (const type of ['dragenter', 'dragover', 'dragleave', 'drop'])
    host.listen(element, type, (event: DragEvent) => {
      const { dataTransfer } = event;
      if (!dataTransfer?.types.includes('Files')) return;
      // The page may have uses of its own for files.
      event.preventDefault();
      event.stopPropagation();
      const isWithin = event.relatedTarget instanceof Node && element.contains(event.relatedTarget);
      element.classList.toggle('over', type !== 'drop' && (type !== 'dragleave' || isWithin));
      if (type === 'drop') acts.choose([...dataTransfer.files]);
    });

  let said = '';
  const say = (text: string) => {
    said = text;
    note.textContent = isOnline ? said : words.offline;
    note.hidden = !note.textContent;
    for (const each of [showing, asking, ...tools]) each.disabled = !isOnline;
  };

  const arrange = () => {
    start.hidden = hasTalk || hasCode;
    offers.hidden = isVisiting;
    code.hidden = !hasCode;
    talk.hidden = !hasTalk;
    for (const tool of tools) tool.hidden = !hasTalk || isVisiting;
    element.classList.toggle('talking', hasTalk);
    title.textContent = hasTalk ? words.title : hasCode ? words.codeTitle : words.greeting;
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

  const setCode: Panel['setCode'] = (given) => {
    cancelTick();
    hasCode = !!given;
    arrange();
    if (!given) return;
    const group = make('i', '', given.digits.slice(0, 3));
    digits.replaceChildren(group, given.digits.slice(3));
    copy.hidden = !navigator.clipboard;
    ends = Date.now() + given.lifeMs;
    tick();
  };

  arrange();
  say('');
  mark(sending, { 'aria-disabled': 'true' });
  typing.hidden = true;

  return {
    element,
    get draft() {
      return area.value;
    },
    setDraft(text) {
      area.value = text;
      setReady();
    },
    setChosen(files) {
      hasChosen = files.some(({ why }) => !why);
      setReady();
      chosen.hidden = files.length === 0;
      chosen.replaceChildren(
        ...files.map(({ id, name, why }) => {
          const said = why ? make('small', '', words.whys[why]) : '';
          const label = make('span', '', make('bdi', '', name), said);
          const leaving = drawn('close', 'bare x', words.unchoose(name), () => {
            acts.unchoose(id);
            area.focus();
          });
          return make('span', why ? 'file failed' : 'file', label, leaving);
        }),
      );
    },
    setCode,
    askCode,
    say,
    replace(bar) {
      if (bar) composer.after(bar);
      composer.hidden = !!bar;
    },
    setTyping(name) {
      typing.replaceChildren(...(name === undefined ? [] : [make('bdi', '', name), ` ${words.typing}`]));
      typing.hidden = name === undefined;
    },
    setOnline(online) {
      isOnline = online;
      say(said);
    },
    turn(talks, visits) {
      if (hasTalk === talks && isVisiting === visits) return;
      hasTalk = talks;
      isVisiting = visits;
      arrange();
    },
    shown: fit,
    focus() {
      area.focus({ preventScroll: true });
    },
    key(event) {
      if (event.type !== 'keydown' || event.isComposing || event.composedPath()[0] !== area) return false;
      if (event.key !== 'Enter' || event.shiftKey || event.altKey || event.ctrlKey || event.metaKey) return false;
      event.preventDefault();
      write();
      return true;
    },
    place() {
      const badge = surface.root.querySelector('.badge')?.getBoundingClientRect();
      const { innerHeight } = window;
      // A page may be zoomed by its own CSS, which this leaves out: there the badge is on top, for it is drawn later.
      const isLow = badge && badge.top > innerHeight / 2;
      const seen = window.visualViewport;
      const keyboard = seen && innerHeight - seen.height > KEYBOARD_PX && seen.scale < 1.1 ? seen : undefined;
      const above = (keyboard?.offsetTop ?? 0) + (badge && !isLow ? badge.bottom : 0);
      const below = keyboard ? innerHeight - keyboard.height - keyboard.offsetTop : 0;
      element.style.setProperty('--above', `${Math.round(above)}px`);
      element.style.setProperty('--below', `${Math.round(below + (isLow ? innerHeight - badge.top : 0))}px`);
    },
  };
}
