// The workshop's page: frames of the same origin (one inside another, and one without an address), and web components:
// slots, nested and declarative shadow roots, adopted style sheets, a root attached late. It is where the live view
// meets everything that a page can hide inside itself.

import { need } from '../shop/element.ts';
import { GlazeCup, GlazePicker, GlazeSwatch } from '../shop/glaze-picker.ts';
import { KilnGauge } from '../shop/kiln-gauge.ts';
import { openShop } from '../shop/page.ts';
import { TeaTimer } from '../shop/tea-timer.ts';

const shop = openShop();
customElements.define('tea-timer', TeaTimer);
customElements.define('glaze-swatch', GlazeSwatch);
customElements.define('glaze-cup', GlazeCup);
customElements.define('glaze-picker', GlazePicker);
customElements.define('kiln-gauge', KilnGauge);

/** A frame without an address of its own, as editors and mail previews use. */
const note = need(HTMLIFrameElement, '#note-frame');
note.srcdoc = `<!doctype html><html><head><style>
  body { margin: 0; font: 18px/1.6 Georgia, serif; color: #2b241c; background: #fdf9ee linear-gradient(transparent 95%, #d9cfb4 95%) 0 12px / 100% 29px; }
  p { margin: 0; min-height: 220px; padding: 12px 22px; outline: none; } p:empty::before { content: attr(data-hint); color: #a3977d; }
</style></head><body><p contenteditable="true" role="textbox" aria-multiline="true"></p></body></html>`;

function hint(): void {
  const paper = note.contentDocument?.querySelector('p');
  const words = shop.say({ en: 'Dear potter…', ru: 'Дорогой мастер…' });
  paper?.setAttribute('data-hint', words);
  paper?.setAttribute('aria-label', words);
}
note.addEventListener('load', hint);
shop.speech.onChange(hint);
