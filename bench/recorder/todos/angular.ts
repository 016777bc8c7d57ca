// Signals and the built-in control flow, without zone.js; compiled in the browser.

import '@angular/compiler';
import { Component, computed, enableProdMode, provideZonelessChangeDetection, signal } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import type { TodoApp } from '../todo-driver.ts';

type Todo = { id: number; title: string; done: boolean };

class Todos {
  readonly filters = ['all', 'active', 'done'];
  readonly todos = signal<readonly Todo[]>([]);
  readonly filter = signal('all');
  readonly edited = signal(0);
  readonly left = computed(() => this.todos().filter(({ done }) => !done).length);
  readonly shown = computed(() =>
    this.todos().filter(({ done }) => this.filter() === 'all' || done === (this.filter() === 'done')),
  );
  private last = 0;

  add(event: Event): void {
    event.preventDefault();
    const field = (event.target as HTMLFormElement).elements.namedItem('title') as HTMLInputElement;
    this.todos.update((old) => [...old, { id: ++this.last, title: field.value, done: false }]);
    field.value = '';
  }
  put(of: Todo, change: Partial<Todo>): void {
    this.todos.update((old) => old.map((todo) => (todo.id === of.id ? { ...todo, ...change } : todo)));
  }
  tick(of: Todo, event: Event): void {
    this.put(of, { done: (event.target as HTMLInputElement).checked });
  }
  save(of: Todo, event: Event): void {
    this.put(of, { title: (event.target as HTMLInputElement).value });
    this.edited.set(0);
  }
  remove(of: Todo): void {
    this.todos.update((old) => old.filter(({ id }) => id !== of.id));
  }
  all(event: Event): void {
    const { checked: done } = event.target as HTMLInputElement;
    this.todos.update((old) => old.map((todo) => ({ ...todo, done })));
  }
  clear(): void {
    this.todos.update((old) => old.filter(({ done }) => !done));
  }
}

const Made = Component({
  selector: 'bench-todos',
  template: `<section class="todos">
    <form class="new-form" (submit)="add($event)">
      <input class="toggle-all" type="checkbox" [checked]="todos().length > 0 && left() === 0" (change)="all($event)">
      <input class="new-todo" name="title" placeholder="What is to be done?">
    </form>
    <ul class="list">
      @for (todo of shown(); track todo.id) {
        <li class="todo" [class.done]="todo.done" [class.edited]="edited() === todo.id" [attr.data-id]="todo.id">
          <div class="view">
            <input class="toggle" type="checkbox" [checked]="todo.done" (change)="tick(todo, $event)">
            <label class="title" (dblclick)="edited.set(todo.id)">{{ todo.title }}</label>
            <span class="tag tag-{{ todo.id % 4 }}">no. {{ todo.id }}</span>
            <button class="destroy" type="button" aria-label="Remove" (click)="remove(todo)"></button>
          </div>
          @if (edited() === todo.id) {
            <input class="edit" [value]="todo.title" (keydown.enter)="save(todo, $event)">
          }
        </li>
      }
    </ul>
    <footer class="foot">
      <span class="left">{{ left() }} left</span>
      @for (name of filters; track name) {
        <a [class.chosen]="filter() === name" [attr.data-filter]="name" (click)="filter.set(name)">{{ name }}</a>
      }
      <button class="clear-done" type="button" (click)="clear()">Clear</button>
    </footer>
  </section>`,
})(Todos) as typeof Todos;

export async function mount(root: HTMLElement): Promise<TodoApp> {
  enableProdMode();
  root.append(document.createElement('bench-todos'));
  await bootstrapApplication(Made, { providers: [provideZonelessChangeDetection()] });
  return { within: root };
}
