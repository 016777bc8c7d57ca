// Pages of frameworks as their users write them, bundled from the packages that are installed here. Each keeps its state
// at window.state, for tests to read.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import sveltePlugin from 'esbuild-svelte';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

async function bundle(contents: string, loader: 'tsx' | 'js'): Promise<string> {
  const result = await build({
    stdin: { contents, resolveDir: root, loader },
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    mainFields: ['svelte', 'browser', 'module', 'main'],
    conditions: ['svelte', 'browser'],
    plugins: [
      {
        name: 'page',
        setup(build) {
          build.onResolve({ filter: /^page\.svelte$/ }, () => ({
            path: path.join(root, 'page.svelte'),
            namespace: 'page',
          }));
          build.onLoad({ filter: /.*/, namespace: 'page' }, async () => {
            const { compile } = await import('svelte/compiler');
            return { contents: compile(SVELTE, { generate: 'client' }).js.code, resolveDir: root };
          });
        },
      },
      sveltePlugin(),
    ],
  });
  return result.outputFiles[0]?.text ?? '';
}

export const reactPage = () =>
  bundle(
    `
  import { useState } from 'react';
  import { createRoot } from 'react-dom/client';
  function Page() {
    const [state, set] = useState({ name: '', note: '', upper: '', size: 's', agreed: false, colour: '', amount: 5, day: '', open: false, chosen: 0, sent: 0, many: [], blurred: 0 });
    window.state = state;
    const put = (part) => set((old) => ({ ...old, ...part }));
    return <form onSubmit={(e) => { e.preventDefault(); put({ sent: state.sent + 1 }); }}>
      <input id="name" value={state.name} onChange={(e) => put({ name: e.target.value })} onBlur={() => put({ blurred: state.blurred + 1 })} />
      <textarea id="note" value={state.note} onChange={(e) => put({ note: e.target.value })} />
      <input id="upper" value={state.upper} onChange={(e) => put({ upper: e.target.value.toUpperCase() })} />
      <input id="stuck" value="fixed" onChange={() => undefined} />
      <select id="size" value={state.size} onChange={(e) => put({ size: e.target.value })}><option value="s">S</option><option value="m">M</option></select>
      <select id="many" multiple value={state.many} onChange={(e) => put({ many: [...e.target.selectedOptions].map((o) => o.value) })}><option>a</option><option>b</option><option>c</option></select>
      <input id="agreed" type="checkbox" checked={state.agreed} onChange={(e) => put({ agreed: e.target.checked })} />
      <label id="redlabel"><input id="red" type="radio" name="c" value="red" checked={state.colour === 'red'} onChange={(e) => put({ colour: e.target.value })} />red</label>
      <input id="blue" type="radio" name="c" value="blue" checked={state.colour === 'blue'} onChange={(e) => put({ colour: e.target.value })} />
      <input id="amount" type="range" min="0" max="10" value={state.amount} onChange={(e) => put({ amount: Number(e.target.value) })} />
      <input id="day" type="date" value={state.day} onChange={(e) => put({ day: e.target.value })} />
      <div id="menu" onMouseEnter={() => put({ open: true })} onMouseLeave={() => put({ open: false })}>menu
        {state.open && <div id="sub"><button id="item" type="button" onClick={() => put({ chosen: state.chosen + 1 })}>item</button></div>}
      </div>
      <button id="send">send</button>
    </form>;
  }
  createRoot(document.getElementById('root')).render(<Page />);
`,
    'tsx',
  );

const SVELTE = `
<script>
  let state = $state({ name: '', note: '', size: 's', agreed: false, colour: '', amount: 5, sent: 0, text: '' });
  window.state = state;
</script>
<form onsubmit={(e) => { e.preventDefault(); state.sent++; }}>
  <input id="name" bind:value={state.name} />
  <textarea id="note" bind:value={state.note}></textarea>
  <select id="size" bind:value={state.size}><option value="s">S</option><option value="m">M</option></select>
  <input id="agreed" type="checkbox" bind:checked={state.agreed} />
  <input id="red" type="radio" value="red" bind:group={state.colour} /><input id="blue" type="radio" value="blue" bind:group={state.colour} />
  <input id="amount" type="range" min="0" max="10" bind:value={state.amount} />
  <div id="ed" contenteditable bind:textContent={state.text}></div>
  <button id="send">send</button>
</form>`;

export const sveltePage = () =>
  bundle(
    `import { mount } from 'svelte'; import Page from 'page.svelte'; mount(Page, { target: document.getElementById('root') });`,
    'js',
  );
