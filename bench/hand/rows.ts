// The hand matrix: what a person does with each widget, and what its page must believe then. Steps are what an operator
// does in the console, in the order given; selectors are of the visitor's page: `>>>` goes into a shadow root, `|>` into
// a frame.

export type Step =
  | { do: 'click' | 'double' | 'right' | 'hover'; on: string; at?: readonly [number, number] }
  | { do: 'type'; text: string }
  | { do: 'paste'; text: string }
  /** As puppeteer names keys; `with` are held. */
  | { do: 'key'; key: string; with?: readonly string[] }
  /** From the middle of one to the given share of the other. */
  | { do: 'drag'; on: string; to: string; at?: readonly [number, number] }
  | { do: 'wheel'; on: string; dy: number }
  /** Waits until the page shows it, as a person would who is about to press Enter. */
  | { do: 'look'; for: string }
  | { do: 'choose'; on: string; options: readonly number[] }
  /** In the console's picker; a slider has none, and is pressed where the value lies on it: `at`. */
  | { do: 'set'; on: string; value: string; at?: readonly [number, number] }
  /** A file of the operator's, which the visitor puts in; one of the visitor's own, which they choose. */
  | { do: 'give'; on: string; file: SomeFile }
  | { do: 'ask'; on: string; file: SomeFile };

type SomeFile = { readonly name: string; readonly text: string };

export type Row = {
  /** Unique within the page. */
  name: string;
  page: string;
  steps: readonly Step[];
  /** Of the page's own state. */
  expect: (state: never) => boolean;
};

type Plain = {
  form: Record<string, string | null>;
  many: string[];
  details: boolean;
  dialog: string;
  dialogOpen: boolean;
  popover: boolean;
  hash: string;
  editable: string;
  scrolled: boolean;
  focused: string;
  heard: string[];
};
type Fields = { text: string; area: string; lazy: string; pick: string; check: boolean; range: number; number: string };
type Any = Record<string, unknown>;

const click = (on: string, at?: readonly [number, number]): Step => ({ do: 'click', on, ...(at ? { at } : {}) });
const type = (text: string): Step => ({ do: 'type', text });
const key = (name: string, ...held: string[]): Step => ({ do: 'key', key: name, with: held });

const plain = (name: string, steps: readonly Step[], expect: (state: Plain) => boolean): Row => ({
  page: 'plain',
  name,
  steps,
  expect,
});
const typed = (id: string, text: string): Row =>
  plain(`${id} field`, [click(`#${id}`), type(text)], ({ form }) => form[id] === text);
const picked = (id: string, value: string, at?: readonly [number, number]): Row =>
  plain(`${id} field`, [{ do: 'set', on: `#${id}`, value, ...(at && { at }) }], ({ form }) => form[id] === value);

/** What the fields of a framework must have heard. */
function framework(page: string, has: readonly (keyof Fields)[], root = ''): Row[] {
  const rows: Record<keyof Fields, Omit<Row, 'page'>> = {
    text: {
      name: 'text',
      steps: [click(`${root}#text`), type('Анна Smith')],
      expect: ({ text }: Fields) => text === 'Анна Smith',
    },
    area: {
      name: 'text area, two lines',
      steps: [click(`${root}#area`), type('one'), key('Enter'), type('two')],
      expect: ({ area }: Fields) => area === 'one\ntwo',
    },
    lazy: {
      name: 'text that counts when left',
      steps: [click(`${root}#lazy`), type('late'), key('Tab')],
      expect: ({ lazy }: Fields) => lazy === 'late',
    },
    pick: {
      name: 'select',
      steps: [{ do: 'choose', on: `${root}#pick`, options: [1] }],
      expect: ({ pick }: Fields) => pick === 'b',
    },
    check: { name: 'checkbox', steps: [click(`${root}#check`)], expect: ({ check }: Fields) => check },
    range: {
      name: 'range',
      steps: [{ do: 'set', on: `${root}#range`, value: '7', at: [0.675, 0.5] }],
      expect: ({ range }: Fields) => range === 7,
    },
    number: {
      name: 'text that the page filters',
      steps: [click(`${root}#number`), type('1a2b')],
      expect: ({ number }: Fields) => number === '12',
    },
  };
  return has.map((name) => ({ page, ...rows[name] }));
}

/** With the visitor's yes. */
function handedOver(way: 'give' | 'ask', name: string, field: string, on: string): Row {
  type Fields = Record<string, { files: string[]; heard: string[] }>;
  return {
    page: 'files',
    name,
    steps: [{ do: way, on, file: { name: 'bill.txt', text: 'total 42' } }],
    expect: (state: Fields) =>
      state[field]?.files.join() === 'bill.txt: total 42' && state[field].heard.join() === 'input,change',
  };
}

export const ROWS: readonly Row[] = [
  typed('text', 'Анна'),
  typed('search', 'tea'),
  typed('email', 'a@example.org'),
  typed('tel', '+7 900'),
  typed('url', 'https://a.example'),
  plain('text area', [click('#area'), type('one'), key('Enter'), type('two')], ({ form }) =>
    /^one\r?\ntwo$/.test(form['area'] ?? ''),
  ),
  plain(
    'correcting text',
    [click('#text'), type('abX'), key('Backspace'), type('c')],
    ({ form }) => form['text'] === 'abc',
  ),
  plain(
    'caret and selection',
    [click('#text'), type('bc'), key('Home'), type('a'), key('End'), type('d')],
    ({ form }) => form['text'] === 'abcd',
  ),
  plain(
    'select all and replace',
    [click('#text'), type('old'), key('a', 'Control'), type('new')],
    ({ form }) => form['text'] === 'new',
  ),
  plain(
    'paste',
    [click('#text'), { do: 'paste', text: 'pasted words' }],
    ({ form }) => form['text'] === 'pasted words',
  ),
  plain('checkbox', [click('#check')], ({ form }) => form['check'] === 'on'),
  plain(
    'checkbox by Space',
    [click('#text'), { do: 'click', on: '#check' }, key('Space')],
    ({ form }) => form['check'] === null,
  ),
  plain('radio by its label', [click('#radio-b')], ({ form }) => form['radio'] === 'b'),
  plain('select', [{ do: 'choose', on: '#one', options: [1] }], ({ form }) => form['one'] === '2'),
  plain(
    'select of several',
    [{ do: 'choose', on: '#many', options: [0, 2] }],
    ({ many }) => many.join() === 'red,blue',
  ),
  picked('number', '7'),
  picked('range', '40', [0.412, 0.5]),
  picked('date', '2026-12-31'),
  picked('time', '12:30'),
  picked('moment', '2026-12-31T12:30'),
  picked('month', '2026-12'),
  picked('week', '2026-W10'),
  picked('color', '#ff8800'),
  plain('submit by Enter', [click('#text'), type('x'), key('Enter')], ({ heard }) => heard.includes('submit')),
  plain('submit by button', [click('#send')], ({ heard }) => heard.join() === 'submit'),
  plain('Tab to the next field', [click('#text'), key('Tab')], ({ focused }) => focused === 'search'),
  plain('click', [click('#count')], ({ heard }) => heard.join() === 'click'),
  plain('double click', [{ do: 'double', on: '#count' }], ({ heard }) => heard.join() === 'click,click,dblclick'),
  plain('right click', [{ do: 'right', on: '#count' }], ({ heard }) => heard.join() === 'contextmenu'),
  plain('details', [click('#summary')], ({ details }) => details),
  plain('dialog', [click('#ask'), click('#yes')], ({ dialog, dialogOpen }) => dialog === 'yes' && !dialogOpen),
  plain(
    'dialog closed by Escape',
    [click('#ask'), key('Escape')],
    ({ dialogOpen, heard }) => !dialogOpen && heard.length === 0,
  ),
  plain('popover', [click('#pop')], ({ popover }) => popover),
  plain('link', [click('#link')], ({ hash }) => hash === '#there'),
  plain(
    'editable',
    [click('#editable'), key('End'), type('Anna')],
    ({ editable }) => editable.replace(/\s/g, ' ') === 'Dear Anna',
  ),
  plain('wheel in a box', [{ do: 'wheel', on: '#box', dy: 200 }], ({ scrolled }) => scrolled),
  ...framework('react', ['text', 'area', 'pick', 'check', 'number']),
  {
    page: 'react',
    name: 'submit by Enter',
    steps: [click('#text'), type('go'), key('Enter')],
    expect: ({ sent }: Any) => sent === 'go',
  },
  ...framework('preact', ['text', 'area', 'pick', 'check']),
  ...framework('vue', ['text', 'area', 'lazy', 'pick', 'check']),
  ...framework('svelte', ['text', 'area', 'pick', 'check', 'range']),
  ...framework('angular', ['text', 'area', 'pick', 'check']),
  ...framework('lit', ['text', 'pick', 'check'], 'hand-form >>> '),
  { page: 'lit', name: 'button', steps: [click('hand-form >>> #press')], expect: ({ pressed }: Any) => pressed === 1 },
  ...framework('jquery', ['text', 'pick', 'check']),
  {
    page: 'jquery',
    name: 'keys are heard',
    steps: [click('#text'), type('ab')],
    expect: ({ keys }: Any) => keys === 'ab',
  },
  {
    page: 'dates',
    name: 'flatpickr: a day',
    steps: [click('#date'), click('.flatpickr-day[aria-label="March 20, 2026"]')],
    expect: ({ date }: Any) => date === '2026-03-20',
  },
  {
    page: 'selects',
    name: 'Tom Select: search and choose',
    steps: [click('.ts-control'), type('kaz'), click('.ts-dropdown .option[data-value=kzn]')],
    expect: ({ value }: Any) => value === 'kzn',
  },
  {
    page: 'selects',
    name: 'Tom Select: by keys',
    steps: [
      click('.ts-control'),
      type('sai'),
      { do: 'look', for: '.ts-dropdown .active[data-value=spb]' },
      key('Enter'),
    ],
    expect: ({ value }: Any) => value === 'spb',
  },
  {
    page: 'masks',
    name: 'IMask: a telephone number',
    steps: [click('#phone'), type('9001234567')],
    expect: ({ value }: Any) => value === '+7 (900) 123-45-67',
  },
  {
    page: 'sliders',
    name: 'noUiSlider: dragged',
    steps: [{ do: 'drag', on: '.noUi-handle-lower', to: '#slider', at: [0.5, 0.5] }],
    expect: ({ from, to }: { from: number; to: number }) => from >= 48 && from <= 52 && to === 80,
  },
  {
    page: 'sliders',
    name: 'noUiSlider: by keys',
    steps: [click('.noUi-handle-upper'), key('ArrowRight')],
    expect: ({ to }: { to: number }) => to > 80,
  },
  {
    page: 'sortable',
    name: 'SortableJS: drag and drop',
    steps: [{ do: 'drag', on: '#one', to: '#three', at: [0.5, 0.8] }],
    expect: ({ list }: { list: string[] }) => list.join() === 'two,three,one,four',
  },
  {
    page: 'sortable',
    name: 'SortableJS: pointer events',
    steps: [{ do: 'drag', on: '#p-one', to: '#p-three', at: [0.5, 0.8] }],
    expect: ({ pointers }: { pointers: string[] }) => pointers.join() === 'p-two,p-three,p-one,p-four',
  },
  {
    page: 'dropzone',
    name: 'drop zone',
    steps: [{ do: 'drag', on: '#card', to: '#zone' }],
    expect: ({ dropped }: Any) => dropped === 'card-1',
  },
  handedOver('give', 'a file of the operator’s', 'receipt', '#receipt'),
  handedOver('give', 'a file of the operator’s, by a label', 'passport', '#label'),
  handedOver('ask', 'a file of the visitor’s own', 'receipt', '#receipt'),
  handedOver('ask', 'a file of the visitor’s own, by a label', 'passport', '#label'),
  {
    page: 'virtual',
    name: 'virtual list: scrolled, then pressed',
    steps: [{ do: 'wheel', on: '#scroller', dy: 3000 }, click('[data-index="104"]')],
    expect: ({ pressed }: Any) => pressed === 104,
  },
  {
    page: 'complete',
    name: 'Awesomplete: by keys',
    steps: [click('#street'), type('ne'), key('ArrowDown'), key('Enter')],
    expect: ({ chosen }: Any) => chosen === 'Neglinnaya' || chosen === 'Nevsky',
  },
  {
    page: 'complete',
    name: 'Awesomplete: by mouse',
    steps: [click('#street'), type('tv'), click('.awesomplete li')],
    expect: ({ chosen }: Any) => chosen === 'Tverskaya',
  },
  {
    page: 'quill',
    name: 'Quill: text',
    steps: [click('.ql-editor'), type('Hello'), key('Enter'), type('world')],
    expect: ({ text }: Any) => text === 'Hello\nworld\n',
  },
  {
    page: 'quill',
    name: 'Quill: bold by shortcut',
    steps: [click('.ql-editor'), type('Hello'), key('a', 'Control'), key('b', 'Control')],
    expect: ({ bold }: Any) => bold === true,
  },
  {
    page: 'tiptap',
    name: 'Tiptap: text',
    steps: [click('.tiptap'), type('Hello'), key('Enter'), type('world')],
    expect: ({ html }: Any) => html === '<p>Hello</p><p>world</p>',
  },
  {
    page: 'tiptap',
    name: 'Tiptap: markdown heading, bold, backspace',
    steps: [click('.tiptap'), type('# Titles'), key('Backspace')],
    expect: ({ html }: Any) => html === '<h1>Title</h1>' || html === '<h1>Title</h1><p></p>',
  },
  {
    page: 'code',
    name: 'CodeMirror: text with a bracket closed',
    steps: [click('.cm-content'), type('let a = ['), type('1'), key('End'), key('Enter'), type('b')],
    expect: ({ text }: Any) => text === 'let a = [1]\nb',
  },
  {
    page: 'menu',
    name: 'hover menu',
    steps: [{ do: 'hover', on: '#title' }, click('#coffee')],
    expect: ({ chosen }: Any) => chosen === 'coffee',
  },
  {
    page: 'menu',
    name: 'hover menu closes',
    steps: [{ do: 'hover', on: '#title' }, { do: 'hover', on: '#elsewhere' }, click('#elsewhere')],
    expect: ({ open, chosen }: Any) => open === false && chosen === '',
  },
  {
    page: 'styled',
    name: 'menu by :hover',
    steps: [{ do: 'hover', on: '#title' }, click('#coffee')],
    expect: ({ chosen, open }: Any) => chosen === 'coffee' && open === true,
  },
  {
    page: 'styled',
    name: 'menu by :hover closes',
    steps: [{ do: 'hover', on: '#title' }, { do: 'hover', on: '#elsewhere' }, click('#elsewhere')],
    expect: ({ open, chosen }: Any) => open === false && chosen === '',
  },
  {
    page: 'styled',
    name: 'menu by :hover in a shadow root',
    steps: [{ do: 'hover', on: '#host >>> #inner' }, click('#host >>> #milk')],
    expect: ({ chosen }: Any) => chosen === 'milk',
  },
  {
    page: 'styled',
    name: 'menu by :focus-within',
    steps: [click('#open'), click('#post')],
    expect: ({ chosen }: Any) => chosen === 'post',
  },
  {
    page: 'modal',
    name: 'focus-trap: fill and save',
    steps: [click('#open'), click('#name'), type('Anna'), click('#save')],
    expect: ({ open, name }: Any) => open === false && name === 'Anna',
  },
  {
    page: 'modal',
    name: 'focus-trap: Tab stays inside',
    steps: [
      click('#open'),
      click('#close', [0.5, 0.5]),
      click('#open'),
      click('#name'),
      key('Tab'),
      key('Tab'),
      key('Tab'),
    ],
    expect: ({ focused }: Any) => focused === 'name',
  },
  {
    page: 'canvas',
    name: 'canvas: a stroke with the pointer captured',
    steps: [{ do: 'drag', on: '#canvas', to: '#canvas', at: [0.9, 0.8] }],
    expect: ({ strokes, points, captured }: { strokes: number; points: number; captured: boolean }) =>
      strokes === 1 && points > 1 && captured,
  },
  {
    page: 'frames',
    name: 'frame: text',
    steps: [{ do: 'wheel', on: 'body', dy: 600 }, click('#frame |> #text'), type('inside')],
    expect: ({ text }: Any) => text === 'inside',
  },
  {
    page: 'frames',
    name: 'frame: button',
    steps: [{ do: 'wheel', on: 'body', dy: 600 }, click('#frame |> #press')],
    expect: ({ pressed }: Any) => pressed === 1,
  },
  ...foreign(),
];

/** A frame of another origin that lets the hand in. */
function foreign(): Row[] {
  const frame = (id: string) => `#frame |> #${id}`;
  const row = (name: string, steps: readonly Step[], expect: (state: Any) => boolean): Row => ({
    page: 'foreign',
    name: `frame of another origin: ${name}`,
    steps,
    expect,
  });
  return [
    row('button', [click(frame('press'))], ({ pressed }) => pressed === 1),
    row('text', [click(frame('text')), type('Анна Smith')], ({ text }) => text === 'Анна Smith'),
    row('select', [{ do: 'choose', on: frame('pick'), options: [1] }], ({ pick }) => pick === 'b'),
    row('checkbox', [click(frame('check'))], ({ check }) => check === true),
    row('scroll', [{ do: 'wheel', on: frame('list'), dy: 300 }], ({ scrolled }) => scrolled === 300),
    row(
      'drag, with the pointer captured',
      [{ do: 'drag', on: frame('knob'), to: frame('press') }],
      ({ dragged }) => Number(dragged) > 50,
    ),
    row(
      'keys: Enter, and Tab to the next',
      [click(frame('text')), type('abc'), key('Backspace'), key('Enter'), click(frame('check')), key('Tab'), type('x')],
      ({ submitted, next }) => submitted === 'ab' && next === 'x',
    ),
  ];
}
