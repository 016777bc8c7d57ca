// Controlled fields of React: what is not heard by its handlers is taken back.

import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { HandPage } from '../page.ts';

const seen = { text: '', area: '', pick: 'a', check: false, number: '', sent: '' };

function Form() {
  const [state, set] = useState(seen);
  const put = (change: Partial<typeof seen>) => {
    Object.assign(seen, change);
    set({ ...seen });
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        put({ sent: state.text });
      }}
    >
      <input id="text" value={state.text} onChange={(event) => put({ text: event.target.value })} />
      <textarea id="area" value={state.area} onChange={(event) => put({ area: event.target.value })} />
      <input
        id="number"
        value={state.number}
        onChange={(event) => put({ number: event.target.value.replace(/\D/g, '') })}
      />
      <select id="pick" value={state.pick} onChange={(event) => put({ pick: event.target.value })}>
        <option value="a">A</option>
        <option value="b">B</option>
      </select>
      <input
        id="check"
        type="checkbox"
        checked={state.check}
        onChange={(event) => put({ check: event.target.checked })}
      />
      <button id="send">Send</button>
    </form>
  );
}

export function mount(root: HTMLElement): HandPage {
  createRoot(root).render(<Form />);
  return { state: () => seen };
}
