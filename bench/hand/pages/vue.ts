import { createApp, h, reactive, vModelCheckbox, vModelSelect, vModelText, withDirectives } from 'vue';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  const seen = reactive({ text: '', area: '', lazy: '', pick: 'a', check: false });
  const set = (name: keyof typeof seen) => ({ 'onUpdate:modelValue': (value: never) => (seen[name] = value) });
  // What a template with v-model compiles to.
  createApp({
    render: () =>
      h('form', null, [
        withDirectives(h('input', { id: 'text', ...set('text') }), [[vModelText, seen.text]]),
        withDirectives(h('textarea', { id: 'area', ...set('area') }), [[vModelText, seen.area]]),
        withDirectives(h('input', { id: 'lazy', ...set('lazy') }), [[vModelText, seen.lazy, '', { lazy: true }]]),
        withDirectives(
          h('select', { id: 'pick', ...set('pick') }, [
            h('option', { value: 'a' }, 'A'),
            h('option', { value: 'b' }, 'B'),
          ]),
          [[vModelSelect, seen.pick]],
        ),
        withDirectives(h('input', { id: 'check', type: 'checkbox', ...set('check') }), [[vModelCheckbox, seen.check]]),
      ]),
  }).mount(root);
  return { state: () => seen };
}
