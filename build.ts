// The only build script: every bundle's entry, target and byte budget stand in one table here.
//
//   tsx build.ts                  all bundles once, production
//   tsx build.ts --watch          again on every change; --start also (re)starts the relay
//   tsx build.ts relay widget     only these groups
//
// Each group writes dist/<group>/ and dist/<group>/metafile.json; test/unit/boundaries.test.ts reads the metafiles to
// hold the import table of docs/architecture.md and the budgets below. Easy to get wrong: the loader names the hashed
// file of the widget, so the widget is built before it.

import { spawn, type ChildProcess } from 'node:child_process';
import { cp, mkdir, rm, writeFile, readFile, readdir } from 'node:fs/promises';
import { existsSync, watch } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type BuildOptions, type Metafile, type Plugin } from 'esbuild';
import sveltePlugin from 'esbuild-svelte';
import { minify } from 'terser';
import { LIMITS } from './protocol/limits.ts';

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, 'dist');

/** Budgets in gzipped bytes; held by test/unit/boundaries.test.ts and printed by the `size` bench. */
export const BUDGETS = {
  /** What every page of a customer pays. */
  loaderGz: 2_500,
  /** Loader and everything that a viewed visitor loads. */
  viewedVisitorGz: 45_000,
  /** On top of that, what a visitor loads whom an operator asks to help by hand. */
  handGz: 42_000,
  /** And when they open the list of what was done. */
  handListGz: 4_500,
  /** On top of loader and widget, what a visitor loads who opens the panel, or to whom an operator writes. */
  chatGz: 17_000,
  /** And when there is a picture or sound in the conversation. */
  chatMediaGz: 2_500,
} as const;

export const GROUPS = ['widget', 'console', 'relay', 'demo', 'bench'] as const;
export type Group = (typeof GROUPS)[number];

const node: BuildOptions = {
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // Installed packages stay outside: uWebSockets.js and argon2 are native, PGlite loads its own files.
  packages: 'external',
  sourcemap: true,
};

const browser: BuildOptions = {
  platform: 'browser',
  format: 'esm',
  minify: true,
  legalComments: 'none',
  sourcemap: true,
};

async function bundle(group: Group, name: string, options: BuildOptions): Promise<Metafile> {
  const outdir = path.join(dist, group);
  const { metafile } = await build({
    absWorkingDir: root,
    bundle: true,
    outdir,
    logLevel: 'warning',
    ...options,
    metafile: true,
  });
  await mkdir(outdir, { recursive: true });
  await writeFile(path.join(outdir, `${name}.meta.json`), JSON.stringify(metafile));
  return metafile;
}

/** File name (within the group's folder) that esbuild gave to an entry point. */
function outputOf(metafile: Metafile, entry: string): string {
  for (const [file, output] of Object.entries(metafile.outputs)) {
    if (output.entryPoint === entry) return path.basename(file);
  }
  throw new Error(`esbuild wrote no output for ${entry}`);
}

/** Limits as numbers where they are used, and schemas that can be left out: a visitor needs a dozen of them and would load
 * both tables whole. */
const leanProtocol: Plugin = {
  name: 'lean-protocol',
  setup(build) {
    build.onLoad({ filter: /[\\/](widget|cobrowse|protocol)[\\/].*\.ts$/ }, async ({ path: file }) => ({
      contents: (await readFile(file, 'utf8'))
        .replace(/\bLIMITS\.(\w+)/g, (whole, name: string) =>
          // What is no limit of ours stays as it is, and fails as it would have.
          name in LIMITS ? String(LIMITS[name as keyof typeof LIMITS]) : whole,
        )
        // Left in, it would make a chunk of its own with nothing in it, and one more request.
        .replace(/^import \{ LIMITS \} from .*$/m, '')
        // Caught by the guard, which asks no error what it is: a class that two bundles share would be one more request.
        .replace(/^import \{ ProtocolError \} from .*$/m, '')
        .replace(/throw new ProtocolError\(.*\);/g, 'throw Error();')
        // Nor what was wrong with a message, nor, but in a test, what a schema was made from.
        .replace(/\bfail\(path, (`[^`]*`|'[^']*'|words\.join\(' \| '\))\)/g, 'fail()')
        .replace(/\bschema\(\s*\[([^[\]]|\[[^[\]]*\])*\],/g, 'schema(0,')
        // Schemas within schemas: one call not marked as pure, and a row that only others read stays in the bundle.
        .replace(/(?<=\w: |\(\s*|, )(?:maybe|list|messages|number|object|oneOf|orNull|signed|text|whole)\(/g, (call) =>
          /[\\/]protocol[\\/](messages|hand|chat|dialog|terms)\.ts$/.test(file) ? `/* @__PURE__ */ ${call}` : call,
        ),
      loader: 'ts',
    }));
  },
};

/** They make of our sources what a visitor loads. Tests of capture build with them too: what they see is what ships. */
export const VISITOR_PLUGINS: Plugin[] = [leanProtocol];

/** What a visitor loads is minified once more: terser takes another 6 % (gzipped) off esbuild's output. Its unsafe
 * options stay off; they would win 20 bytes. */
async function minifyAgain(metafile: Metafile): Promise<void> {
  for (const output of Object.keys(metafile.outputs)) {
    if (!output.endsWith('.js')) continue;
    const file = path.join(root, output);
    const { code, map } = await minify(await readFile(file, 'utf8'), {
      module: true,
      ecma: 2020,
      compress: { passes: 3 },
      sourceMap: { content: await readFile(`${file}.map`, 'utf8') },
    });
    if (code === undefined || typeof map !== 'string') throw new Error(`terser gave nothing for ${output}`);
    await writeFile(file, code);
    await writeFile(`${file}.map`, map);
  }
}

async function buildWidget(): Promise<void> {
  const target = 'es2021';
  // No comment in the file that names its map: a visitor pays for that too. The maps lie beside the files.
  const sourcemap = 'external';
  const split: BuildOptions = {
    ...browser,
    target,
    sourcemap,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    splitting: true,
    plugins: VISITOR_PLUGINS,
  };
  // Both sides of the hand in frames of other origins, each whole: what they have in common with others is not to be one
  // more file for those.
  const whole = { ...split, splitting: false };
  const framesHand = await bundle('widget', 'frames-hand', { ...whole, entryPoints: ['cobrowse/frames-hand.ts'] });
  const frameHand = await bundle('widget', 'frame-hand', { ...whole, entryPoints: ['cobrowse/frame-hand.ts'] });
  // Apart from the widget: what both use is in both, instead of in one more file for every visitor.
  const hand = await bundle('widget', 'hand', {
    ...split,
    entryPoints: ['widget/hand.ts'],
    define: { FRAMES_HAND_FILE: JSON.stringify(outputOf(framesHand, 'cobrowse/frames-hand.ts')) },
  });
  const chat = await bundle('widget', 'chat', { ...split, entryPoints: ['widget/chat.ts'] });
  const panel = await bundle('widget', 'widget', {
    ...split,
    entryPoints: ['widget/widget.ts', 'widget/launcher.ts', 'widget/frame.ts'],
    define: {
      HAND_FILE: JSON.stringify(outputOf(hand, 'widget/hand.ts')),
      CHAT_FILE: JSON.stringify(outputOf(chat, 'widget/chat.ts')),
      FRAME_HAND_FILE: JSON.stringify(outputOf(frameHand, 'cobrowse/frame-hand.ts')),
    },
  });
  const loader = await bundle('widget', 'loader', {
    ...browser,
    target,
    sourcemap,
    format: 'iife',
    entryPoints: ['widget/loader.ts'],
    define: {
      WIDGET_FILE: JSON.stringify(outputOf(panel, 'widget/widget.ts')),
      LAUNCHER_FILE: JSON.stringify(outputOf(panel, 'widget/launcher.ts')),
      FRAME_FILE: JSON.stringify(outputOf(panel, 'widget/frame.ts')),
    },
  });
  await minifyAgain(hand);
  await minifyAgain(framesHand);
  await minifyAgain(frameHand);
  await minifyAgain(chat);
  await minifyAgain(panel);
  await minifyAgain(loader);
}

async function buildConsole(): Promise<void> {
  const metafile = await bundle('console', 'console', {
    ...browser,
    target: 'es2022',
    entryPoints: ['operator-ui/main.ts'],
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    splitting: true,
    mainFields: ['svelte', 'browser', 'module', 'main'],
    conditions: ['svelte', 'browser'],
    loader: { '.woff2': 'file', '.svg': 'file', '.png': 'file' },
    define: {
      // Two ways to say it would drift apart; and the console may not import the widget.
      SNIPPET: JSON.stringify((await readFile(path.join(root, 'widget/snippet.html'), 'utf8')).trim()),
    },
    plugins: [sveltePlugin({ compilerOptions: { css: 'external' } })],
  });
  const script = outputOf(metafile, 'operator-ui/main.ts');
  const css = Object.keys(metafile.outputs).find((file) => file.endsWith('.css'));
  const page = await readFile(path.join(root, 'operator-ui/index.html'), 'utf8');
  // What the entry shares with parts that are loaded later stands in files of its own: asked for with it, not after it.
  const imports = Object.values(metafile.outputs).find(
    ({ entryPoint }) => entryPoint === 'operator-ui/main.ts',
  )?.imports;
  const shared = (imports ?? []).filter(({ kind }) => kind === 'import-statement');
  const preload = shared.map((each) => `<link rel="modulepreload" href="/console/${path.basename(each.path)}" />`);
  await writeFile(
    path.join(dist, 'console/index.html'),
    page
      .replaceAll('%SCRIPT%', script)
      .replaceAll('%STYLE%', css ? path.basename(css) : '')
      .replace('</head>', `${preload.join('')}</head>`),
  );
  const still = path.join(root, 'operator-ui/static');
  if (existsSync(still)) await cp(still, path.join(dist, 'console'), { recursive: true });
}

async function buildRelay(): Promise<void> {
  await bundle('relay', 'relay', {
    ...node,
    // The database's thread is a file of its own, beside the main one, and so is the process that draws pictures.
    entryPoints: [
      { in: 'relay/main.ts', out: 'main' },
      { in: 'relay/store/embedded.worker.ts', out: 'embedded.worker' },
      { in: 'relay/dialog/picture.child.ts', out: 'picture.child' },
    ],
  });
  const migrations = path.join(root, 'relay/store/migrations');
  if (existsSync(migrations)) await cp(migrations, path.join(dist, 'relay/migrations'), { recursive: true });
}

async function buildDemo(): Promise<void> {
  await bundle('demo', 'server', { ...node, entryPoints: ['demo/server.ts'] });
  await bundle('demo', 'pages', {
    ...browser,
    target: 'es2022',
    outdir: path.join(dist, 'demo/site'),
    entryPoints: ['demo/pages/*.ts', 'demo/pages/*.tsx'],
    define: { 'process.env.NODE_ENV': '"production"' },
    jsx: 'automatic',
  });
  await cp(path.join(root, 'demo/site'), path.join(dist, 'demo/site'), { recursive: true });
}

async function buildBench(): Promise<void> {
  const entries = await readdir(path.join(root, 'bench'));
  const pages = entries.filter((name) => name.endsWith('.page.ts')).map((name) => `bench/${name}`);
  await bundle('bench', 'bench', {
    ...node,
    entryPoints: [
      ...['main.ts', ...entries.filter((name) => name.endsWith('.child.ts'))].map((name) => ({
        in: `bench/${name}`,
        out: name.replace(/\.ts$/, ''),
      })),
      // The bench `search` opens databases itself.
      { in: 'relay/store/embedded.worker.ts', out: 'embedded.worker' },
    ],
  });
  await cp(path.join(root, 'relay/store/migrations'), path.join(dist, 'bench/migrations'), { recursive: true });
  if (pages.length > 0)
    await bundle('bench', 'pages', {
      ...browser,
      target: 'es2022',
      entryPoints: pages,
      outdir: path.join(dist, 'bench/pages'),
    });
  await bundle('bench', 'hand', {
    ...browser,
    target: 'es2022',
    entryPoints: ['bench/hand/page.ts'],
    outdir: path.join(dist, 'bench/hand'),
    // Each page loads its own framework only, from one place.
    splitting: true,
    loader: { '.css': 'text' },
    define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
    jsx: 'automatic',
    plugins: [sveltePlugin({ compilerOptions: { css: 'external' } })],
  });
  await buildRecorderBench();
}

/** Pages of the bench `recorder`, and what is measured on them: ours as the widget is built, the controls as they come. */
async function buildRecorderBench(): Promise<void> {
  const outdir = path.join(dist, 'bench/recorder');
  await bundle('bench', 'recorder', {
    ...browser,
    target: 'es2022',
    entryPoints: ['bench/recorder/page.ts', 'bench/recorder/rest.ts'],
    outdir,
    splitting: true,
    define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
    jsx: 'automatic',
    plugins: [sveltePlugin({ compilerOptions: { css: 'external' } })],
  });
  const systems = path.join(outdir, 'systems');
  await bundle('bench', 'recorder-controls', {
    ...browser,
    target: 'es2021',
    entryPoints: ['bench/recorder/systems/rrweb.ts', 'bench/recorder/systems/openreplay.ts'],
    outdir: systems,
  });
  await minifyAgain(
    await bundle('bench', 'recorder-ours', {
      ...browser,
      target: 'es2021',
      sourcemap: 'external',
      entryPoints: ['bench/recorder/systems/ours.ts'],
      outdir: systems,
      plugins: VISITOR_PLUGINS,
    }),
  );
  // Once more with every function where it was written: for a profile that tells whose time it is (bench `bytes`).
  await bundle('bench', 'recorder-profiled', {
    ...browser,
    target: 'es2021',
    minify: false,
    sourcemap: 'external',
    entryPoints: ['bench/recorder/systems/ours.ts'],
    outdir: path.join(outdir, 'profiled'),
    plugins: VISITOR_PLUGINS,
  });
}

const builders: Record<Group, () => Promise<void>> = {
  widget: buildWidget,
  console: buildConsole,
  relay: buildRelay,
  demo: buildDemo,
  bench: buildBench,
};

export async function buildAll(groups: readonly Group[]): Promise<void> {
  await Promise.all(
    groups.map(async (group) => {
      await rm(path.join(dist, group), { recursive: true, force: true });
      await builders[group]();
    }),
  );
}

const SOURCES: Record<Group, readonly string[]> = {
  widget: ['widget', 'cobrowse', 'protocol'],
  console: ['operator-ui', 'cobrowse', 'protocol'],
  relay: ['relay', 'protocol'],
  demo: ['demo'],
  bench: ['bench', 'relay', 'protocol', 'cobrowse', 'widget'],
};

function startRelay(): ChildProcess {
  return spawn(process.execPath, ['--enable-source-maps', path.join(dist, 'relay/main.js')], { stdio: 'inherit' });
}

async function watchAll(groups: readonly Group[], start: boolean): Promise<void> {
  let relay = start ? startRelay() : undefined;
  const changed = new Set<Group>();
  let timer: NodeJS.Timeout | undefined;
  const rebuild = async () => {
    const now = [...changed];
    changed.clear();
    const began = Date.now();
    try {
      await buildAll(now);
      console.log(`built ${now.join(', ')} in ${Date.now() - began} ms`);
    } catch {
      // esbuild has printed the error with its place; the next save tries again.
      return;
    }
    if (relay && (now.includes('relay') || now.includes('demo'))) {
      const old = relay;
      relay = startRelay();
      old.kill('SIGTERM');
    }
  };
  for (const folder of new Set(groups.flatMap((group) => SOURCES[group]))) {
    watch(path.join(root, folder), { recursive: true }, () => {
      for (const group of groups) if (SOURCES[group].includes(folder)) changed.add(group);
      clearTimeout(timer);
      timer = setTimeout(() => void rebuild(), 80);
    });
  }
  console.log('watching; press Ctrl-C to stop');
}

function isGroup(word: string): word is Group {
  return (GROUPS as readonly string[]).includes(word);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const wrong = words.filter((word) => !word.startsWith('--') && !isGroup(word));
  if (wrong.length > 0) throw new Error(`no such group: ${wrong.join(', ')}; there are ${GROUPS.join(', ')}`);
  const named = words.filter(isGroup);
  const groups = named.length > 0 ? named : GROUPS;
  const began = Date.now();
  await buildAll(groups);
  console.log(`built ${groups.join(', ')} in ${Date.now() - began} ms`);
  if (words.includes('--watch')) await watchAll(groups, words.includes('--start'));
}
