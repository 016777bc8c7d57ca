import { mount as mountComponent } from 'svelte';
import type { HandPage } from '../page.ts';
import Form from './form.svelte';

export function mount(root: HTMLElement): HandPage {
  const seen = $state({ text: '', area: '', pick: 'a', check: false, range: 0 });
  mountComponent(Form, { target: root, props: { seen } });
  return { state: () => $state.snapshot(seen) };
}
