// The page that the benches of the live view show: a shop's long list of goods beside a feed of orders, of as many
// elements as asked for, with two style sheets of 150 kB together and pictures of its own. Made here and not taken from
// the demo shop, so that a change of the demo changes no figure.

/** As many kilobytes as the style sheets of a shop that uses a component library. */
const BASE_COMPONENTS = 240;
const SHOP_COMPONENTS = 110;

export type ShopPage = {
  elements: number;
  /** Into the head, last. */
  head: string;
};

export const PICTURES = ['sencha', 'matcha', 'kyusu', 'gaiwan', 'teapot-clay', 'moon-jar', 'jam-bowl', 'dian-hong'];

const ICON =
  '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="M6 6h15l-1.5 9h-12z"/><circle cx="9" cy="20" r="1.6"/><circle cx="18" cy="20" r="1.6"/></svg>';

/** 24 elements. */
function card(number: number): string {
  const picture = PICTURES[number % PICTURES.length];
  const price = (5 + ((number * 37) % 900) / 10).toFixed(2);
  return `<article class="card card-${number % 7}" data-good="${number}">
<a class="card-link" href="/goods/${number}"><img class="card-picture" src="/pictures/${picture}.webp" width="240" height="160" alt="Good ${number}"></a>
<div class="card-body"><h3 class="card-title"><a href="/goods/${number}">Spring harvest no. ${number}</a></h3>
<p class="card-text">Picked by hand in the <em>${number % 12}th</em> week, with a taste of <b>meadow</b> and stone fruit.</p>
<ul class="tags"><li class="tag">green</li><li class="tag">loose leaf</li><li class="tag tag-quiet">${number % 40} left</li></ul>
<div class="price"><span class="price-now">${price} €</span><s class="price-old">${(Number(price) * 1.2).toFixed(2)} €</s></div>
<button class="button card-buy" type="button" data-id="${number}">${ICON}<span>Add</span></button></div>
</article>`;
}
const CARD_ELEMENTS = 22;

function row(number: number): string {
  return `<tr class="line"><td>${number}</td><td><a href="/orders/${number}">Order ${number}</a></td><td>${number % 9} items</td><td><span class="state state-${number % 4}">sent</span></td></tr>`;
}
const ROW_ELEMENTS = 7;

export function shopPage({ elements, head }: ShopPage): string {
  // A quarter of the page is a table, as in an account or a back office.
  const rows = Math.floor((elements * 0.25) / ROW_ELEMENTS);
  const cards = Math.max(12, Math.ceil((elements - rows * ROW_ELEMENTS - 40) / CARD_ELEMENTS));
  const times = (count: number, make: (number: number) => string) => Array.from({ length: count }, (_, n) => make(n));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Goods</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/base.css"><link rel="stylesheet" href="/shop.css">
${head}</head>
<body class="page"><header class="top"><a class="brand" href="/">Leaf</a><nav class="menu">${times(8, (n) => `<a class="menu-item" href="/part/${n}">Part ${n}</a>`).join('')}</nav><output id="marker">batch 0</output></header>
<div class="columns"><aside class="side"><h2>Orders</h2><ol class="feed" id="feed"></ol></aside>
<main class="main"><h1>Goods</h1><div class="cards">${times(cards, card).join('\n')}</div>
<table class="table"><tbody>${times(rows, row).join('\n')}</tbody></table></main></div>
<footer class="bottom"><p>Leaf, 12 Quay Street</p></footer></body></html>`;
}

function component(name: string, number: number): string {
  const hue = (number * 47) % 360;
  return `.${name}-${number}{display:flex;flex-wrap:wrap;gap:${number % 16}px;padding:${4 + (number % 12)}px;color:hsl(${hue} 30% 25%);border-radius:calc(var(--radius) + ${number % 4}px)}
.${name}-${number}:hover,.${name}-${number}:focus-visible{background:hsl(${hue} 40% 94%);box-shadow:0 1px 2px rgb(0 0 0 / .${1 + (number % 8)})}
.${name}-${number} > .${name}-${number}__head{font:600 ${12 + (number % 6)}px/1.4 var(--font);letter-spacing:.0${number % 9}em}
.${name}-${number}.is-active .${name}-${number}__body::before{content:"";position:absolute;inset:0;opacity:.${1 + (number % 9)}}
@media (max-width:${600 + (number % 5) * 100}px){.${name}-${number}{flex-direction:column;padding:${2 + (number % 6)}px}}
`;
}

/** `components`: how much of a component library, at five rules each. */
export function baseCss(components = BASE_COMPONENTS): string {
  let css = `:root{--radius:6px;--font:system-ui,sans-serif;--line:#dfe3e8;--ink:#1c2430;--accent:#0b6b4f}
*{box-sizing:border-box}body{margin:0;font:15px/1.5 var(--font);color:var(--ink);background:#f6f7f9}
a{color:inherit}h1,h2,h3{line-height:1.2;margin:0 0 8px}img{display:block;max-width:100%}
.button{display:inline-flex;align-items:center;gap:6px;padding:6px 12px;border:0;border-radius:var(--radius);background:var(--accent);color:#fff;font:inherit}
.icon{width:18px;height:18px;fill:none;stroke:currentColor;stroke-width:1.6}
.table{width:100%;border-collapse:collapse;background:#fff}.table td{padding:6px 10px;border-bottom:1px solid var(--line)}
.state{padding:1px 8px;border-radius:99px;background:#e6f4ee}.state-1{background:#fdf0d5}.state-2{background:#e7eefc}.state-3{background:#f8e1e4}
`;
  for (let number = 0; number < components; number++) css += component('ui', number);
  return css + ':root{--end-of-base:1}\n';
}

export function shopCss(): string {
  let css = `.top{position:sticky;top:0;z-index:2;display:flex;gap:24px;align-items:center;padding:12px 24px;background:#fff;border-bottom:1px solid var(--line)}
.brand{font-weight:700;font-size:20px}.menu{display:flex;gap:14px;flex:1}.columns{display:grid;grid-template-columns:260px 1fr;gap:24px;padding:24px}
.feed{list-style:none;margin:0;padding:0;display:grid;gap:4px;max-height:1200px;overflow:hidden}.feed-row{display:flex;gap:8px;padding:4px 8px;background:#fff;border-radius:4px}.feed-what{flex:1}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(210px,1fr));gap:16px;margin-bottom:24px}
.card{position:relative;background:#fff;border:1px solid var(--line);border-radius:10px;overflow:hidden;transition:box-shadow .2s}
.card:hover{box-shadow:0 6px 20px rgb(0 0 0 / .12)}.card.is-hot{border-color:var(--accent)}.card.is-hot .card-title::after{content:" new";color:var(--accent)}
.card-picture{width:100%;height:160px;object-fit:cover;background:#eef1f4}.card-body{padding:12px;display:grid;gap:8px}.card-text{margin:0;color:#566}
.tags{display:flex;gap:6px;margin:0;padding:0;list-style:none}.tag{padding:1px 8px;border-radius:99px;background:#eef4f1;font-size:12px}.tag-quiet{opacity:.6}
.price{display:flex;gap:8px;align-items:baseline}.price-now{font-weight:700}.price-old{color:#899}
`;
  for (let number = 0; number < SHOP_COMPONENTS; number++) css += component('shop', number);
  return css + ':root{--end-of-shop:1}\n';
}
