// Without Solid's compiler: its tagged templates make the same fine-grained updates.

import { createMemo, createSignal, For, Show, type Accessor } from 'solid-js';
import html from 'solid-js/html';
import { createStore, produce } from 'solid-js/store';
import { render } from 'solid-js/web';
import type { TodoApp } from '../todo-driver.ts';

type Todo = { id: number; title: string; done: boolean };

const fieldOf = (event: Event) => event.target as HTMLInputElement;

function Todos() {
  let last = 0;
  const [state, set] = createStore<{ todos: Todo[] }>({ todos: [] });
  const [filter, choose] = createSignal('all');
  const [edited, edit] = createSignal(0);
  const shown: Accessor<Todo[]> = createMemo(() =>
    state.todos.filter(({ done }) => filter() === 'all' || done === (filter() === 'done')),
  );
  const left = createMemo(() => state.todos.filter(({ done }) => !done).length);
  const put = (of: number, change: Partial<Todo>) => set('todos', ({ id }) => id === of, change);

  const row = (todo: Todo) =>
    html`<li
      class=${() => `todo${todo.done ? ' done' : ''}${edited() === todo.id ? ' edited' : ''}`}
      data-id=${todo.id}
    >
      <div class="view">
        <input
          class="toggle"
          type="checkbox"
          prop:checked=${() => todo.done}
          onChange=${(event: Event) => put(todo.id, { done: fieldOf(event).checked })}
        />
        <label class="title" onDblClick=${() => edit(todo.id)}>${() => todo.title}</label>
        <span class=${`tag tag-${todo.id % 4}`}>no. ${todo.id}</span>
        <button
          class="destroy"
          type="button"
          aria-label="Remove"
          onClick=${() => set('todos', (todos) => todos.filter(({ id }) => id !== todo.id))}
        ></button>
      </div>
      <${Show} when=${() => edited() === todo.id}>
        ${() =>
          html`<input
            class="edit"
            value=${todo.title}
            onKeyDown=${(event: KeyboardEvent) => {
              if (event.key !== 'Enter') return;
              put(todo.id, { title: fieldOf(event).value });
              edit(0);
            }}
          />`}
      <//>
    </li>`;

  return html`<section class="todos">
    <form
      class="new-form"
      onSubmit=${(event: Event) => {
        event.preventDefault();
        const field = (event.target as HTMLFormElement).elements.namedItem('title') as HTMLInputElement;
        set(produce(({ todos }) => void todos.push({ id: ++last, title: field.value, done: false })));
        field.value = '';
      }}
    >
      <input
        class="toggle-all"
        type="checkbox"
        prop:checked=${() => state.todos.length > 0 && left() === 0}
        onChange=${(event: Event) => set('todos', {}, { done: fieldOf(event).checked })}
      />
      <input class="new-todo" name="title" placeholder="What is to be done?" />
    </form>
    <ul class="list">
      <${For} each=${shown}>${row}<//>
    </ul>
    <footer class="foot">
      <span class="left">${left} left</span>
      ${['all', 'active', 'done'].map(
        (name) =>
          html`<a class=${() => (filter() === name ? 'chosen' : '')} data-filter=${name} onClick=${() => choose(name)}
            >${name}</a
          >`,
      )}
      <button
        class="clear-done"
        type="button"
        onClick=${() => set('todos', (todos) => todos.filter(({ done }) => !done))}
      >
        Clear
      </button>
    </footer>
  </section>`;
}

export function mount(root: HTMLElement): TodoApp {
  render(() => Todos() as Node, root);
  return { within: root };
}
