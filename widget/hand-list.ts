// The list of what was done by hand, as the visitor reads it: time, who, what in plain words, what a field held before and
// after, what became of it; with a button that undoes a change of a field, and one that saves it all as a page. Loaded
// when it is first opened.
//
// Easy to get wrong: a row is kept while its line changes, or the focus in it is lost; and only a trusted click undoes.
// What is written into the saved page is escaped, for operators and pages have written it.

import type { Undone } from '../cobrowse/control.ts';
import { partsOf } from '../protocol/what.ts';
import type { HandDoor } from './hand-door.ts';
import type { Kept, Line } from './hand-ledger.ts';
import { LIST_STYLES } from './hand-list-styles.ts';
import type { ListWords } from './hand-list-words-en.ts';

export type ListDoor = {
  door: HandDoor;
  addStyles(css: string): void;
  kept(): Kept | undefined;
  /** `moved`: what it was done to can't be seen any more. */
  canUndo(line: Line): boolean | 'moved';
  undo(line: Line, isForced: boolean): Promise<Undone>;
  close(): void;
};

export type List = {
  readonly element: HTMLElement;
  refresh(): void;
  /** Saves all of it as a file. */
  download(): void;
};

export async function load(list: ListDoor): Promise<List> {
  const words: ListWords =
    list.door.words.code === 'ru'
      ? (await import('./hand-list-words-ru.ts')).LIST_RU
      : (await import('./hand-list-words-en.ts')).LIST_EN;
  return createList(list, words);
}

const SAVED_STYLES =
  'body{font:15px/1.45 system-ui,sans-serif;margin:24px;color-scheme:light dark}table{border-collapse:collapse}' +
  'td,th{padding:6px 12px;border:1px solid #8888;text-align:left;vertical-align:top;white-space:pre-wrap;overflow-wrap:anywhere}';

function createList({ door, addStyles, kept, canUndo, undo, close }: ListDoor, words: ListWords): List {
  const { make, mark, handover } = door;
  const { host } = handover;
  addStyles(LIST_STYLES);
  const time = new Intl.DateTimeFormat(door.words.code, { timeStyle: 'medium' });
  const date = new Intl.DateTimeFormat(door.words.code, { dateStyle: 'medium', timeStyle: 'medium' });

  const what = ({ did, what = '', more = '', times = 1 }: Line) => {
    const { role, name } = partsOf(what);
    const target = what && words.target(words.roles[role] ?? role, name);
    const known = words.more[more] ?? more;
    const said = (words.acts[did] ?? did) + (target ? words.joint + target : '') + (known ? `: ${known}` : '');
    return times > 1 ? `${said} (${words.times(times)})` : said;
  };
  const value = (text: string) => text || words.empty;
  const result = ({ why, undone }: Line) =>
    why ? `${words.refused} ${words.reasons[why]}` : undone === undefined ? '' : words.undone(value(undone));

  type Row = { element: HTMLElement; update(line: Line): void };
  const createRow = (first: Line): Row => {
    let line = first;
    /** What came of a press on Undo. */
    let answer: Exclude<Undone['done'] extends boolean ? Undone : never, { done: true }>['why'] | undefined;
    const said = make('p', '');
    const values = make('dl', '');
    const note = mark(make('p', 'dim'), { role: 'status' });
    const press = (label: string, isForced: boolean) => {
      const button = mark(make('button', 'side', label), { 'aria-label': `${label}: ${what(line)}` });
      host.listen(button, 'click', (event) => {
        if (!event.isTrusted) return;
        void undo(line, isForced).then(
          host.guard((undone) => {
            answer = undone.done ? undefined : undone.why;
            refresh();
            // Undoing has given the focus to the field.
            const again = [undoing, forcing].find((each) => !each.hidden);
            (again ?? element).focus({ preventScroll: true });
          }),
        );
      });
      return button;
    };
    const undoing = press(words.undo, false);
    const forcing = press(words.undoAnyway, true);
    const head = make('p', 'dim', `${time.format(line.at)} · ${line.by.name}`);
    const element = mark(make('li', '', head, said, values, note, undoing, forcing), { tabindex: '-1' });
    return {
      element,
      update(next) {
        line = next;
        const { was, now, why, undone, isEdit } = line;
        const can = canUndo(line);
        const isOpen = can === true;
        said.textContent = what(line);
        values.replaceChildren(
          ...(was === undefined || now === undefined
            ? []
            : [
                make('dt', '', words.was),
                make('dd', '', value(was)),
                make('dt', '', words.now),
                make('dd', '', value(now)),
              ]),
        );
        element.className = why ? 'refused' : '';
        const isChanged = answer === 'changed';
        const told =
          result(line) ||
          (can === 'moved' ? words.moved : '') ||
          (isChanged ? words.changed : answer ? `${words.notUndone} ${words.reasons[answer]}` : '') ||
          (isEdit && !isOpen && undone === undefined ? words.elsewhere : '');
        if (note.textContent !== told) note.textContent = told;
        note.hidden = !told;
        undoing.hidden = !isOpen || isChanged;
        forcing.hidden = !isOpen || !isChanged;
      },
    };
  };

  const rows = new Map<string, Row>();
  const lines = mark(make('ol', ''), { tabindex: '0', 'aria-labelledby': 'did' });
  const title = mark(make('h2', '', words.title), { id: 'did' });
  const closing = mark(make('button', 'x bare', '×'), { 'aria-label': door.words.close });
  host.listen(closing, 'click', close);
  const saving = make('button', 'side', words.download);
  const gone = make('p', 'dim');
  const element = mark(
    make('section', 'card did', make('div', 'top', title, closing), make('p', 'dim', words.intro), gone, lines, saving),
    { role: 'dialog', 'aria-labelledby': 'did', tabindex: '-1' },
  );

  const refresh = () => {
    const all = kept();
    const seen = new Set<string>();
    for (const line of all?.lines ?? []) {
      seen.add(line.id);
      let row = rows.get(line.id);
      if (!row) rows.set(line.id, (row = createRow(line)));
      row.update(line);
      // The newest first, and nothing is moved that has its place: it may have the focus.
      if (!row.element.isConnected && row.element.parentNode !== lines) lines.prepend(row.element);
    }
    for (const [id, row] of rows)
      if (!seen.has(id)) {
        row.element.remove();
        rows.delete(id);
      }
    gone.textContent = all?.cut ? words.cut(all.cut) : '';
    gone.hidden = !all?.cut;
  };

  const download = () => {
    const { lines = [], cut = 0 } = kept() ?? {};
    const cells = (line: Line) => [
      date.format(line.at),
      line.by.name,
      what(line),
      line.was === undefined ? '' : value(line.was),
      line.now === undefined ? '' : value(line.now),
      result(line) || words.done,
    ];
    const row = (tag: string, texts: readonly string[]) =>
      `<tr>${texts.map((text) => `<${tag}>${escaped(text)}</${tag}>`).join('')}</tr>`;
    const title = `${words.title}: ${location.host}`;
    // For programs: the same once more, and what is data there never ends the element.
    const data = handover.clean().JSON.stringify({ site: location.origin, cut, lines }).replace(/</g, '\\u003c');
    const html =
      `<!doctype html><html lang="${door.words.code}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
      `<title>${escaped(title)}</title><style>${SAVED_STYLES}</style><h1>${escaped(title)}</h1>` +
      (cut ? `<p>${escaped(words.cut(cut))}</p>` : '') +
      `<table>${row('th', words.columns)}${lines.map((line) => row('td', cells(line))).join('')}</table>` +
      `<script type="application/json">${data}</script></html>`;
    const link = make('a', '');
    link.href = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
    link.download = `${words.file}-${location.hostname}.html`;
    link.hidden = true;
    door.surface.root.append(link);
    link.click();
    link.remove();
    host.after(60_000, () => URL.revokeObjectURL(link.href));
  };
  host.listen(saving, 'click', download);

  return { element, refresh, download };
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? '');
