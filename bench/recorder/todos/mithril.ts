import m from 'mithril';
import type { TodoApp } from '../todo-driver.ts';

type Todo = { id: number; title: string; done: boolean };

let last = 0;
let todos: Todo[] = [];
let filter = 'all';
let edited = 0;

const fieldOf = (event: Event) => event.target as HTMLInputElement;

const row = (todo: Todo) =>
  m(
    'li.todo',
    {
      key: todo.id,
      class: `${todo.done ? 'done' : ''} ${edited === todo.id ? 'edited' : ''}`,
      'data-id': todo.id,
    },
    [
      m('.view', [
        m('input.toggle[type=checkbox]', {
          checked: todo.done,
          onchange: (event: Event) => void (todo.done = fieldOf(event).checked),
        }),
        m('label.title', { ondblclick: () => void (edited = todo.id) }, todo.title),
        m('span.tag', { class: `tag-${todo.id % 4}` }, `no. ${todo.id}`),
        m('button.destroy[type=button][aria-label=Remove]', {
          onclick: () => void (todos = todos.filter(({ id }) => id !== todo.id)),
        }),
      ]),
      edited === todo.id &&
        m('input.edit', {
          value: todo.title,
          onkeydown: (event: KeyboardEvent) => {
            if (event.key !== 'Enter') return;
            todo.title = fieldOf(event).value;
            edited = 0;
          },
        }),
    ],
  );

const Todos = {
  view() {
    const left = todos.filter(({ done }) => !done).length;
    return m('section.todos', [
      m(
        'form.new-form',
        {
          onsubmit: (event: Event) => {
            event.preventDefault();
            const field = (event.target as HTMLFormElement).elements.namedItem('title') as HTMLInputElement;
            todos.push({ id: ++last, title: field.value, done: false });
            field.value = '';
          },
        },
        [
          m('input.toggle-all[type=checkbox]', {
            checked: todos.length > 0 && left === 0,
            onchange: (event: Event) => {
              for (const todo of todos) todo.done = fieldOf(event).checked;
            },
          }),
          m('input.new-todo[name=title]', { placeholder: 'What is to be done?' }),
        ],
      ),
      m('ul.list', todos.filter(({ done }) => filter === 'all' || done === (filter === 'done')).map(row)),
      m('footer.foot', [
        m('span.left', `${left} left`),
        ['all', 'active', 'done'].map((name) =>
          m(
            'a',
            { class: filter === name ? 'chosen' : '', 'data-filter': name, onclick: () => void (filter = name) },
            name,
          ),
        ),
        m(
          'button.clear-done[type=button]',
          { onclick: () => void (todos = todos.filter(({ done }) => !done)) },
          'Clear',
        ),
      ]),
    ]);
  },
};

export function mount(root: HTMLElement): TodoApp {
  m.mount(root, Todos);
  return { within: root };
}
