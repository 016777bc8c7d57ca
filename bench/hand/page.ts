// The page that the bench `hand` works on: one widget at a time, named by the query, as its users install it. The page's
// own state is what counts, never what its fields look like.

export type HandPage = {
  /** What the page itself believes. Plain data. */
  state(): unknown;
};

type Mount = (root: HTMLElement) => HandPage | Promise<HandPage>;

const PAGES: Readonly<Record<string, () => Promise<{ mount: Mount }>>> = {
  plain: () => import('./pages/plain.ts'),
  react: () => import('./pages/react.tsx'),
  preact: () => import('./pages/preact.ts'),
  vue: () => import('./pages/vue.ts'),
  svelte: () => import('./pages/svelte.svelte.ts'),
  angular: () => import('./pages/angular.ts'),
  lit: () => import('./pages/lit.ts'),
  jquery: () => import('./pages/jquery.ts'),
  dates: () => import('./pages/dates.ts'),
  selects: () => import('./pages/selects.ts'),
  masks: () => import('./pages/masks.ts'),
  sliders: () => import('./pages/sliders.ts'),
  sortable: () => import('./pages/sortable.ts'),
  dropzone: () => import('./pages/dropzone.ts'),
  virtual: () => import('./pages/virtual.ts'),
  complete: () => import('./pages/complete.ts'),
  quill: () => import('./pages/quill.ts'),
  tiptap: () => import('./pages/tiptap.ts'),
  code: () => import('./pages/code.ts'),
  menu: () => import('./pages/menu.ts'),
  styled: () => import('./pages/styled.ts'),
  modal: () => import('./pages/modal.ts'),
  canvas: () => import('./pages/canvas.ts'),
  frames: () => import('./pages/frames.ts'),
  foreign: () => import('./pages/foreign.ts'),
  files: () => import('./pages/files.ts'),
};

declare global {
  var handState: (() => string) | undefined;
}

const name = new URLSearchParams(location.search).get('page') ?? 'plain';
const root = document.getElementById('root');
const load = PAGES[name];
if (!root || !load) throw new Error(`there is no page ${name}`);
const { mount } = await load();
const { state } = await mount(root);
globalThis.handState = () => JSON.stringify(state());
