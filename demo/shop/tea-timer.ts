// <tea-timer seconds="15">: an open shadow root with an adopted style sheet that all timers share, and a named slot. It
// counts to a moment on the clock, not ticks, so a sleeping tab does not make the tea stronger.

import { svg } from './element.ts';

const look = new CSSStyleSheet();
look.replaceSync(`
  :host { display: grid; grid-template-columns: 84px 1fr auto; align-items: center; gap: 18px; margin-top: 14px; padding: 16px 20px;
    background: var(--card); border: 1px solid var(--line); border-radius: 16px; }
  svg { width: 84px; height: 84px; transform: rotate(-90deg); }
  circle { fill: none; stroke: var(--line); stroke-width: 7; }
  circle + circle { stroke: var(--leaf); stroke-linecap: round; transition: stroke-dashoffset .25s linear; }
  output { font: 600 1.5rem/1.2 var(--sans); font-variant-numeric: tabular-nums; display: block; }
  button { min-height: 44px; padding: 8px 18px; border: 1px solid var(--line); border-radius: 10px; background: none; color: inherit; font: inherit; cursor: pointer; }
  button:hover { border-color: var(--cobalt); color: var(--cobalt); }
  button:focus-visible { outline: 3px solid var(--cobalt); outline-offset: 2px; }
  :host([state='over']) output { color: var(--leaf-ink); }
  :host([state='over']) { animation: over 1s 3; }
  @keyframes over { 50% { border-color: var(--leaf); box-shadow: 0 0 0 4px var(--leaf-wash); } }
  @media (max-width: 420px) { :host { grid-template-columns: 60px 1fr auto; gap: 12px; padding: 14px; } svg { width: 60px; height: 60px; } }
`);

const turn = 2 * Math.PI * 36;

export class TeaTimer extends HTMLElement {
  #left = 0;
  #interval = 0;
  readonly #hand = svg('circle', { cx: 42, cy: 42, r: 36, 'stroke-dasharray': turn, 'stroke-dashoffset': 0 });
  readonly #output = document.createElement('output');
  readonly #button = document.createElement('button');

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [look];
    const text = document.createElement('div');
    const name = document.createElement('slot');
    name.name = 'name';
    text.append(name, this.#output);
    this.#button.type = 'button';
    this.#button.addEventListener('click', () => (this.#interval ? this.#stop() : this.#start()));
    root.append(
      svg('svg', { viewBox: '0 0 84 84', 'aria-hidden': 'true' }, svg('circle', { cx: 42, cy: 42, r: 36 }), this.#hand),
      text,
      this.#button,
    );
  }

  connectedCallback(): void {
    this.#stop();
    new MutationObserver(() => this.#paint()).observe(document.documentElement, { attributeFilter: ['lang'] });
  }

  disconnectedCallback(): void {
    clearInterval(this.#interval);
  }

  get #total(): number {
    return Number(this.getAttribute('seconds')) || 15;
  }

  #start(): void {
    this.setAttribute('state', 'running');
    const ends = Date.now() + this.#left * 1000;
    this.#interval = window.setInterval(() => {
      this.#left = Math.max(0, (ends - Date.now()) / 1000);
      if (this.#left === 0) {
        this.#stop();
        this.setAttribute('state', 'over');
      }
      this.#paint();
    }, 200);
    this.#paint();
  }

  #stop(): void {
    clearInterval(this.#interval);
    this.#interval = 0;
    this.#left = this.#total;
    this.setAttribute('state', 'ready');
    this.#paint();
  }

  #paint(): void {
    const isRussian = document.documentElement.lang === 'ru';
    const seconds = Math.ceil(this.#left);
    this.#output.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    this.#button.textContent = this.#interval ? (isRussian ? 'Сброс' : 'Reset') : isRussian ? 'Пуск' : 'Start';
    this.#hand.setAttribute('stroke-dashoffset', String(turn * (1 - this.#left / this.#total)));
  }
}
