// What is ahead of the visitor: whether somebody can answer, when they are back, how long it is likely to take; and when nobody
// can answer what was asked, where the visitor can be reached. Owns these parts of the panel; knows of time only what the
// relay has said, for this browser's clock may be wrong.

import { EMAIL, type ToChat } from '../protocol/chat.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { ChatDoor } from './chat-door.ts';
import type { ChatWords } from './chat.ts';

export type AheadSaid = Extract<ToChat['say'], { t: 'ahead' }>;

export type AheadPart = {
  /** One line, for everybody. */
  readonly line: HTMLElement;
  readonly form: HTMLElement;
  /** What comes in its place. */
  readonly thanks: HTMLElement;
  /** `waits`: they have asked something that nobody has answered. */
  update(said: AheadSaid | undefined, waits: boolean): void;
  /** To what `leave` sent. */
  answered(isKept: boolean): void;
};

const MINUTE_MS = 60_000;
const WEEK_MS = 604_800_000;
/** `leave`: false, there is no link. */
export function createAhead(
  { make, mark, handover: { host }, words: { code } }: ChatDoor,
  words: ChatWords['ahead'],
  leave: (reach: { name: string; email: string }) => boolean,
): AheadPart {
  const line = mark(make('p', 'dim ahead'), { role: 'status' });
  const field = (name: string, label: string, most: number) => {
    const input = mark(make('input', ''), { type: name === 'email' ? 'email' : 'text', autocomplete: name });
    mark(input, { maxlength: String(most), dir: 'auto', 'aria-required': String(name === 'email') });
    return { input, label: make('label', '', label, input) };
  };
  const email = field('email', words.email, LIMITS.maxEmailChars);
  const name = field('name', words.name, LIMITS.maxNameChars);
  const note = mark(make('p', 'note'), { role: 'status' });
  const button = make('button', 'main', words.leave);
  const form = make('form', 'reach', make('p', 'dim', words.reach), email.label, name.label, note, button);
  // What is wrong with it is said in the visitor's own language.
  form.noValidate = true;
  const thanks = mark(make('p', 'note', words.thanks), { role: 'status' });
  form.hidden = line.hidden = thanks.hidden = true;

  let isLeft = false;
  const say = (text: string) => {
    note.textContent = text;
    note.hidden = !text;
  };
  say('');
  host.listen(form, 'submit', (event) => {
    event.preventDefault();
    const reach = { name: name.input.value.trim(), email: email.input.value.trim() };
    const isBad = !EMAIL.test(reach.email);
    mark(email.input, { 'aria-invalid': String(isBad) });
    if (isBad) {
      say(words.badEmail);
      return email.input.focus();
    }
    say(leave(reach) ? '' : words.failed);
  });

  const when = (at: number, now: number) =>
    new Intl.DateTimeFormat(
      code,
      at - now < WEEK_MS
        ? { weekday: 'long', hour: 'numeric', minute: '2-digit' }
        : { day: 'numeric', month: 'long', hour: 'numeric', minute: '2-digit' },
    ).format(at);

  const lineOf = ({ answerable, backAt, before, waitMs }: AheadSaid, waits: boolean) => {
    if (answerable !== 'online') {
      const is =
        answerable === 'closed'
          ? backAt === undefined
            ? words.nobody
            : words.back(when(backAt, Date.now()))
          : words[answerable];
      return `${is} ${waits ? words.kept : words.write}`;
    }
    if (!waits) return words.online;
    if (before === undefined) return '';
    const place = before === 0 ? words.next : words.before(before);
    return waitMs === undefined ? place : `${place} ${words.minutes(Math.max(1, Math.ceil(waitMs / MINUTE_MS)))}`;
  };

  return {
    line,
    form,
    thanks,
    update(said, waits) {
      const text = said ? lineOf(said, waits) : '';
      // Written again it would be read out again.
      if (line.textContent !== text) line.textContent = text;
      line.hidden = !text;
      const isWanted = !!said && waits && said.answerable !== 'online';
      form.hidden = !isWanted || isLeft || said.reachable;
      thanks.hidden = !isWanted || !isLeft;
    },
    answered(isKept) {
      if (!isKept) return say(words.failed);
      isLeft = form.hidden = true;
      thanks.hidden = false;
    },
  };
}
