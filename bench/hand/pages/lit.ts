// Fields inside of a shadow root, bound by Lit.

import { html, LitElement } from 'lit';
import { live } from 'lit/directives/live.js';
import type { HandPage } from '../page.ts';

const seen = { text: '', pick: 'a', check: false, pressed: 0 };

class HandForm extends LitElement {
  #put(change: Partial<typeof seen>) {
    Object.assign(seen, change);
    this.requestUpdate();
  }
  protected override render() {
    return html`<input
        id="text"
        .value=${live(seen.text)}
        @input=${(event: Event) => this.#put({ text: (event.target as HTMLInputElement).value })}
      />
      <select id="pick" @change=${(event: Event) => this.#put({ pick: (event.target as HTMLSelectElement).value })}>
        <option value="a">A</option>
        <option value="b">B</option>
      </select>
      <input
        id="check"
        type="checkbox"
        .checked=${live(seen.check)}
        @change=${(event: Event) => this.#put({ check: (event.target as HTMLInputElement).checked })}
      />
      <button id="press" @click=${() => this.#put({ pressed: seen.pressed + 1 })}>${seen.pressed}</button>`;
  }
}

export function mount(root: HTMLElement): HandPage {
  customElements.define('hand-form', HandForm);
  root.append(document.createElement('hand-form'));
  return { state: () => seen };
}
