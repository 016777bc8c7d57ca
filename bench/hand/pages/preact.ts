import { Component, h, render } from 'preact';
import type { HandPage } from '../page.ts';

const seen = { text: '', area: '', pick: 'a', check: false };

class Form extends Component {
  override render() {
    const put = (change: Partial<typeof seen>) => {
      Object.assign(seen, change);
      this.setState({});
    };
    const value = (event: Event) => (event.target as HTMLInputElement).value;
    return h('form', null, [
      h('input', { id: 'text', value: seen.text, onInput: (event: Event) => put({ text: value(event) }) }),
      h('textarea', { id: 'area', value: seen.area, onInput: (event: Event) => put({ area: value(event) }) }),
      h('select', { id: 'pick', value: seen.pick, onChange: (event: Event) => put({ pick: value(event) }) }, [
        h('option', { value: 'a' }, 'A'),
        h('option', { value: 'b' }, 'B'),
      ]),
      h('input', {
        id: 'check',
        type: 'checkbox',
        checked: seen.check,
        onChange: (event: Event) => put({ check: (event.target as HTMLInputElement).checked }),
      }),
    ]);
  }
}

export function mount(root: HTMLElement): HandPage {
  render(h(Form, null), root);
  return { state: () => seen };
}
