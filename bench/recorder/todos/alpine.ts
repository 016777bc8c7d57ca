import Alpine from 'alpinejs';
import type { TodoApp } from '../todo-driver.ts';

type Todo = { id: number; title: string; done: boolean };

let last = 0;

const data = () => ({
  todos: [] as Todo[],
  filter: 'all',
  edited: 0,
  get shown(): Todo[] {
    return this.todos.filter(({ done }) => this.filter === 'all' || done === (this.filter === 'done'));
  },
  get left(): number {
    return this.todos.filter(({ done }) => !done).length;
  },
  add(form: HTMLFormElement) {
    const field = form.elements.namedItem('title') as HTMLInputElement;
    this.todos.push({ id: ++last, title: field.value, done: false });
    field.value = '';
  },
  remove(of: Todo) {
    this.todos = this.todos.filter(({ id }) => id !== of.id);
  },
  all(done: boolean) {
    for (const todo of this.todos) todo.done = done;
  },
});

const TEMPLATE = `<section class="todos" x-data="todos">
  <form class="new-form" @submit.prevent="add($el)">
    <input class="toggle-all" type="checkbox" :checked="todos.length > 0 && left === 0" @change="all($el.checked)">
    <input class="new-todo" name="title" placeholder="What is to be done?">
  </form>
  <ul class="list">
    <template x-for="todo in shown" :key="todo.id">
      <li class="todo" :class="{ done: todo.done, edited: edited === todo.id }" :data-id="todo.id">
        <div class="view">
          <input class="toggle" type="checkbox" x-model="todo.done">
          <label class="title" @dblclick="edited = todo.id" x-text="todo.title"></label>
          <span class="tag" :class="'tag-' + todo.id % 4" x-text="'no. ' + todo.id"></span>
          <button class="destroy" type="button" aria-label="Remove" @click="remove(todo)"></button>
        </div>
        <template x-if="edited === todo.id">
          <input class="edit" :value="todo.title" @keydown.enter="todo.title = $el.value; edited = 0">
        </template>
      </li>
    </template>
  </ul>
  <footer class="foot">
    <span class="left" x-text="left + ' left'"></span>
    <template x-for="name in ['all', 'active', 'done']" :key="name">
      <a :class="{ chosen: filter === name }" :data-filter="name" @click="filter = name" x-text="name"></a>
    </template>
    <button class="clear-done" type="button" @click="todos = todos.filter((todo) => !todo.done)">Clear</button>
  </footer>
</section>`;

export function mount(root: HTMLElement): TodoApp {
  root.innerHTML = TEMPLATE;
  Alpine.data('todos', data);
  Alpine.start();
  return { within: root };
}
