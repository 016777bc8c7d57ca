// <kiln-gauge>: attaches its shadow root only some time after it was put in the page, as lazily loaded widgets do, and
// then goes on changing its temperature.

import { html } from './element.ts';

export class KilnGauge extends HTMLElement {
  #interval = 0;

  connectedCallback(): void {
    this.textContent = '…';
    window.setTimeout(() => {
      this.textContent = '';
      const root = this.attachShadow({ mode: 'open' });
      const look = new CSSStyleSheet();
      look.replaceSync(`
        :host { display: block; padding: 20px 24px; background: var(--card); border: 1px solid var(--line); border-radius: 16px; }
        .now { font: 500 2.75rem/1 var(--serif); font-variant-numeric: tabular-nums; }
        .bar { height: 12px; margin: 14px 0 8px; border-radius: 6px; background: linear-gradient(90deg, #31457a, #8c4a5c 35%, #d9772b 70%, #ffe2a0); position: relative; }
        .bar i { position: absolute; top: -4px; width: 4px; height: 20px; margin-left: -2px; border-radius: 2px; background: var(--ink); transition: left .9s; left: var(--at, 0%); }
        small { color: var(--soft); display: flex; justify-content: space-between; }`);
      root.adoptedStyleSheets = [look];
      const now = html('div', { class: 'now', role: 'status', 'aria-live': 'off' });
      const bar = html('div', { class: 'bar' }, html('i'));
      root.append(now, bar, html('small', {}, html('span', {}, '20°'), html('span', {}, '1310°')));
      let degrees = 1184;
      const paint = (): void => {
        degrees = Math.min(1310, Math.max(1100, degrees + Math.round((Math.random() - 0.4) * 6)));
        now.textContent = `${degrees} °C`;
        bar.style.setProperty('--at', `${((degrees - 20) / 1290) * 100}%`);
      };
      paint();
      this.#interval = window.setInterval(paint, 1_000);
    }, 1_200);
  }

  disconnectedCallback(): void {
    clearInterval(this.#interval);
  }
}
