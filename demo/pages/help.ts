// The help page: anchors that work in both languages, the contents that follow the scroll, and a search that marks what
// it finds. Both languages stand in the HTML; a section is found by `data-section` in the article that is shown.

import { need } from '../shop/element.ts';
import { openShop } from '../shop/page.ts';

const shop = openShop();
const find = need(HTMLInputElement, '#find');
const count = need(HTMLElement, '#find-count');
const article = (): HTMLElement => need(HTMLElement, `article[data-lang="${shop.speech.current()}"]`);
const section = (name: string): HTMLElement | null => article().querySelector(`[data-section="${CSS.escape(name)}"]`);

function goToAnchor(): void {
  const name = location.hash.slice(1);
  if (name) section(name)?.scrollIntoView();
}

for (const link of document.querySelectorAll<HTMLAnchorElement>('.toc a')) {
  link.addEventListener('click', (event) => {
    event.preventDefault();
    history.pushState(null, '', link.hash);
    goToAnchor();
  });
}
window.addEventListener('popstate', goToAnchor);

const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting || !(entry.target instanceof HTMLElement)) continue;
      const name = entry.target.dataset['section'] ?? '';
      for (const link of document.querySelectorAll<HTMLAnchorElement>('.toc a'))
        if (link.hash === `#${name}`) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
    }
  },
  { rootMargin: '-20% 0px -70% 0px' },
);
for (const one of document.querySelectorAll('[data-section]')) seen.observe(one);

function clearMarks(): void {
  for (const mark of document.querySelectorAll('.prose mark')) {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent?.normalize();
  }
}

function markAll(word: string): number {
  clearMarks();
  if (word.length < 2) return 0;
  const texts: Text[] = [];
  const walker = document.createTreeWalker(article(), NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) if (node instanceof Text) texts.push(node);
  let found = 0;
  for (const text of texts) {
    let rest = text;
    for (let at = rest.data.toLowerCase().indexOf(word); at >= 0; at = rest.data.toLowerCase().indexOf(word)) {
      const hit = rest.splitText(at);
      rest = hit.splitText(word.length);
      const mark = document.createElement('mark');
      hit.replaceWith(mark);
      mark.append(hit);
      found += 1;
    }
  }
  return found;
}

let current = -1;

function showNext(): void {
  const marks = [...article().querySelectorAll<HTMLElement>('mark')];
  if (marks.length === 0) return;
  current = (current + 1) % marks.length;
  marks.forEach((mark, at) => mark.classList.toggle('is-current', at === current));
  const mark = marks[current];
  const folded = mark?.closest('details');
  if (folded) folded.open = true;
  mark?.scrollIntoView({ block: 'center' });
  count.textContent = `${current + 1}/${marks.length}`;
}

find.addEventListener('input', () => {
  const found = markAll(find.value.trim().toLowerCase());
  current = -1;
  count.textContent = find.value.trim().length < 2 ? '' : String(found);
});
need(HTMLFormElement, '#find-form').addEventListener('submit', (event) => {
  event.preventDefault();
  showNext();
});
shop.speech.onChange(() => {
  clearMarks();
  find.value = '';
  count.textContent = '';
  goToAnchor();
});
goToAnchor();
