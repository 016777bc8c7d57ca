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

/** Parts of @rrweb/record that capture replaces by its own or never uses: pointer and clicks have their own channel,
 * pictures of canvas and video are frames, fonts and media are assets. Together 8 kB gz that no visitor should load. A
 * name that is not found fails the build: another version of the package needs another look. */
const RRWEB_UNUSED: Readonly<Record<string, string>> = {
  'class CanvasManager {': 'class CanvasManager{reset(){}freeze(){}unfreeze(){}lock(){}unlock(){}}',
  'function initMoveObserver(': 'function initMoveObserver(){return()=>{}}',
  'function initMouseInteractionObserver(': 'function initMouseInteractionObserver(){return()=>{}}',
  'function initMediaInteractionObserver(': 'function initMediaInteractionObserver(){return()=>{}}',
  'function initFontObserver(': 'function initFontObserver(){return()=>{}}',
  'function initCustomElementObserver(': 'function initCustomElementObserver(){return()=>{}}',
  'function mergeHooks(': 'function mergeHooks(){}',
  'function WorkerWrapper(': '',
  'function is2DCanvasBlank(': 'function is2DCanvasBlank(){return true}',
  // Of the virtual document that only replay has; what is left asks `instanceof`, and is told no.
  'class BaseRRNode {': 'class BaseRRNode{}',
  // Warns whoever used a mirror that went away with version 1.
  'let _mirror = {': '',
  'if (typeof window !== "undefined" && window.Proxy && window.Reflect) {': '',
  // Capture passes no slimDOM options, so these only ever say no.
  'function slimDOMDefaults(': 'function slimDOMDefaults(){return{}}',
  'function slimDOMExcluded(': 'function slimDOMExcluded(){return false}',
  // The mirror plays nothing anyway; what the hand marks as hovered (control/hover.ts) is nobody's content.
  'function ignoreAttribute(': 'function ignoreAttribute(tag, name){return name==="data-tandem-hover"}',
  // Frames of other origins are not recorded through rrweb (its messages are readable by every frame of the page).
  'class CrossOriginIframeMirror {': '',
  'class IframeManager {': `class IframeManager {
    constructor(options) { Object.assign(this, options) }
    addIframe() {}
    addLoadListener(cb) { this.loadListener = cb }
    attachIframe(frame, node) {
      const { mirror, stylesheetManager } = this;
      const id = mirror.getId(frame);
      const adds = [{ parentId: id, nextId: null, node }];
      this.mutationCb({ adds, removes: [], texts: [], attributes: [], isAttachIframe: true });
      this.loadListener?.(frame);
      const page = frame.contentDocument;
      if (page?.adoptedStyleSheets?.length > 0)
        stylesheetManager.adoptStyleSheets(page.adoptedStyleSheets, mirror.getId(page));
    }
  }`,
  // Their names would stay; as constants only the numbers do.
  'var EventType = ': `const EventType = { DomContentLoaded: 0, Load: 1, FullSnapshot: 2, IncrementalSnapshot: 3, Meta: 4 };`,
  'var IncrementalSource = ': `const IncrementalSource = { Mutation: 0, Scroll: 3, ViewportResize: 4, Input: 5,
    StyleSheetRule: 8, StyleDeclaration: 13, Selection: 14, AdoptedStyleSheet: 15 };`,
  'var NodeType = ': `const NodeType = { Document: 0, DocumentType: 1, Element: 2, Text: 3, CDATA: 4, Comment: 5 };`,
  // Masking is capture's own; pictures of canvases and images are frames and assets, and so are those of videos.
  'function needMaskingText(': 'function needMaskingText(){return false}',
  '  if (tagName === "canvas" && recordCanvas) {': '',
  '  if (tagName === "img" && inlineImages) {': '',
  '  if (["audio", "video"].includes(tagName)) {': '',
  'for (var i = 0; i < chars.length; i++) {': '',
  // Ours is blocked; what changes in it, a pointer in each frame, is not for rrweb to look at.
  'function hasShadowRoot(': `function hasShadowRoot(n) {
    return index.shadowRoot(n) && n.dataset.tandemUi === undefined;
  }`,
  // No class is named by a pattern; a style element of several texts goes as it is written (css-lost.ts).
  'function classMatchesRegex(': 'function classMatchesRegex(){return false}',
  // For browsers that no operator can use the mirror in.
  'function fixBrowserCompatibilityIssuesInCSS(': 'function fixBrowserCompatibilityIssuesInCSS(css){return css}',
  'function escapeImportStatement(': 'function escapeImportStatement(rule){return rule.cssText}',
  'function normalizeCssString(': '',
  'function splitCssText(': '',
  'function markCssSplits(': 'function markCssSplits(cssText){return cssText}',
  // Mends browsers and pages of before 2017.
  'function polyfill(': 'function polyfill(){}',
  'try {': '',
  'if (!/* @__PURE__ */ /[1-9][0-9]{12}/.test(': '',
  'function getWindowScroll(': `function getWindowScroll(win) {
    const { scrollLeft, scrollTop } = win.document.scrollingElement ?? win.document.documentElement;
    return { left: scrollLeft, top: scrollTop };
  }`,
  // A document has no parent and no owner, and rrweb takes that for a sign that it is gone: a page that puts another root
  // element in (document.open, replaceChild) would not be seen to change.
  'function inDom(': `function inDom(n) {
    return index.contains(n.ownerDocument ?? n, n) || shadowHostInDom(n);
  }`,
  'function isAncestorRemoved(': `function isAncestorRemoved(target, mirror) {
    if (target.nodeType === 9 || isShadowRoot(target)) return false;
    const parent = index.parentNode(target);
    return !parent || !mirror.has(mirror.getId(target)) || isAncestorRemoved(parent, mirror);
  }`,
  // rrweb hears of the page's own document only, and leaves out where a caret goes. Who may see which is decided later.
  'function initSelectionObserver(': `function initSelectionObserver({ doc, mirror, selectionCb }) {
    let told = '';
    const look = callbackWrapper(() => {
      const selection = doc.getSelection();
      const ranges = [];
      for (let i = 0; i < selection?.rangeCount; i++) {
        const { startContainer, startOffset, endContainer, endOffset } = selection.getRangeAt(i);
        ranges.push({ start: mirror.getId(startContainer), startOffset, end: mirror.getId(endContainer), endOffset });
      }
      const now = ranges.map(Object.values).join();
      if (now === told) return;
      told = now;
      selectionCb({ ranges });
    });
    look();
    return on("selectionchange", look, doc);
  }`,
  // In XHTML names keep their case, and in a selector a name may need escapes. Passwords and what is masked are left to capture's own gate.
  '  function eventHandler(event) {': `  function eventHandler(event) {
    const target = getEventTarget(event);
    const tag = target?.tagName?.toUpperCase();
    if (!INPUT_TAGS.includes(tag) || target.classList.contains(ignoreClass) || target.matches(ignoreSelector)) return;
    const isRadio = target.type === 'radio';
    const isChecked = (isRadio || target.type === 'checkbox') && target.checked;
    cbWithDedup(target, { text: target.value, isChecked });
    if (isRadio && target.name && isChecked)
      for (const other of doc.querySelectorAll(\`input[type="radio"][name="\${CSS.escape(target.name)}"]\`))
        if (other !== target) cbWithDedup(other, { text: other.value, isChecked: false });
  }`,
  'function getWindowHeight(': 'function getWindowHeight(){return window.innerHeight}',
  'function getWindowWidth(': 'function getWindowWidth(){return window.innerWidth}',
  // The same twenty options, each time by name; what stays undefined means no.
  '  const _serializedNode = ': '  const _serializedNode = serializeNode(n, { ...options, keepIframeSrcFn });',
  '      return serializeElementNode(': '      return serializeElementNode(n, { ...options, rootId });',
  '      return serializeTextNode(': '      return serializeTextNode(n, { ...options, rootId });',
  '    const bypassOptions = ':
    '    const bypassOptions = { ...options, newlyAddedElement: false, cssCaptured: false };',
  '          const serializedIframeNode = ': `          const serializedIframeNode = serializeNodeWithId(iframeDoc, {
            ...options, doc: iframeDoc, skipChild: false, newlyAddedElement: false, cssCaptured: false });`,
  '          const serializedLinkNode = ': `          const serializedLinkNode = serializeNodeWithId(n, {
            ...options, skipChild: false, newlyAddedElement: false, cssCaptured: false });`,
  '  init(options) {': '  init(options) { Object.assign(this, options); }',
  '  freeze() {': '',
  '  unfreeze() {': '',
  '  isFrozen() {': '',
  // Options that capture does not use: what remains is what their defaults do.
  'function snapshot(': `function snapshot(n, options) {
    return serializeNodeWithId(n, { ...options, doc: n, maskInputOptions: { password: true }, slimDOMOptions: {} });
  }`,
  '    if (slimDOMOptions.headWhitespace ': '',
  '    if (o.collectFonts) {': '',
  '  for (const plugin of o.plugins) {': '',
  '  if (!inEmittingFrame) {': '',
  '  if (inEmittingFrame && !emit) {': '',
  '  if (!inEmittingFrame && !passEmitsToParent) {': '',
  '  if (mousemoveWait !== void 0 && ': '',
  '  const maskInputOptions = ': '  const maskInputOptions = { password: true };',
  '  const eventProcessor = ': '',
  '    if (((_a2 = mutationBuffers[0]) == null ': '',
  '    if (inEmittingFrame) {': '    emit(e);',
  '    if (e.type === EventType.FullSnapshot) {': '',
  '  const wrappedCanvasMutationEmit = ': '',
  '  for (const plugin of plugins || []) {': '',
  '  canvasManager = new CanvasManager({': '  canvasManager = new CanvasManager();',
  '          mousemoveCb: ': '',
  '          mouseInteractionCb: ': '',
  '          mediaInteractionCb: ': '',
  '          fontCb: ': '',
  '          customElementCb: ': '',
  '          plugins: ': '',
  'record.addCustomEvent = ': '',
  'record.freezePage = ': '',
  'record.takeFullSnapshot = ': '',
};
/** The snapshot asks every element how far it is scrolled; see isLaidOut in cobrowse/capture/dom.ts. */
const RRWEB_SCROLL_LINE = '    if (n.scrollLeft) {';
const RRWEB_SCROLL_INSTEAD = '    if (!n.checkVisibility || n.checkVisibility({ contentVisibilityAuto: true })) {';
const RRWEB_UNUSED_LINES = [
  '    console.warn(n, "not serialized");',
  'const jsContent = ',
  'const blob = ',
  '  const inEmittingFrame = ',
  '          canvasMutationCb: ',
];

const leanRrweb: Plugin = {
  name: 'lean-rrweb',
  setup(build) {
    build.onLoad({ filter: /@rrweb[\\/]record[\\/]dist[\\/]record\.js$/ }, async ({ path: file }) => {
      let lines = (await readFile(file, 'utf8')).split('\n');
      for (const [start, instead] of Object.entries(RRWEB_UNUSED)) {
        const from = lines.findIndex((line) => line.startsWith(start));
        const indent = /^ */.exec(start)?.[0] ?? '';
        const end = new RegExp(`^${indent}}(.*[^{])?$`);
        const to = lines.findIndex((line, index) => index > from && end.test(line));
        if (from < 0 || to < 0) throw new Error(`@rrweb/record no longer has "${start}": look again at RRWEB_UNUSED`);
        lines = [...lines.slice(0, from), instead, ...lines.slice(to + 1)];
      }
      for (const start of RRWEB_UNUSED_LINES) {
        const at = lines.findIndex((line) => line.startsWith(start));
        if (at < 0) throw new Error(`@rrweb/record no longer has "${start}": look again at RRWEB_UNUSED_LINES`);
        lines.splice(at, 1);
      }
      const scroll = lines.indexOf(RRWEB_SCROLL_LINE);
      if (scroll < 0 || lines[scroll + 5] !== '    }')
        throw new Error('@rrweb/record reads scroll positions elsewhere now');
      lines.splice(
        scroll,
        6,
        RRWEB_SCROLL_INSTEAD,
        '      if (n.scrollLeft) attributes.rr_scrollLeft = n.scrollLeft;',
        '      if (n.scrollTop) attributes.rr_scrollTop = n.scrollTop;',
        '    }',
      );
      // Fields that are only named: they are set before they are read, or asked whether they are.
      lines = lines.filter((line) => !/^ +__publicField\(this, "\w+"\);$/.test(line));
      return { contents: lines.join('\n'), loader: 'js' };
    });
  },
};

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
          /[\\/]protocol[\\/](messages|hand)\.ts$/.test(file) ? `/* @__PURE__ */ ${call}` : call,
        ),
      loader: 'ts',
    }));
  },
};

/** They make of our sources, and of rrweb's, what a visitor loads. Tests of capture build with them too: what they see of
 * rrweb is then what ships. */
export const VISITOR_PLUGINS: Plugin[] = [leanRrweb, leanProtocol];

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
  const panel = await bundle('widget', 'widget', {
    ...split,
    entryPoints: ['widget/widget.ts', 'widget/launcher.ts', 'widget/frame.ts'],
    define: {
      HAND_FILE: JSON.stringify(outputOf(hand, 'widget/hand.ts')),
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
    // The database's thread is a file of its own, beside the main one.
    entryPoints: [
      { in: 'relay/main.ts', out: 'main' },
      { in: 'relay/store/embedded.worker.ts', out: 'embedded.worker' },
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
      'bench/main.ts',
      ...entries.filter((name) => name.endsWith('.child.ts')).map((name) => `bench/${name}`),
    ],
  });
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
  bench: ['bench', 'relay', 'protocol', 'cobrowse'],
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
