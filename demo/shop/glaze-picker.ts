// <glaze-picker> with <glaze-swatch> children: slots for title, note and swatches, and a cup drawn in a shadow root of
// its own inside the picker's, so that shadow roots stand inside shadow roots.

import { svg } from './element.ts';

export class GlazeSwatch extends HTMLElement {
  static readonly observedAttributes = ['chosen', 'colour'];
  readonly #button = document.createElement('button');

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true });
    const look = document.createElement('style');
    look.textContent = `
      :host { display: inline-block; }
      button { display: grid; justify-items: center; gap: 8px; padding: 10px 8px; border: 0; border-radius: 12px; background: none; color: inherit; font: inherit; font-size: .9375rem; cursor: pointer; min-width: 86px; }
      button::before { content: ''; width: 48px; height: 48px; border-radius: 50%; background: radial-gradient(circle at 32% 28%, rgb(255 255 255 / .75), transparent 34%), var(--colour); box-shadow: inset 0 -6px 12px rgb(0 0 0 / .22), 0 0 0 1px rgb(0 0 0 / .1); transition: transform .15s; }
      button:hover::before { transform: scale(1.08); }
      button[aria-pressed='true'] { background: var(--cobalt-wash); box-shadow: inset 0 0 0 2px var(--cobalt); }
      button:focus-visible { outline: 3px solid var(--cobalt); outline-offset: 2px; }`;
    this.#button.type = 'button';
    this.#button.append(document.createElement('slot'));
    this.#button.addEventListener('click', () =>
      this.dispatchEvent(new CustomEvent('choose', { bubbles: true, composed: true })),
    );
    root.append(look, this.#button);
  }

  attributeChangedCallback(): void {
    this.#button.style.setProperty('--colour', this.getAttribute('colour') ?? '#ccc');
    this.#button.setAttribute('aria-pressed', String(this.hasAttribute('chosen')));
  }
}

export class GlazeCup extends HTMLElement {
  readonly #body = svg('path', { d: 'M60 62h140c0 62-24 104-70 104S60 124 60 62Z' });
  readonly #rim = svg('ellipse', { cx: 130, cy: 62, rx: 70, ry: 13 });

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    const look = new CSSStyleSheet();
    look.replaceSync(`
      :host { display: block; } svg { width: 100%; max-width: 320px; margin-inline: auto; display: block; }
      path { transition: fill .4s; } .steam { fill: none; stroke: var(--soft); stroke-width: 3; stroke-linecap: round; opacity: .5; stroke-dasharray: 30 60; animation: rise 3s linear infinite; }
      .steam:nth-of-type(2) { animation-delay: -1.4s; } @keyframes rise { to { stroke-dashoffset: -90; } }`);
    root.adoptedStyleSheets = [look];
    root.append(
      svg(
        'svg',
        { viewBox: '0 0 260 210', 'aria-hidden': 'true' },
        svg('ellipse', { cx: 130, cy: 186, rx: 92, ry: 11, fill: 'var(--line)' }),
        svg('path', { class: 'steam', d: 'M112 50c-10-12 10-18 0-30s8-14 2-20' }),
        svg('path', { class: 'steam', d: 'M148 50c-10-12 10-18 0-30s8-14 2-20' }),
        this.#body,
        svg('path', { d: 'M112 165h36v14c0 5-36 5-36 0Z', fill: '#9a7355' }),
        this.#rim,
        svg('ellipse', { cx: 130, cy: 62, rx: 64, ry: 10, fill: 'rgb(0 0 0 / .32)' }),
        svg('ellipse', { cx: 130, cy: 65, rx: 55, ry: 6.5, fill: '#b4581c' }),
        svg('path', { d: 'M74 82c2 36 14 60 34 72-20-6-38-30-34-72Z', fill: 'rgb(255 255 255 / .45)' }),
      ),
    );
  }

  paint(colour: string): void {
    this.#body.setAttribute('fill', colour);
    this.#rim.style.fill = `color-mix(in srgb, ${colour} 80%, white)`;
  }
}

export class GlazePicker extends HTMLElement {
  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.innerHTML = `
      <style>
        :host { display: grid; grid-template-columns: minmax(200px, 1fr) 2fr; gap: 28px; align-items: center; padding: 24px; background: var(--card); border: 1px solid var(--line); border-radius: 16px; }
        .swatches { display: flex; flex-wrap: wrap; gap: 4px; margin: 12px -8px; }
        ::slotted(h3) { margin: 0; }
        @media (max-width: 720px) { :host { grid-template-columns: 1fr; } }
      </style>
      <glaze-cup></glaze-cup>
      <div><slot name="title"></slot><div class="swatches"><slot></slot></div><slot name="note"></slot></div>`;
    this.addEventListener('choose', (event) => {
      if (event.target instanceof GlazeSwatch) this.#choose(event.target);
    });
  }

  connectedCallback(): void {
    const first = this.querySelector('glaze-swatch');
    if (first instanceof GlazeSwatch) this.#choose(first);
  }

  #choose(swatch: GlazeSwatch): void {
    for (const other of this.querySelectorAll('glaze-swatch')) other.toggleAttribute('chosen', other === swatch);
    const cup = this.shadowRoot?.querySelector('glaze-cup');
    if (cup instanceof GlazeCup) cup.paint(swatch.getAttribute('colour') ?? '#ccc');
  }
}
