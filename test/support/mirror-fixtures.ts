// Pages, each named for its difficulty, that record themselves and then change (`act`). Used for the round trip: the page,
// the mirror of its recording, and rrweb's replay of the same recording must agree.

export type Fixture = {
  name: string;
  html: string;
  /** Changes the page; runs in it. May be async. */ act: string;
  /** Files of the site. */ files?: Record<string, { type: string; body: string }>;
};

const page = (head: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Fixture</title>${head}</head><body>${body}<script src="/recorder.js"></script></body></html>`;

/** What `act` calls between its changes: they must not end in one record. The browser tells of scrolling and of sizes with
 * a frame, however late a loaded machine draws one. */
export const STEP = `(ms = 30) => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, ms))))`;

export const FIXTURES: Fixture[] = [
  {
    name: 'texts-and-attributes',
    html: page(
      `<style>.a{color:rgb(1,2,3)}.b{color:rgb(4,5,6);font-weight:700}[data-x="1"]{letter-spacing:3px}</style>`,
      `<p id="p" class="a">one <b>two</b> three<!-- remark --></p><div id="d" style="width: 10px; height: 20px"></div>`,
    ),
    act: `
      const p = document.getElementById('p'), d = document.getElementById('d');
      p.firstChild.data = 'ONE '; p.className = 'b'; p.setAttribute('data-x', '1'); p.title = 'a "title" <x>';
      d.style.width = '30px'; d.style.setProperty('color', 'red', 'important'); d.style.removeProperty('height');
      await step(); p.removeAttribute('title'); p.querySelector('b').textContent = ''; d.setAttribute('style', 'margin: 1px');
      d.textContent = '& < > " \\u00e9 \\u{1f600}';`,
  },
  {
    name: 'moves',
    html: page(
      '<style>li{color:rgb(9,9,9)} ul:empty{color:red}</style>',
      `<ul id="a"><li>1<li>2<li>3<li>4<li>5</ul><ul id="b"></ul><form id="f"><input name="x" value="start"><p><span>deep</span></p></form>`,
    ),
    act: `
      const a = document.getElementById('a'), b = document.getElementById('b'), f = document.getElementById('f');
      a.append(a.firstElementChild); b.append(a.children[1], a.children[2]); await step();
      [...a.children].reverse().forEach((li) => a.append(li)); await step();
      f.querySelector('input').value = 'typed'; f.querySelector('input').dispatchEvent(new Event('input', { bubbles: true }));
      const p = f.querySelector('p'); p.remove(); p.firstElementChild.remove(); p.append('now text'); b.before(p); await step();
      b.prepend(f); const li = document.createElement('li'); li.textContent = 'new'; a.insertBefore(li, a.children[1]);
      const inner = document.createElement('em'); li.append(inner); inner.append('x'); a.append(li); await step();
      const box = document.createElement('div'); while (a.firstChild) box.append(a.firstChild); document.body.prepend(box); a.remove();`,
  },
  {
    name: 'many-batches',
    html: page('', '<div id="root"></div>'),
    act: `
      const root = document.getElementById('root'); let seed = 7; const random = (n) => (seed = (seed * 16807) % 2147483647) % n;
      for (let round = 0; round < 40; round++) {
        for (let i = 0; i < 12; i++) {
          const all = root.querySelectorAll('*'); const pick = all.length ? all[random(all.length)] : root;
          const what = random(7);
          if (what < 3 || all.length < 5) { const e = document.createElement(['p','b','div','i'][random(4)]); e.textContent = 'n' + round + '.' + i; (pick.parentNode === root || pick === root ? pick : pick.parentNode).insertBefore(e, null); }
          else if (what === 3) pick.remove();
          else if (what === 4) { const other = all[random(all.length)]; if (!pick.contains(other)) other.append(pick); }
          else if (what === 5) pick.setAttribute('class', 'c' + random(9));
          else if (pick.firstChild && pick.firstChild.nodeType === 3) pick.firstChild.data = 't' + random(99);
        }
        if (round % 3 === 0) await step();
      }`,
  },
  {
    name: 'forms',
    html: page(
      '<style>input:checked{outline:2px solid rgb(1,1,1)}</style>',
      `
      <form><input id="t" value="a"><input id="c" type="checkbox"><input id="r1" type="radio" name="r" checked><input id="r2" type="radio" name="r">
      <input id="pw" type="password" value="secret"><textarea id="ta">text</textarea><input type="range" id="ra" min="0" max="9" value="4"><input type="color" value="#ff0000">
      <select id="s"><option value="1">One<option value="2" selected>Two<optgroup label="G"><option value="3">Three</optgroup></select>
      <select id="m" multiple><option>a<option selected>b<option selected>c</select>
      <details id="de"><summary>More</summary><p>hidden</p></details><fieldset id="fs" disabled><button>B</button></fieldset><progress value=".3"></progress><meter value=".5"></meter></form>`,
    ),
    act: `
      const $ = (id) => document.getElementById(id); const fire = (e) => { e.dispatchEvent(new Event('input', { bubbles: true })); e.dispatchEvent(new Event('change', { bubbles: true })); };
      $('t').value = 'b <c>'; fire($('t')); $('c').checked = true; fire($('c')); $('r2').checked = true; fire($('r2'));
      $('ta').value = 'line 1\\nline 2'; fire($('ta')); $('s').value = '3'; fire($('s')); $('ra').value = '7'; fire($('ra')); $('de').open = true; $('fs').disabled = false; await step();
      const o = document.createElement('option'); o.value = o.textContent = '4'; $('s').append(o); $('s').selectedIndex = 3; fire($('s')); $('t').setAttribute('value', 'attr'); $('t').placeholder = 'p';`,
  },
  {
    name: 'shadow-dom',
    html: page(
      '<style>x-card{display:block}x-card:not(:defined){color:rgb(200,0,0)}</style>',
      `<x-card id="one"><span slot="s">slotted</span></x-card><div id="host"></div><x-later></x-later>
      <script>
        customElements.define('x-card', class extends HTMLElement { constructor() { super(); const r = this.attachShadow({ mode: 'open' }); r.innerHTML = '<style>p{color:rgb(7,8,9)}::slotted(span){font-weight:700}:host{border-left:3px solid rgb(1,2,3)}</style><p>in shadow</p><slot name="s"></slot>'; } });
        const root = document.getElementById('host').attachShadow({ mode: 'open' }); const sheet = new CSSStyleSheet(); sheet.replaceSync('b{color:rgb(10,20,30)}'); root.adoptedStyleSheets = [sheet]; root.innerHTML = '<b>adopted</b>';
      </script>`,
    ),
    act: `
      const shadow = document.getElementById('one').shadowRoot; shadow.querySelector('p').textContent = 'changed'; shadow.append(document.createElement('hr')); await step();
      const c = document.createElement('x-card'); c.innerHTML = '<span slot="s">two</span>'; document.body.append(c); await step(50);
      c.shadowRoot.querySelector('p').append(' more'); const nested = document.createElement('div'); nested.attachShadow({ mode: 'open' }).innerHTML = '<i>deep</i>'; c.shadowRoot.append(nested); await step(50);
      nested.shadowRoot.firstChild.textContent = 'deeper'; const s2 = new CSSStyleSheet(); document.getElementById('host').shadowRoot.adoptedStyleSheets = [s2]; s2.insertRule('b{color:rgb(50,60,70)}'); await step(50);
      customElements.define('x-later', class extends HTMLElement {}); await step(50); document.body.append(document.getElementById('one')); await step(50);`,
  },
  {
    name: 'frames',
    html: page(
      '<style>iframe{width:300px;height:100px;border:0}</style>',
      `<iframe id="f" srcdoc="<!doctype html><style>p{color:rgb(3,2,1)}</style><p>inside</p>"></iframe><iframe src="about:blank" id="g"></iframe>`,
    ),
    act: `
      await step(300); const inner = document.getElementById('f').contentDocument; inner.querySelector('p').textContent = 'changed inside'; const d = inner.createElement('div'); d.textContent = 'added'; inner.body.append(d); await step(50);
      const f = document.createElement('iframe'); f.srcdoc = '<!doctype html><b>late frame</b>'; await new Promise((done) => { f.onload = done; document.body.append(f); }); await step();
      f.contentDocument.querySelector('b').className = 'x'; await step(50); document.getElementById('g').remove(); await step(50);`,
  },
  {
    name: 'style-sheets',
    html: page(
      `<link rel="stylesheet" href="/site.css"><style id="s1">.r{color:rgb(1,1,1)}</style><style id="s2" media="print">.r{color:red}</style><style id="s3"></style>`,
      `<p class="r x">a</p><p class="t">b</p><p class="k">c</p>`,
    ),
    files: {
      '/site.css': {
        type: 'text/css',
        body: '.x{letter-spacing:2px}@media (min-width:10px){.t{color:rgb(2,2,2)}}@supports (display:grid){.t{display:grid}}',
      },
    },
    act: `
      const s1 = document.getElementById('s1'), s3 = document.getElementById('s3');
      s3.sheet.insertRule('.k{color:rgb(3,3,3)}'); s3.sheet.insertRule('@media (min-width:1px){.k{font-weight:700}}', 1); await step();
      s3.sheet.cssRules[1].insertRule('.k{font-style:italic}', 1); s3.sheet.cssRules[0].style.setProperty('text-indent', '5px', 'important'); await step();
      s3.sheet.insertRule('.never{color:red}', 0); s3.sheet.deleteRule(0); s1.append('.t{margin-left:4px}'); await step();
      const s4 = document.createElement('style'); s4.textContent = '.r{word-spacing:4px}'; document.head.append(s4); await step();
      s4.firstChild.data = '.r{word-spacing:6px}'; const sheet = new CSSStyleSheet(); sheet.replaceSync('.k{border-top:1px solid rgb(8,8,8)}'); document.adoptedStyleSheets = [sheet]; await step();
      sheet.insertRule('.k{padding-left:2px}'); document.querySelector('.x').style.cssText = 'color: rgb(70, 70, 70) !important';`,
  },
  {
    name: 'svg-and-math',
    html: page(
      '<style>svg .z{fill:rgb(5,5,5)}</style>',
      `<svg viewBox="0 0 20 20" width="20"><defs><linearGradient id="g"><stop offset="0"/></linearGradient><clipPath id="cp"><rect width="5" height="5"/></clipPath></defs><rect class="z" width="9" height="9" fill="url(#g)" clip-path="url(#cp)"/><use href="#g"/><foreignObject width="9" height="9"><div>html</div></foreignObject><text>t</text></svg><math><mi>x</mi><msup><mi>y</mi><mn>2</mn></msup></math>`,
    ),
    act: `
      const svg = document.querySelector('svg'); const c = document.createElementNS('http://www.w3.org/2000/svg', 'circle'); c.setAttribute('r', '3'); svg.append(c); await step();
      c.setAttribute('cx', '4'); svg.setAttribute('viewBox', '0 0 30 30'); svg.querySelector('foreignObject div').textContent = 'changed';`,
  },
  {
    // Long fractions hold runs of digits that look like card numbers: geometry is never masked.
    name: 'precise-geometry',
    html: page(
      '<style>#box{position:absolute}</style>',
      `<svg viewBox="0 0 100.41111111111111 60.5555555555554444" width="300"><path id="path" d="M4.111111111111111 1.4111111111111111C5.500000000000004,30.569309025904 37.8282246310005,60.11111111111117 78.734493671000C"/><g id="g" transform="matrix(0.4111111111111111 0 0 0.5500005555555559 30.56930902590400 37.82822463100050)"><polygon id="poly" points="4.111111111111111,1 5.555555555554444,9.4242424242424242 1,4.0000000000000002"/></g><circle id="c" cx="4.111111111111111" cy="4012.8888888888881" r="3.5305111333300000"/></svg><div id="box" style="left: 41.1111111111111px; width: 111.125px; transform: translate3d(4.111111111111111px, 40.12888888881881px, 0px)">x</div>`,
    ),
    act: `
      const $ = (id) => document.getElementById(id);
      $('path').setAttribute('d', 'M4111.1111111111111 0L5555.5555555544444 3782.822463100050L6011.000990139424Z'); $('g').setAttribute('transform', 'translate(4111111111111111e-14 5555555555554444e-15)'); await step();
      $('poly').setAttribute('points', Array.from({ length: 40 }, (_, i) => Math.sqrt(i + 0.4111111111111111) + ',' + Math.cbrt(i * 5.555555555554444)).join(' '));
      for (let i = 1; i < 30; i++) { $('box').style.transform = 'translate3d(' + i * 4.111111111111111 + 'px, ' + Math.sqrt(i) * 10 + 'px, 0px) rotate(' + i / 7 + 'deg)'; $('c').setAttribute('cx', String(Math.sin(i) * 41.11111111111111)); if (i % 10 === 0) await step(); }
      $('box').style.left = '30.569309025904px'; $('box').style.height = '37.8282246310005px';`,
  },
  {
    name: 'no-choice',
    html: page(
      '',
      `<select id="none"><option value="1">One<option value="2">Two</select><select id="empty"><option>a<option value="">b</select><script>document.getElementById('none').selectedIndex = -1; document.getElementById('empty').value = '';</script>`,
    ),
    act: `const late = document.getElementById('none').cloneNode(true); late.selectedIndex = -1; document.body.append(late);`,
  },
  {
    name: 'dialogs',
    html: page(
      '<style>dialog::backdrop{background:rgb(1,2,3)}</style>',
      `<dialog id="m"><form><input autofocus></form></dialog><dialog id="n">plain</dialog><dialog id="o" open>open</dialog>`,
    ),
    act: `document.getElementById('m').showModal(); document.getElementById('n').show(); await step(); document.getElementById('o').close(); document.getElementById('n').close(); await step();`,
  },
  {
    name: 'scrolls',
    html: page(
      '<style>#box{height:100px;overflow:auto;scroll-behavior:smooth}</style>',
      `<div id="box"><div style="height:900px">a</div></div><div style="height:3000px">b</div>`,
    ),
    act: `document.getElementById('box').scrollTo({ top: 333, behavior: 'instant' }); await step(50); window.scrollTo(0, 444); await step(200);`,
  },
  {
    name: 'quirks',
    html: '<html><head><title>q</title><style>td{font-size:10px}</style></head><body><table width="200" bgcolor="#eeeeee"><tr><td>cell</td></tr></table><p align=center>x<script src="/recorder.js"></script></body></html>',
    act: `document.querySelector('td').textContent = 'new';`,
  },
];
