import { createApp, defineComponent } from 'vue/dist/vue.esm-bundler.js';
import type { TodoApp } from '../todo-driver.ts';

type Todo = { id: number; title: string; done: boolean };

let last = 0;

const Todos = defineComponent({
  data: () => ({ todos: [] as Todo[], filter: 'all', filters: ['all', 'active', 'done'], edited: 0 }),
  computed: {
    shown(): Todo[] {
      return this.todos.filter(({ done }) => this.filter === 'all' || done === (this.filter === 'done'));
    },
    left(): number {
      return this.todos.filter(({ done }) => !done).length;
    },
  },
  methods: {
    add(event: Event) {
      const field = (event.target as HTMLFormElement).elements.namedItem('title') as HTMLInputElement;
      this.todos.push({ id: ++last, title: field.value, done: false });
      field.value = '';
    },
    remove(todo: Todo) {
      this.todos.splice(this.todos.indexOf(todo), 1);
    },
    save(todo: Todo, event: Event) {
      todo.title = (event.target as HTMLInputElement).value;
      this.edited = 0;
    },
    all(event: Event) {
      for (const todo of this.todos) todo.done = (event.target as HTMLInputElement).checked;
    },
  },
  template: `<section class="todos">
    <form class="new-form" @submit.prevent="add">
      <input class="toggle-all" type="checkbox" :checked="todos.length > 0 && left === 0" @change="all">
      <input class="new-todo" name="title" placeholder="What is to be done?">
    </form>
    <ul class="list">
      <li v-for="todo in shown" :key="todo.id" class="todo" :class="{ done: todo.done, edited: edited === todo.id }" :data-id="todo.id">
        <div class="view">
          <input class="toggle" type="checkbox" v-model="todo.done">
          <label class="title" @dblclick="edited = todo.id">{{ todo.title }}</label>
          <span class="tag" :class="'tag-' + todo.id % 4">no. {{ todo.id }}</span>
          <button class="destroy" type="button" aria-label="Remove" @click="remove(todo)"></button>
        </div>
        <input v-if="edited === todo.id" class="edit" :value="todo.title" @keydown.enter="save(todo, $event)">
      </li>
    </ul>
    <footer class="foot">
      <span class="left">{{ left }} left</span>
      <a v-for="name in filters" :key="name" :class="{ chosen: filter === name }" :data-filter="name" @click="filter = name">{{ name }}</a>
      <button class="clear-done" type="button" @click="todos = todos.filter((todo) => !todo.done)">Clear</button>
    </footer>
  </section>`,
});

export function mount(root: HTMLElement): TodoApp {
  createApp(Todos).mount(root);
  return { within: root };
}
