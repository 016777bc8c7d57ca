import { createFocusTrap } from 'focus-trap';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  const seen = { open: false, name: '', focused: '' };
  root.innerHTML = `<button id="open">Subscribe</button>
    <div id="modal" hidden style="position:fixed;inset:60px;background:#fff;border:1px solid">
      <input id="name"> <button id="save">Save</button> <button id="close">Close</button></div>`;
  const modal = document.getElementById('modal') as HTMLElement;
  const trap = createFocusTrap(modal, { onDeactivate: () => show(false) });
  const show = (open: boolean) => {
    seen.open = open;
    modal.hidden = !open;
  };
  document.getElementById('open')?.addEventListener('click', () => {
    show(true);
    trap.activate();
  });
  document.getElementById('save')?.addEventListener('click', () => {
    seen.name = (document.getElementById('name') as HTMLInputElement).value;
    trap.deactivate();
  });
  document.getElementById('close')?.addEventListener('click', () => trap.deactivate());
  return { state: () => ({ ...seen, focused: document.activeElement?.id ?? '' }) };
}
