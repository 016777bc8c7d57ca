// The page that the bench `recorder` works on: one workload at a time, named by the query. It is mounted first, the system
// under test begins then, and only when both are at rest does the work run.

import { todoWork, type TodoApp } from './todo-driver.ts';

/** Does a fixed amount of work, and says what the page was in the end: the same in every run, or something went wrong. */
export type Work = () => Promise<string>;

type Mounted = () => Promise<(root: HTMLElement) => Work | Promise<Work>>;

const todo = (load: () => Promise<{ mount(root: HTMLElement): TodoApp | Promise<TodoApp> }>): Mounted => {
  return async () => {
    const { mount } = await load();
    return async (root) => todoWork(await mount(root));
  };
};
const other = (load: () => Promise<{ mount(root: HTMLElement): Work | Promise<Work> }>): Mounted => {
  return async () => (await load()).mount;
};

const WORKLOADS: Readonly<Record<string, Mounted>> = {
  react: todo(() => import('./todos/react.tsx')),
  vue: todo(() => import('./todos/vue.ts')),
  preact: todo(() => import('./todos/preact.ts')),
  svelte: todo(() => import('./todos/svelte.ts')),
  solid: todo(() => import('./todos/solid.ts')),
  lit: todo(() => import('./todos/lit.ts')),
  angular: todo(() => import('./todos/angular.ts')),
  alpine: todo(() => import('./todos/alpine.ts')),
  mithril: todo(() => import('./todos/mithril.ts')),
  knockout: todo(() => import('./todos/knockout.ts')),
  jquery: todo(() => import('./todos/jquery.ts')),
  dom: other(() => import('./works/dom.ts')),
  'virtual table': other(() => import('./works/virtual-table.ts')),
  'rich editor': other(() => import('./works/rich-editor.ts')),
  'svg chart': other(() => import('./works/svg-chart.ts')),
  'canvas chart': other(() => import('./works/canvas-chart.ts')),
};

declare global {
  var recorderWork: Work | undefined;
}

const name = new URLSearchParams(location.search).get('work') ?? '';
const root = document.getElementById('root');
const mounted = WORKLOADS[name];
if (!root || !mounted) throw new Error(`there is no workload ${name}`);
const mount = await mounted();
globalThis.recorderWork = await mount(root);
