import { Component, h, render } from 'preact';
import type { TodoApp } from '../todo-driver.ts';

type Todo = { id: number; title: string; done: boolean };
type State = { todos: Todo[]; filter: string; edited: number };

let last = 0;

const fieldOf = (event: Event) => event.target as HTMLInputElement;

class Todos extends Component<object, State> {
  override state: State = { todos: [], filter: 'all', edited: 0 };

  private put(id: number, change: Partial<Todo>) {
    this.setState(({ todos }) => ({ todos: todos.map((todo) => (todo.id === id ? { ...todo, ...change } : todo)) }));
  }

  private row(todo: Todo) {
    const isEdited = this.state.edited === todo.id;
    return h(
      'li',
      { key: todo.id, class: `todo${todo.done ? ' done' : ''}${isEdited ? ' edited' : ''}`, 'data-id': todo.id },
      [
        h('div', { class: 'view' }, [
          h('input', {
            class: 'toggle',
            type: 'checkbox',
            checked: todo.done,
            onChange: (event: Event) => this.put(todo.id, { done: fieldOf(event).checked }),
          }),
          h('label', { class: 'title', onDblClick: () => this.setState({ edited: todo.id }) }, todo.title),
          h('span', { class: `tag tag-${todo.id % 4}` }, `no. ${todo.id}`),
          h('button', {
            class: 'destroy',
            type: 'button',
            'aria-label': 'Remove',
            onClick: () => this.setState(({ todos }) => ({ todos: todos.filter(({ id }) => id !== todo.id) })),
          }),
        ]),
        isEdited &&
          h('input', {
            class: 'edit',
            defaultValue: todo.title,
            onKeyDown: (event: KeyboardEvent) => {
              if (event.key !== 'Enter') return;
              this.put(todo.id, { title: fieldOf(event).value });
              this.setState({ edited: 0 });
            },
          }),
      ],
    );
  }

  override render() {
    const { todos, filter } = this.state;
    const left = todos.filter(({ done }) => !done).length;
    return h('section', { class: 'todos' }, [
      h(
        'form',
        {
          class: 'new-form',
          onSubmit: (event: Event) => {
            event.preventDefault();
            const field = (event.target as HTMLFormElement).elements.namedItem('title') as HTMLInputElement;
            const title = field.value;
            this.setState((old) => ({ todos: [...old.todos, { id: ++last, title, done: false }] }));
            field.value = '';
          },
        },
        [
          h('input', {
            class: 'toggle-all',
            type: 'checkbox',
            checked: todos.length > 0 && left === 0,
            onChange: (event: Event) => {
              const { checked: done } = fieldOf(event);
              this.setState((old) => ({ todos: old.todos.map((todo) => ({ ...todo, done })) }));
            },
          }),
          h('input', { class: 'new-todo', name: 'title', placeholder: 'What is to be done?' }),
        ],
      ),
      h(
        'ul',
        { class: 'list' },
        todos.filter(({ done }) => filter === 'all' || done === (filter === 'done')).map((todo) => this.row(todo)),
      ),
      h('footer', { class: 'foot' }, [
        h('span', { class: 'left' }, `${left} left`),
        ['all', 'active', 'done'].map((name) =>
          h(
            'a',
            {
              key: name,
              class: filter === name ? 'chosen' : '',
              'data-filter': name,
              onClick: () => this.setState({ filter: name }),
            },
            name,
          ),
        ),
        h(
          'button',
          {
            class: 'clear-done',
            type: 'button',
            onClick: () => this.setState((old) => ({ todos: old.todos.filter(({ done }) => !done) })),
          },
          'Clear',
        ),
      ]),
    ]);
  }
}

export function mount(root: HTMLElement): TodoApp {
  render(h(Todos, null), root);
  return { within: root };
}
