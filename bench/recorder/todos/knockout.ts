import ko from 'knockout';
import type { TodoApp } from '../todo-driver.ts';

let last = 0;

class Todo {
  readonly id = ++last;
  readonly title;
  readonly done = ko.observable(false);
  constructor(title: string) {
    this.title = ko.observable(title);
  }
}

class Todos {
  readonly filters = ['all', 'active', 'done'];
  readonly todos = ko.observableArray<Todo>([]);
  readonly filter = ko.observable('all');
  readonly edited = ko.observable(0);
  readonly shown = ko.pureComputed(() =>
    this.todos().filter(({ done }) => this.filter() === 'all' || done() === (this.filter() === 'done')),
  );
  readonly left = ko.pureComputed(() => this.todos().filter(({ done }) => !done()).length);
  readonly all = ko.pureComputed({
    read: () => this.todos().length > 0 && this.left() === 0,
    write: (done: boolean) => {
      for (const todo of this.todos()) todo.done(done);
    },
  });
  readonly add = (form: HTMLFormElement) => {
    const field = form.elements.namedItem('title') as HTMLInputElement;
    this.todos.push(new Todo(field.value));
    field.value = '';
  };
  readonly remove = (todo: Todo) => void this.todos.remove(todo);
  readonly clear = () => void this.todos.remove((todo) => todo.done());
  readonly edit = (todo: Todo) => this.edited(todo.id);
  readonly save = (todo: Todo, event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      todo.title((event.target as HTMLInputElement).value);
      this.edited(0);
    }
    return true;
  };
}

const TEMPLATE = `<section class="todos">
  <form class="new-form" data-bind="submit: add">
    <input class="toggle-all" type="checkbox" data-bind="checked: all">
    <input class="new-todo" name="title" placeholder="What is to be done?">
  </form>
  <ul class="list" data-bind="foreach: shown">
    <li class="todo" data-bind="css: { done: done, edited: $parent.edited() === id }, attr: { 'data-id': id }">
      <div class="view">
        <input class="toggle" type="checkbox" data-bind="checked: done">
        <label class="title" data-bind="text: title, event: { dblclick: $parent.edit }"></label>
        <span class="tag" data-bind="text: 'no. ' + id, css: 'tag-' + id % 4"></span>
        <button class="destroy" type="button" aria-label="Remove" data-bind="click: $parent.remove"></button>
      </div>
      <!-- ko if: $parent.edited() === id -->
      <input class="edit" data-bind="value: title, event: { keydown: $parent.save }">
      <!-- /ko -->
    </li>
  </ul>
  <footer class="foot">
    <span class="left" data-bind="text: left() + ' left'"></span>
    <!-- ko foreach: filters -->
    <a data-bind="text: $data, attr: { 'data-filter': $data }, css: { chosen: $parent.filter() === $data }, click: $parent.filter"></a>
    <!-- /ko -->
    <button class="clear-done" type="button" data-bind="click: clear">Clear</button>
  </footer>
</section>`;

export function mount(root: HTMLElement): TodoApp {
  root.innerHTML = TEMPLATE;
  ko.applyBindings(new Todos(), root);
  return { within: root };
}
