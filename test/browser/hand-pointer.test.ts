// The hand's mouse: what a page's own handlers hear and what becomes of it, read from the page's own state.

import { afterEach, expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { openHandPage, type HandPage, type Step } from '../support/hand-page.ts';

inEachBrowser('the hand’s mouse', (browser, name) => {
  let opened: HandPage;
  afterEach(async () => {
    expect(await opened.errors()).toEqual([]);
    await opened.close();
  });
  const open = async (html: string, files?: Record<string, string>) => {
    opened = await openHandPage(browser(), html, files);
  };
  const done = async (...steps: Step[]) => {
    const outcomes = await opened.run(...steps);
    expect(outcomes.filter((outcome) => !outcome.done)).toEqual([]);
    return outcomes;
  };

  /** Writes down what an element hears. */
  const LOG = `<script>
    const log = [];
    const TYPES = 'over enter out leave move down up'.split(' ').flatMap((t) => ['pointer' + t, 'mouse' + t]);
    const hear = (id, types = [...TYPES, 'click', 'dblclick', 'auxclick', 'contextmenu', 'focus'], tell = (e) => e.type) => {
      for (const t of types) document.getElementById(id).addEventListener(t, (e) => log.push(tell(e)));
    };
  </script>`;

  test('a click is the whole sequence, in the order of a real one', async () => {
    await open(`<button id=b>Buy</button>${LOG}<script>hear('b')</script>`);
    const [, up] = await done(['click', '#b']);
    expect(up?.what).toBe('button “Buy”');
    expect(await opened.read('log')).toEqual([
      ...['pointerover', 'pointerenter', 'mouseover', 'mouseenter', 'pointermove', 'mousemove'],
      ...['pointerdown', 'mousedown', 'focus', 'pointerup', 'mouseup', 'click'],
    ]);
  });

  test('events tell what a mouse tells: id, button, buttons, detail, keys held, and where', async () => {
    await open(`<button id=b style="position:absolute;left:100px;top:50px;width:200px;height:40px">x</button>${LOG}<script>
      const tell = (e) => [e.type, e.pointerId, e.isPrimary, e.pointerType, e.button, e.buttons, e.detail,
        e.shiftKey, e.ctrlKey, e.clientX, e.clientY, Math.round(e.offsetX), e.bubbles, e.composed, e instanceof MouseEvent].join();
      hear('b', ['pointerdown', 'mousedown', 'pointermove', 'mouseup', 'click'], tell);
    </script>`);
    await done(['click', '#b', { x: 0.25, mods: 8 }]);
    expect(await opened.read('log')).toEqual([
      'pointermove,1,true,mouse,-1,0,0,true,false,150,70,48,true,true,true',
      'pointerdown,1,true,mouse,0,1,0,true,false,150,70,48,true,true,true',
      'mousedown,,,,0,1,1,true,false,150,70,48,true,true,true',
      'mouseup,,,,0,0,1,true,false,150,70,48,true,true,true',
      'click,1,true,mouse,0,0,1,true,false,150,70,48,true,true,true',
    ]);
  });

  test('double click, middle and right button', async () => {
    await open(`<div id=b>text</div>${LOG}<script>
      hear('b', ['mousedown', 'click', 'dblclick', 'auxclick', 'contextmenu'], (e) => [e.type, e.button, e.buttons, e.detail].join());
    </script>`);
    await done(['double', '#b']);
    expect(await opened.read('log.splice(0)')).toEqual([
      'mousedown,0,1,1',
      'click,0,0,1',
      'mousedown,0,1,2',
      'click,0,0,2',
      'dblclick,0,0,2',
    ]);
    await done(['click', '#b', { button: 1 }], ['click', '#b', { button: 2 }]);
    expect(await opened.read('log')).toEqual([
      'mousedown,1,4,1',
      'auxclick,1,0,1',
      'mousedown,2,2,1',
      'auxclick,2,0,1',
      'contextmenu,2,0,0',
    ]);
  });

  test('a menu that opens on hover stays open on the way into it and closes after', async () => {
    await open(`<ul id=m style="width:100px"><li>Menu</li><li id=sub hidden><a id=a href="#chosen">Item</a></li></ul><p id=p>away</p><script>
      const m = document.getElementById('m'), sub = document.getElementById('sub');
      m.addEventListener('mouseenter', () => (sub.hidden = false));
      m.addEventListener('mouseleave', () => (sub.hidden = true));
    </script>`);
    await done(['move', '#m']);
    expect(await opened.read('sub.hidden')).toBe(false);
    await done(['move', '#a'], ['click', '#a']);
    expect(await opened.read('[sub.hidden, location.hash]')).toEqual([false, '#chosen']);
    await done(['move', '#p']);
    expect(await opened.read('sub.hidden')).toBe(true);
  });

  test('over and out bubble with where the pointer came from and goes to; enter and leave go to each element', async () => {
    await open(`<div id=o><div id=x>x</div><div id=y>y</div></div><script>
      const log = [];
      for (const t of ['mouseover', 'mouseout']) document.addEventListener(t, (e) => log.push([t, e.target.id, e.relatedTarget?.id ?? null].join()));
      for (const id of ['o', 'x', 'y']) for (const t of ['mouseenter', 'mouseleave'])
        document.getElementById(id).addEventListener(t, () => log.push(t + ' ' + id));
    </script>`);
    await done(['move', '#x'], ['move', '#y']);
    expect(await opened.read('log')).toEqual([
      'mouseover,x,',
      'mouseenter o',
      'mouseenter x',
      'mouseout,x,y',
      'mouseleave x',
      'mouseover,y,x',
      'mouseenter y',
    ]);
  });

  test('a press gives the focus to the nearest that can have it, else takes it; a prevented one does neither', async () => {
    await open(`<input id=i><button id=b><b id=in>bold</b></button><p id=p>words</p><div id=n>no</div><script>
      document.getElementById('n').addEventListener('mousedown', (e) => e.preventDefault());
    </script>`);
    await done(['click', '#in']);
    expect(await opened.read('document.activeElement.id')).toBe('b');
    await done(['click', '#n']);
    expect(await opened.read('document.activeElement.id')).toBe('b');
    await done(['click', '#i']);
    expect(await opened.read('document.activeElement.id')).toBe('i');
    await done(['click', '#p']);
    expect(await opened.read('document.activeElement === document.body')).toBe(true);
  });

  test('a prevented pointerdown takes away the mouse events and the focus, not the click', async () => {
    await open(`<button id=b>x</button>${LOG}<script>hear('b', ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click', 'focus']);
      document.getElementById('b').addEventListener('pointerdown', (e) => e.preventDefault());</script>`);
    await done(['click', '#b']);
    expect(await opened.read('log')).toEqual(['pointerdown', 'pointerup', 'click']);
  });

  test('a slider that captures the pointer follows it far outside of itself, and is told of it', async () => {
    await open(`<div id=s style="width:100px;height:20px;background:#ccc"></div><p id=far style="margin:200px 0 0 300px">far</p><script>
      const log = [], s = document.getElementById('s');
      s.addEventListener('pointerdown', (e) => { s.setPointerCapture(e.pointerId); log.push('captured ' + s.hasPointerCapture(e.pointerId)); });
      s.addEventListener('pointermove', (e) => { if (s.hasPointerCapture(e.pointerId)) log.push('at ' + Math.round(e.clientX > 290)); });
      for (const t of ['gotpointercapture', 'lostpointercapture']) s.addEventListener(t, () => log.push(t));
      window.native = Element.prototype.setPointerCapture;
    </script>`);
    await done(['down', '#s'], ['move', '#far'], ['up', '#far']);
    expect(await opened.read('log')).toEqual(['captured true', 'gotpointercapture', 'at 1', 'lostpointercapture']);
    await done(['move', '#s']);
    expect(await opened.read('log.length')).toBe(4);
    expect(await opened.read('Element.prototype.setPointerCapture === native')).toBe(true);
  });

  test('a drawing on a canvas, by pointer events', async () => {
    await open(`<canvas id=c width=200 height=200></canvas><script>
      const c = document.getElementById('c'), g = c.getContext('2d');
      let on = false;
      c.onpointerdown = (e) => { on = true; g.beginPath(); g.lineWidth = 6; g.moveTo(e.offsetX, e.offsetY); };
      c.onpointermove = (e) => { if (on && e.buttons === 1) { g.lineTo(e.offsetX, e.offsetY); g.stroke(); } };
      c.onpointerup = () => (on = false);
    </script>`);
    await done(['down', '#c', 0.1, 0.5], ['move', '#c', 0.5, 0.5], ['move', '#c', 0.9, 0.5], ['up', '#c', 0.9, 0.5]);
    expect(
      await opened.read('[g.getImageData(100, 100, 1, 1).data[3], g.getImageData(100, 150, 1, 1).data[3], on]'),
    ).toEqual([255, 0, false]);
  });

  test('a list sorted by HTML drag and drop', async () => {
    await open(`<ul id=l><li draggable=true id=a>A</li><li draggable=true id=b>B</li><li draggable=true id=c>C</li></ul><script>
      const log = [], l = document.getElementById('l');
      for (const t of ['dragstart', 'dragend', 'pointercancel', 'mouseup', 'click']) l.addEventListener(t, (e) => log.push(t));
      l.addEventListener('dragstart', (e) => { e.dataTransfer.setData('text/plain', e.target.id); e.dataTransfer.effectAllowed = 'move'; });
      l.addEventListener('dragover', (e) => { e.preventDefault(); e.dataTransfer.dropEffect = 'move'; });
      l.addEventListener('drop', (e) => { e.preventDefault(); e.target.after(document.getElementById(e.dataTransfer.getData('text/plain'))); log.push('drop ' + e.dataTransfer.dropEffect); });
      l.addEventListener('dragend', (e) => log.push('effect ' + e.dataTransfer.dropEffect));
    </script>`);
    await done(['down', '#a'], ['move', '#b'], ['move', '#c'], ['up', '#c']);
    expect(await opened.read('l.innerText.replace(/\\s/g, "")')).toBe('BCA');
    expect(await opened.read('log')).toEqual(['dragstart', 'pointercancel', 'drop move', 'dragend', 'effect move']);
  });

  test('a drag that nobody takes ends without a drop; one that the page prevents goes on as a press', async () => {
    await open(`<div draggable=true id=a>A</div><img id=i draggable=true width=50 height=50><p id=p>away</p><script>
      const log = [];
      for (const t of ['dragstart', 'drop', 'dragend', 'mouseup']) document.addEventListener(t, (e) => log.push(t + ' ' + e.target.id));
      document.getElementById('i').addEventListener('dragstart', (e) => e.preventDefault());
    </script>`);
    await done(['down', '#a'], ['move', '#p'], ['up', '#p']);
    expect(await opened.read('log.splice(0)')).toEqual(['dragstart a', 'dragend a']);
    await done(['down', '#i'], ['move', '#p'], ['up', '#p']);
    expect(await opened.read('log')).toEqual(['dragstart i', 'mouseup p']);
  });

  test('a drag by mouse events at the document, over what would cover it', async () => {
    await open(`<div id=d style="position:absolute;left:10px;top:10px;width:50px;height:50px;background:red"></div><p id=p style="margin:300px">there</p><script>
      const d = document.getElementById('d'); let from;
      d.onmousedown = (e) => { from = [e.clientX - d.offsetLeft, e.clientY - d.offsetTop]; e.preventDefault(); };
      document.onmousemove = (e) => { if (from) { d.style.left = e.clientX - from[0] + 'px'; d.style.top = e.clientY - from[1] + 'px'; } };
      document.onmouseup = () => (from = undefined);
    </script>`);
    await done(['down', '#d'], ['move', '#p', 0.5, 0.5], ['up', '#p']);
    expect(await opened.read('[d.offsetLeft > 250, from === undefined]')).toEqual([true, true]);
  });

  test('text is selected by dragging, a word by two clicks, in fields and in the page', async () => {
    await open(
      `<p id=p style="font:16px monospace;width:300px">one two three</p><input id=i style="font:16px monospace" value="four five six"><div id=u style="user-select:none">not me</div>`,
    );
    await done(['down', '#p', 0], ['move', '#p', 0.2], ['up', '#p', 0.2]);
    expect(await opened.read('String(getSelection()).length > 2')).toBe(true);
    await done(['double', '#p']);
    expect((await opened.read('String(getSelection())')).trim()).toMatch(/^(one|two|three)$/);
    await done(['double', '#i']);
    expect(
      await opened.read(
        'find => 0, hand.find("#i").value.slice(hand.find("#i").selectionStart, hand.find("#i").selectionEnd)',
      ),
    ).toMatch(/^(four|five|six)$/);
    await done(['down', '#i', 0.02], ['move', '#i', 0.9], ['up', '#i', 0.9]);
    expect(await opened.read('[hand.find("#i").selectionStart, hand.find("#i").selectionEnd]')).toEqual([0, 13]);
    await done(['click', '#i', { x: 0.02 }], ['down', '#u', 0.1], ['move', '#u', 0.05], ['up', '#u', 0.05]);
    expect(await opened.read('String(getSelection())')).not.toContain('not');
  });

  test('into open shadow roots, slots and same-origin frames, however they are placed and scaled', async () => {
    await open(
      `<my-box id=h><button id=lit slot=s>slotted</button></my-box>
      <iframe id=f src=/inner.html style="margin:30px;border:5px solid;padding:7px;width:300px;height:100px;transform:scale(.8)"></iframe><script>
      const log = [];
      window.log = log;
      customElements.define('my-box', class extends HTMLElement { constructor() { super();
        this.attachShadow({ mode: 'open' }).innerHTML = '<div id=wrap><button id=in>inside</button><slot name=s></slot></div>';
        this.shadowRoot.querySelector('#in').onclick = (e) => log.push('inside ' + e.composed);
      } });
      document.addEventListener('click', (e) => log.push('document ' + e.target.id));
    </script>`,
      {
        '/inner.html': `<body style="margin:0"><button id=b style="margin:20px 0 0 100px">framed</button><script>
        document.getElementById('b').onclick = (e) => { top.log.push(['framed', e instanceof PointerEvent, Math.round(e.clientX - e.target.getBoundingClientRect().left - e.target.offsetWidth / 2), e.view === window].join()); };</script>`,
      },
    );
    await done(['click', '#h >>> #in'], ['click', '#lit'], ['click', '#f >>> #b']);
    expect(await opened.read('log')).toEqual(['inside true', 'document h', 'document lit', 'framed,true,0,true']);
    expect(
      await opened.read('document.activeElement.id + " " + hand.find("#f").contentDocument.activeElement.id'),
    ).toBe('f b');
    const box = await opened.read(
      '(({ x, y, width }) => ({ x, y, width }))(hand.it.boxOf(hand.id(hand.find("#f >>> #b"))))',
    );
    const there = await opened.read(`[hand.find('#f').getBoundingClientRect().x, hand.find('#f >>> #b').offsetWidth]`);
    expect(box.x - there[0]).toBeCloseTo((5 + 7 + 100) * 0.8, 0);
    expect(box.width).toBeCloseTo(there[1] * 0.8, 0);
  });

  test('what is outside of the window is scrolled into sight, out from under a bar that stays, even where scrolling is smooth', async () => {
    await open(`<style>html { scroll-behavior: smooth }</style>
      <div style="position:fixed;top:0;left:0;right:0;height:80px;background:#eee">bar</div>
      <div style="height:3000px"></div><button id=low onclick="n = 1">low</button><div style="height:3000px"></div>
      <div id=box style="height:100px;width:300px;overflow:auto"><div style="height:900px"></div><button id=deep onclick="n = 2">deep</button></div>
      <script>n = 0</script>`);
    await done(['click', '#low']);
    expect(await opened.read('n')).toBe(1);
    await done(['click', '#deep']);
    expect(await opened.read('n')).toBe(2);
    // Upwards it comes to rest below the bar.
    await done(['click', '#low']);
    expect(await opened.read('n')).toBe(1);
  });

  test('scrolled out of its box, it is brought in again: what lies where it would be covers nothing', async () => {
    await open(`<div id=box style="height:100px;width:300px;overflow:auto"><div style="height:300px"></div><button id=deep onclick="n = 1">deep</button></div>
      <div style="height:500px;background:#eee">below</div><script>n = 0</script>`);
    await done(['click', '#deep']);
    expect(await opened.read('n')).toBe(1);
  });

  test('a page that scrolls between a press and its release makes no drag of them', async () => {
    await open(`<div style="height:300px"></div><a id=link href="#there">link</a><div style="height:3000px"></div><script>
      const log = [];
      for (const type of ['click', 'dragstart']) document.addEventListener(type, (e) => log.push(type + ' ' + e.target.id));
    </script>`);
    await done(['down', '#link']);
    await opened.read(`scrollTo({ top: 120, behavior: 'instant' })`);
    await done(['up', '#link']);
    expect(await opened.read('log')).toEqual(['click link']);
  });

  test('the wheel: the page hears it, then the nearest box that can still move does, and then the page', async () => {
    await open(`<style>* { scroll-behavior: smooth }</style><div id=box style="height:100px;overflow:auto"><div id=in style="height:250px">x</div></div>
      <div id=own style="height:50px">own</div><div style="height:3000px"></div><script>
      const log = [];
      document.addEventListener('wheel', (e) => log.push([e.deltaY, e.deltaMode, e.cancelable].join()));
      document.getElementById('own').addEventListener('wheel', (e) => e.preventDefault(), { passive: false });
    </script>`);
    await done(['wheel', '#box', 100]);
    expect(await opened.read('[hand.find("#box").scrollTop, scrollY, log.join()]')).toEqual([100, 0, '100,0,true']);
    await done(['wheel', '#box', 100], ['wheel', '#box', 100]);
    expect(await opened.read('[hand.find("#box").scrollTop, scrollY]')).toEqual([150, 100]);
    await done(['wheel', '#own', 100]);
    expect(await opened.read('scrollY')).toBe(100);
  });

  test('letting go ends a drag and the hover without a click', async () => {
    await open(
      `<button id=b>x</button>${LOG}<script>hear('b', ['pointerdown', 'pointercancel', 'mouseup', 'click', 'mouseleave'])</script>`,
    );
    await done(['down', '#b']);
    await opened.read('hand.it.letGo()');
    expect(await opened.read('log')).toEqual(['pointerdown', 'pointercancel', 'mouseup', 'mouseleave']);
    expect(await opened.last(['up', '#b'])).toMatchObject({ done: false, why: 'not-possible' });
  });

  if (name === 'chromium')
    test('React’s enter and leave, and its clicks, from a real bundle', async () => {
      const { reactPage } = await import('../support/hand-frameworks.ts');
      await open('<div id=root></div>', {});
      await opened.page.addScriptTag({ content: await reactPage() });
      await done(['move', '#menu']);
      expect(await opened.read('document.getElementById("sub") !== null')).toBe(true);
      await done(['click', '#item']);
      expect(await opened.read('window.state.chosen')).toBe(1);
    });
});
