// The site of the bench `recorder`: for each system a page with the workloads on it, and pages of a shop of several sizes.
// Styles as such pages have them, a few hundred rules; the workload's own are few.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { startSite, type BenchSite } from '../bench-site.ts';
import { baseCss, PICTURES, shopCss, shopPage } from '../shop-page.ts';

/** `off` and `off again` are the same page: how far apart they are is what the machine does to the figures. */
export const SYSTEMS = ['off', 'ours', 'rrweb', 'openreplay', 'off again'] as const;
export type SystemName = (typeof SYSTEMS)[number];

const LIBRARY_COMPONENTS = 60;

const OWN_CSS = `.frame{display:grid;grid-template-columns:220px 1fr;gap:24px;padding:0 24px 24px}
.bar{display:flex;gap:16px;align-items:center;padding:10px 24px;background:#fff;border-bottom:1px solid var(--line)}
.aside{display:grid;gap:2px;align-content:start}.aside-item{display:flex;gap:6px;padding:3px 6px;border-radius:4px}.aside-item:hover{background:#eef4f1}
.todos,.panel,.editor{background:#fff;border:1px solid var(--line);border-radius:var(--radius);padding:12px}
.new-form{display:flex;gap:8px;margin-bottom:8px}.new-todo{flex:1;padding:8px;border:1px solid var(--line);border-radius:var(--radius);font:inherit}
.list{list-style:none;margin:0;padding:0}.todo{border-bottom:1px solid var(--line)}.todo:last-child{border:0}.todo.edited .view{display:none}
.view{display:flex;gap:8px;align-items:center;padding:4px 8px}.title{flex:1}.todo.done .title{text-decoration:line-through;opacity:.6}
.tag{padding:1px 8px;border-radius:99px;background:#eef4f1;font-size:12px}.tag-1{background:#fdf0d5}.tag-2{background:#e7eefc}.tag-3{background:#f8e1e4}
.destroy{border:0;background:none;cursor:pointer}.destroy::before{content:"×";color:#a55}.edit{width:100%;padding:6px 8px;font:inherit}
.foot{display:flex;gap:10px;padding:8px}.foot .chosen{font-weight:700;color:var(--accent)}.left{flex:1}
.rows{background:#fff;display:grid}.row,.line{display:flex;gap:8px;padding:2px 8px;border-bottom:1px solid var(--line)}.row.is-hot{background:#fdf0d5}
.row[aria-selected=true]{outline:1px solid var(--accent)}.cell{flex:1;overflow:hidden;white-space:nowrap}.price{font-variant-numeric:tabular-nums;text-align:right}
.scroller{height:600px;overflow:auto;position:relative;background:#fff}.sizer{position:relative}.line{position:absolute;top:0;left:0;right:0;height:28px}.line.even{background:#f6f7f9}
.note{margin:0 0 2px}.ct-line{fill:none;stroke:var(--accent);stroke-width:2px}.ct-area{fill:var(--accent);fill-opacity:.1}.ct-point{stroke-width:5px;stroke:var(--accent)}.ct-bar{fill:none;stroke:var(--accent);stroke-width:8px}.ct-grid{stroke:#0002}
.legend{display:flex;gap:16px;list-style:none}
`;

/** About 240 elements that no workload touches. */
const AROUND = {
  bar: Array.from({ length: 8 }, (_, n) => `<a class="menu-item" href="#${n}"><span>Part ${n}</span></a>`).join(''),
  aside: Array.from(
    { length: 50 },
    (_, n) =>
      `<a class="aside-item ui-${n % 40}" href="#list-${n}"><span class="tag tag-${n % 4}">${n}</span><span>List ${n}</span><small>${(n * 7) % 50} open</small></a>`,
  ).join(''),
};

const script = (file: string) => `<script type="module" src="/recorder/${file}.js"></script>`;

function headOf(system: SystemName): string {
  return script('rest') + (system.startsWith('off') ? '' : script(`systems/${system}`));
}

function workPage(head: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Recorder</title><link rel="icon" href="data:,">
<link rel="stylesheet" href="/library.css"><link rel="stylesheet" href="/own.css">${head}${script('page')}</head>
<body><header class="bar">${AROUND.bar}</header><div class="frame"><aside class="aside">${AROUND.aside}</aside><main id="root"></main></div></body></html>`;
}

export type RecorderSite = {
  /** A page with a workload on it. */
  work(name: string, system: SystemName, ingest: string): string;
  /** A shop's page of about so many elements, with nothing begun. */
  shop(elements: number, system: SystemName): string;
  readonly origin: string;
  /** The same pages with something else on them: what stands in their heads instead of a system. `id`: for the address. */
  workWith(name: string, other: { id: string; head: string }): string;
  shopWith(elements: number, other: { id: string; head: string }): string;
  /** Another file of this site. */
  put(address: string, type: string, body: string): void;
  stop(): Promise<void>;
};

export async function startRecorderSite(root: string): Promise<RecorderSite> {
  const site = await startSite();
  const built = path.join(root, 'dist/bench/recorder');
  for (const folder of ['', 'systems/', 'profiled/'])
    for (const name of readdirSync(path.join(built, folder)))
      if (name.endsWith('.js'))
        site.put(`/recorder/${folder}${name}`, 'text/javascript', readFileSync(path.join(built, folder, name), 'utf8'));
  for (const system of SYSTEMS) site.put(`/work/${addressOf(system)}`, 'text/html', workPage(headOf(system)));
  site.put('/library.css', 'text/css', baseCss(LIBRARY_COMPONENTS));
  site.put('/own.css', 'text/css', OWN_CSS);
  site.put('/base.css', 'text/css', baseCss());
  site.put('/shop.css', 'text/css', shopCss());
  for (const name of PICTURES)
    site.put(`/pictures/${name}.webp`, 'image/webp', readFileSync(path.join(root, `demo/site/pictures/${name}.webp`)));
  return {
    work: (name, system, ingest) =>
      `${site.origin}/work/${addressOf(system)}?work=${encodeURIComponent(name)}&ingest=${encodeURIComponent(ingest)}`,
    shop(elements, system) {
      const address = `/shop/${elements}/${addressOf(system)}`;
      putShop(site, address, elements, headOf(system));
      return `${site.origin}${address}?keep`;
    },
    origin: site.origin,
    workWith(name, { id, head }) {
      site.put(`/work/${id}`, 'text/html', workPage(head));
      return `${site.origin}/work/${id}?work=${encodeURIComponent(name)}`;
    },
    shopWith(elements, { id, head }) {
      putShop(site, `/shop/${elements}/${id}`, elements, head);
      return `${site.origin}/shop/${elements}/${id}?elements=${elements}`;
    },
    put: site.put,
    stop: site.stop,
  };
}

function putShop(site: BenchSite, address: string, elements: number, head: string): void {
  site.put(address, 'text/html', shopPage({ elements, head }));
}

function addressOf(system: SystemName): string {
  return system.replace(' ', '-');
}
