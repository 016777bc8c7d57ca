import { memo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { TodoApp } from '../todo-driver.ts';

type Todo = { id: number; title: string; done: boolean };
type Change = (id: number, change: Partial<Todo> | undefined) => void;

const FILTERS = ['all', 'active', 'done'] as const;

const Row = memo(function Row({ todo, change }: { todo: Todo; change: Change }) {
  const [isEdited, edit] = useState(false);
  return (
    <li className={`todo${todo.done ? ' done' : ''}${isEdited ? ' edited' : ''}`} data-id={todo.id}>
      <div className="view">
        <input
          className="toggle"
          type="checkbox"
          checked={todo.done}
          onChange={(event) => change(todo.id, { done: event.target.checked })}
        />
        <label className="title" onDoubleClick={() => edit(true)}>
          {todo.title}
        </label>
        <span className={`tag tag-${todo.id % 4}`}>no. {todo.id}</span>
        <button className="destroy" type="button" aria-label="Remove" onClick={() => change(todo.id, undefined)} />
      </div>
      {isEdited && (
        <input
          className="edit"
          defaultValue={todo.title}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return;
            change(todo.id, { title: event.currentTarget.value });
            edit(false);
          }}
        />
      )}
    </li>
  );
});

let last = 0;

function Todos() {
  const [todos, set] = useState<readonly Todo[]>([]);
  const [filter, choose] = useState<(typeof FILTERS)[number]>('all');
  // Made once: what is handed to a row does not change, and only the rows that do are drawn.
  const [change] = useState<Change>(
    () => (id: number, to: Partial<Todo> | undefined) =>
      set((old) =>
        to ? old.map((todo) => (todo.id === id ? { ...todo, ...to } : todo)) : old.filter((todo) => todo.id !== id),
      ),
  );
  const left = todos.filter(({ done }) => !done).length;
  return (
    <section className="todos">
      <form
        className="new-form"
        onSubmit={(event) => {
          event.preventDefault();
          const field = event.currentTarget.elements.namedItem('title') as HTMLInputElement;
          const title = field.value;
          set((old) => [...old, { id: ++last, title, done: false }]);
          field.value = '';
        }}
      >
        <input
          className="toggle-all"
          type="checkbox"
          checked={todos.length > 0 && left === 0}
          onChange={(event) => {
            const done = event.target.checked;
            set((old) => old.map((todo) => ({ ...todo, done })));
          }}
        />
        <input className="new-todo" name="title" placeholder="What is to be done?" />
      </form>
      <ul className="list">
        {todos
          .filter(({ done }) => filter === 'all' || done === (filter === 'done'))
          .map((todo) => (
            <Row key={todo.id} todo={todo} change={change} />
          ))}
      </ul>
      <footer className="foot">
        <span className="left">{left} left</span>
        {FILTERS.map((name) => (
          <a key={name} className={filter === name ? 'chosen' : ''} data-filter={name} onClick={() => choose(name)}>
            {name}
          </a>
        ))}
        <button className="clear-done" type="button" onClick={() => set((old) => old.filter(({ done }) => !done))}>
          Clear
        </button>
      </footer>
    </section>
  );
}

export function mount(root: HTMLElement): TodoApp {
  createRoot(root).render(<Todos />);
  return { within: root };
}
