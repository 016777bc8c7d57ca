// In a shadow root, with an adopted style sheet.

import { css, html, LitElement, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { live } from 'lit/directives/live.js';
import type { TodoApp } from '../todo-driver.ts';

type Todo = { id: number; title: string; done: boolean };

const fieldOf = (event: Event) => event.target as HTMLInputElement;

class BenchTodos extends LitElement {
  static override styles = css`
    .list {
      list-style: none;
      margin: 0;
      padding: 0;
    }
    .view {
      display: flex;
      gap: 8px;
      padding: 4px 8px;
    }
    .done .title {
      text-decoration: line-through;
      opacity: 0.6;
    }
    .tag {
      padding: 1px 8px;
      border-radius: 99px;
      background: #eef4f1;
    }
    .chosen {
      font-weight: 700;
    }
  `;
  #last = 0;
  #todos: Todo[] = [];
  #filter = 'all';
  #edited = 0;

  #put(change: () => void) {
    change();
    this.requestUpdate();
  }

  #add = (event: Event) => {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('title') as HTMLInputElement;
    const title = field.value;
    this.#put(() => this.#todos.push({ id: ++this.#last, title, done: false }));
    field.value = '';
  };

  #row = (todo: Todo) =>
    html`<li class="todo ${todo.done ? 'done' : ''} ${this.#edited === todo.id ? 'edited' : ''}" data-id=${todo.id}>
      <div class="view">
        <input
          class="toggle"
          type="checkbox"
          .checked=${live(todo.done)}
          @change=${(event: Event) => this.#put(() => (todo.done = fieldOf(event).checked))}
        />
        <label class="title" @dblclick=${() => this.#put(() => (this.#edited = todo.id))}>${todo.title}</label>
        <span class="tag tag-${todo.id % 4}">no. ${todo.id}</span>
        <button
          class="destroy"
          type="button"
          aria-label="Remove"
          @click=${() => this.#put(() => (this.#todos = this.#todos.filter(({ id }) => id !== todo.id)))}
        ></button>
      </div>
      ${
        this.#edited === todo.id
          ? html`<input
              class="edit"
              .value=${todo.title}
              @keydown=${(event: KeyboardEvent) => {
                if (event.key !== 'Enter') return;
                this.#put(() => {
                  todo.title = fieldOf(event).value;
                  this.#edited = 0;
                });
              }}
            />`
          : nothing
      }
    </li>`;

  protected override render() {
    const left = this.#todos.filter(({ done }) => !done).length;
    const shown = this.#todos.filter(({ done }) => this.#filter === 'all' || done === (this.#filter === 'done'));
    return html`<section class="todos">
      <form class="new-form" @submit=${this.#add}>
        <input
          class="toggle-all"
          type="checkbox"
          .checked=${live(this.#todos.length > 0 && left === 0)}
          @change=${(event: Event) =>
            this.#put(() => {
              for (const todo of this.#todos) todo.done = fieldOf(event).checked;
            })}
        />
        <input class="new-todo" name="title" placeholder="What is to be done?" />
      </form>
      <ul class="list">
        ${repeat(shown, ({ id }) => id, this.#row)}
      </ul>
      <footer class="foot">
        <span class="left">${left} left</span>
        ${['all', 'active', 'done'].map(
          (name) =>
            html`<a
              class=${this.#filter === name ? 'chosen' : ''}
              data-filter=${name}
              @click=${() => this.#put(() => (this.#filter = name))}
              >${name}</a
            >`,
        )}
        <button
          class="clear-done"
          type="button"
          @click=${() => this.#put(() => (this.#todos = this.#todos.filter(({ done }) => !done)))}
        >
          Clear
        </button>
      </footer>
    </section>`;
  }
}

export async function mount(root: HTMLElement): Promise<TodoApp> {
  customElements.define('bench-todos', BenchTodos);
  const element = new BenchTodos();
  root.append(element);
  await element.updateComplete;
  if (!element.shadowRoot) throw new Error('the element has no shadow root');
  return { within: element.shadowRoot };
}
