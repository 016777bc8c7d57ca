import { mount as mountComponent } from 'svelte';
import type { TodoApp } from '../todo-driver.ts';
import Todos from './todos.svelte';

export function mount(root: HTMLElement): TodoApp {
  mountComponent(Todos, { target: root });
  return { within: root };
}
