// What must never leave a page: planted secrets in every place that a page can hold them, on a real page with the real
// capture; then typed, added, changed and moved at run time. Reads exactly what would be encoded.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Browser } from 'puppeteer';
import { launchChromium, launchFirefox } from '../support/browsers.ts';
import { openCapturePage, type CapturePage, type Json } from '../support/capture-page.ts';

/** Each secret is a word of its own, so that a failure names the place it came from. */
const PAGE = `<!doctype html><html lang=en><head><title>Shop</title>
<meta name=csrf-token content=SECRETcsrf><meta name=viewport content="width=device-width">
<meta name=description content="SECRETdescription">
<script>window.config = 'SECRETscript'</script>
<script type=application/json id=state>{"user":"SECRETjson"}</script>
<style>.a { color: red }</style></head>
<body onload="void 'SECREThandler'">
<!-- SECRETcomment -->
<noscript>SECRETnoscript</noscript>
<h1>Open text</h1><p id=open title="open title">Visible words</p>
<form action="/login?token=SECRETaction">
  <input id=pw type=password value="SECRETpasswordattr" placeholder=Password>
  <input id=pw2 type=PassWord name=second>
  <input id=cc autocomplete="section-a cc-number" value="SECRETccattr">
  <input id=otp autocomplete=one-time-code>
  <input id=cvv name=cvv value="SECRETcvv"><input id=iban name=customerIban value=SECRETiban>
  <input id=newpw name=x autocomplete=new-password value=SECRETnewpw>
  <textarea id=area autocomplete=cc-name>SECRETarea</textarea>
  <input id=sec style="-webkit-text-security:disc" value=SECRETtextsecurity>
  <input type=hidden name=h value=SECREThidden>
  <select id=ccmonth autocomplete=cc-exp-month><option value=1>Jan</option><option value=7 selected>Jul</option></select>
  <input id=plain name=city value="Kazan">
</form>
<p id=card>Card 4111 1111 1111 1111 and 5555-5555-5555-4444, order 1234567890123</p>
<p title="378282246310005" data-x="4012888888881881">card in attributes</p>
<input id=cardvalue value="6011111111111117">
<div data-tandem=mask id=masked title="SECRETtitle" data-user="SECRETdata" aria-label="SECRETaria">SECRETtext
  <input id=min value="SECRETinput" placeholder="SECRETplaceholder" type=text>
  <textarea id=mtext>SECRETtextarea</textarea>
  <img src="/SECRETimg.svg" alt="SECRETalt" id=mimg width=30 height=20>
  <a href="/user/SECREThref?x=SECREThref2">SECRETlink</a>
  <select id=msel><optgroup label=SECRETgroup><option value=SECRETopt label=SECRETlabel>SECRETopttext</option></optgroup></select>
  <iframe id=mframe srcdoc="<p>SECRETframe</p>"></iframe>
  <svg width=10 height=10><text>SECRETsvgtext</text><image href="/SECRETsvgimage.png"/></svg>
  <div style="background:url(/SECRETbackground.png)" contenteditable>SECRETeditable</div>
  <button value=SECRETbutton>SECRETbuttontext</button><details><summary>SECRETsummary</summary></details>
  <data value=SECRETdatavalue></data><video poster="/SECRETposter.png"></video>
  <input type=checkbox id=mcheck checked>
  <x-masked></x-masked>
</div>
<div class=rr-mask>SECRETrrmask</div>
<div class=site-secret>SECRETselector<span data-tandem=unmask>SECRETnotliftable</span></div>
<div data-tandem=block id=blocked style="width:120px;height:40px">SECRETblocked<input id=binput value=SECRETblockedinput></div>
<span class=rr-block id=inlineblock>SECRETinlineblock</span>
<x-blocked data-tandem=block></x-blocked>
<div data-tandem-ui id=ui>SECRETui</div>
<x-ui data-tandem-ui></x-ui>
<iframe id=frame srcdoc="<title>SECRETnot</title><p id=in>Frame words</p><input type=password id=fpw value=SECRETframepw><p data-tandem=mask>SECRETframemask</p>"></iframe>
<a id=reset href="/reset?token=SECRETlinktoken&page=2">reset</a>
<script>
for (const [name, text] of [['x-masked', 'SECRETshadowmasked'], ['x-blocked', 'SECRETshadowblocked'], ['x-ui', 'SECRETshadowui']])
  customElements.define(name, class extends HTMLElement {
    constructor() { super(); this.attachShadow({mode:'open'}).innerHTML = '<p>' + text + '</p><input value=' + text + 'input>'; }
  });
</script></body></html>`;

const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>';
const CARDS = ['4111 1111 1111 1111', '5555-5555-5555-4444', '378282246310005', '4012888888881881', '6011111111111117'];

/** The names of the places whose secret was found. */
function leaks(text: string): string[] {
  const words = text.match(/SECRET[a-z0-9]+/gi) ?? [];
  // The title of a frame is not marked: an open secret that proves that the search works.
  return [
    ...new Set(words.filter((word) => word !== 'SECRETnot')),
    ...CARDS.filter((card) => text.includes(card) || text.includes(card.replace(/\D/g, ''))),
  ];
}

/** Times and ports may hold any digits. */
const withoutTimes = (text: string) => text.replace(/"timestamp":\d+|127\.0\.0\.1:\d+/g, '');

describe.each([
  ['chromium', launchChromium],
  ['firefox', launchFirefox],
] as const)('masking in %s', (_name, launch) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  const open = (
    files: Record<string, string> = { '/': PAGE, '/SECRETimg.svg': SVG },
    path = '/?session=SECRETsession&tab=1#access_token=SECRETfragment',
  ) => openCapturePage(browser, { files, path });

  async function withPage(
    run: (page: CapturePage) => Promise<void>,
    masking: Record<string, unknown> = { mask: '.site-secret' },
  ) {
    const page = await open();
    try {
      await page.start(masking);
      await page.until(async () => (await page.everything()).includes('Frame words'), 'the frame');
      await run(page);
      expect(await page.errors()).toEqual([]);
    } finally {
      await page.close();
    }
  }

  test('the first picture holds no secret, and what is open is there', () =>
    withPage(async (page) => {
      const text = await page.everything();
      expect(leaks(text)).toEqual([]);
      for (const word of ['Open text', 'Visible words', 'open title', 'Kazan', '1234567890123', 'SECRETnot'])
        expect(text).toContain(word);
      expect(text).toContain('Card •••• •••• •••• •••• and ••••-••••-••••-••••, order');
      expect(text).toContain('/reset?token=•••&page=2');
      const [snapshot] = await page.outputs('snapshot');
      expect(snapshot.events[0].data.href).toBe(`${page.origin}/?session=•••&tab=1#access_token=•••`);
      const [first] = await page.outputs('page');
      expect(first.page.url).toBe(`${page.origin}/?session=•••&tab=1#access_token=•••`);
    }));

  test('masked fields are marked, blocked ones keep their size, our own UI has none', () =>
    withPage(async (page) => {
      const [snapshot] = await page.outputs('snapshot');
      const all: Json[] = [];
      const walk = (node: Json) => {
        all.push(node);
        for (const child of node.childNodes ?? []) walk(child);
      };
      walk(snapshot.events[1].data.node);
      const byId = async (selector: string) => {
        const id = await page.idOf(selector);
        return all.find((node) => node.id === id);
      };
      expect((await byId('#pw')).attributes).toMatchObject({ value: '••••••••', 'data-tandem-masked': '' });
      expect((await byId('#pw2')).attributes.value).toBeUndefined();
      // As long as any: nothing hangs on the shape of a field's value.
      for (const field of ['#cc', '#min', '#mtext']) expect((await byId(field)).attributes.value).toBe('••••••••');
      expect((await byId('#min')).attributes['data-tandem-masked']).toBe('');
      expect((await byId('#mcheck')).attributes.checked).toBeUndefined();
      expect((await byId('#mimg')).attributes).toMatchObject({ rr_width: '30px', rr_height: '20px' });
      expect((await byId('#blocked')).attributes).toMatchObject({
        rr_width: '120px',
        rr_height: '40px',
        'data-tandem-masked': 'block',
      });
      expect((await byId('#blocked')).childNodes).toEqual([]);
      expect((await byId('#inlineblock')).attributes.style).toBe('display:inline-block');
      expect((await byId('#ui')).attributes).toEqual({ 'data-tandem-ui': '', style: 'display:none' });
      expect((await byId('#plain')).attributes['data-tandem-masked']).toBeUndefined();
    }));

  test('nothing typed, added, changed or moved later leaks', () =>
    withPage(async (page) => {
      const { page: tab } = page;
      for (const field of ['#pw', '#pw2', '#cc', '#otp', '#cvv', '#min', '#mtext', '#sec', '#binput']) {
        await tab.focus(field);
        await tab.keyboard.type('SECRETtyped');
      }
      await tab.focus('#plain');
      await tab.keyboard.type('open typing');
      await tab.focus('#cardvalue');
      await tab.keyboard.type(' 4111111111111111');
      await tab.evaluate(() => {
        const by = <E extends HTMLElement>(id: string) => document.getElementById(id) as E;
        // "Show password", and again typed by script while it is shown.
        by<HTMLInputElement>('pw').type = 'text';
        by<HTMLInputElement>('pw').value = 'SECRETshown';
        by<HTMLInputElement>('pw').setAttribute('value', 'SECRETshownattr');
        by('pw').dispatchEvent(new Event('input', { bubbles: true }));
        // A field that becomes a password after it was sent.
        by<HTMLInputElement>('plain').type = 'password';
        by<HTMLInputElement>('plain').value = 'SECRETbecame';
        by('plain').dispatchEvent(new Event('input', { bubbles: true }));
        by('masked').append('SECRETadded', document.createElement('b'));
        by('masked').firstChild!.nodeValue = 'SECRETchanged';
        by('masked').setAttribute('title', 'SECRETtitle2');
        by('masked').insertAdjacentHTML(
          'beforeend',
          '<img src="/SECRETlate.png" alt=SECRETlatealt><p title=SECRETlatetitle>SECRETlate</p>',
        );
        by('mimg').setAttribute('src', '/SECRETlatesrc.png');
        by('mimg').style.background = 'url(/SECRETlatestyle.png)';
        by('blocked').append('SECRETblockedadded');
        by('blocked').setAttribute('title', 'SECRETblockedtitle');
        by('blocked').querySelector('input')!.value = 'SECRETblockedvalue';
        by('ui').innerHTML = '<p>SECRETuilate</p>';
        for (const name of ['x-blocked', 'x-ui', 'x-masked']) {
          const root = document.querySelector(name)!.shadowRoot!;
          root.append('SECRETshadowlate');
          root.querySelector('p')!.textContent = 'SECRETshadowchanged';
          const input = root.querySelector('input')!;
          input.value = 'SECRETshadowtyped';
          input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
        }
        by('card').firstChild!.nodeValue = 'now 4111 1111 1111 1111';
        by('state').firstChild!.nodeValue = '{"user":"SECRETjsonlate"}';
        document.querySelector('noscript')!.firstChild!.nodeValue = 'SECRETnoscriptlate';
        document.body.append(document.createComment('SECRETcommentlate'));
        document.querySelector<HTMLInputElement>('[type=hidden]')!.value = 'SECREThiddenlate';
        by<HTMLIFrameElement>('frame').contentDocument!.querySelector('p:last-of-type')!.textContent =
          'SECRETframelate';
        document.querySelector('.site-secret')!.append('SECRETselectorlate');
        const option = document.createElement('option');
        option.text = option.value = 'SECRETnewoption';
        by<HTMLSelectElement>('msel').append(option);
        by<HTMLSelectElement>('msel').value = 'SECRETnewoption';
        by('msel').dispatchEvent(new Event('change', { bubbles: true }));
        const late = document.createElement('div');
        late.innerHTML =
          '<input type=password value=SECRETlatepw><div data-tandem=mask>SECRETlatemask</div><div data-tandem=block>SECRETlateblock</div><input name=cardNumber value=SECRETlatecard>';
        document.body.append(late);
        document.title = 'Card 4111111111111111';
      });
      await tab.evaluate(() => document.getElementById('open')!.append('the last change'));
      await page.until(async () => (await page.everything()).includes('the last change'), 'the last change');
      await page.until(async () => (await page.everything()).includes('Card ••••••••••••••••'), 'the title');
      const text = await page.everything();
      expect(leaks(text)).toEqual([]);
      expect(text).toContain('open typing');
    }));

  test('a mark set later hides what was shown, by a new snapshot', () =>
    withPage(async (page) => {
      const before = (await page.outputs('snapshot')).length;
      await page.page.evaluate(() => {
        const open = document.getElementById('open')!;
        open.setAttribute('data-tandem', 'mask');
        open.append('SECRETafter');
      });
      await page.until(async () => (await page.outputs('snapshot')).length > before, 'a new snapshot');
      const last = (await page.outputs('snapshot')).at(-1);
      expect(JSON.stringify(last)).not.toContain('Visible words');
      expect(leaks(await page.everything())).toEqual([]);
    }));

  test('private by default shows only what the site unmasks', async () => {
    const page = await open(
      {
        '/': `<title>SECRETtitle</title><link rel=stylesheet href=/a.css><h1 title=SECRETa>SECRETheading</h1><img src=/SECRETi.png>
        <input value=SECRETvalue placeholder=SECRETplaceholder><p data-tandem=unmask id=free title=Free>Free words<img src=/free.svg>
        <b data-tandem=mask>SECRETinside</b><input type=password value=SECRETpw></p><ul data-state=open data-name=SECRETname></ul>`,
        '/a.css': 'h1 { color: green }',
        '/free.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
      },
      '/?name=SECRETquery#SECREThash/with/parts',
    );
    await page.start({ privateByDefault: true });
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    await page.page.evaluate(() => {
      document.querySelector('h1')!.append('SECRETlater');
      document.title = 'SECRETtitle2';
      document.getElementById('free')!.append('Free later');
    });
    await page.until(async () => (await page.everything()).includes('Free later'), 'the later words');
    const text = await page.everything();
    expect(leaks(text)).toEqual([]);
    for (const word of ['Free words', 'Free later', 'color: green', 'data-state":"open']) expect(text).toContain(word);
    expect(await page.errors()).toEqual([]);
    await page.close();
  });

  test('[C5] the value of a password field is never read', async () => {
    const page = await open({
      '/': `<div id=box><input type=password id=a></div><x-pw></x-pw><iframe srcdoc="<input type=password id=f>"></iframe>
      <script>
        window.reads = [];
        const own = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
        // Counts on the prototype, and on the element itself as frameworks have it.
        window.watch = (view) => {
          const native = Object.getOwnPropertyDescriptor(view.HTMLInputElement.prototype, 'value');
          Object.defineProperty(view.HTMLInputElement.prototype, 'value', { ...native, get() {
            if (this.type === 'password' || this.dataset.was) reads.push('prototype ' + this.id);
            return native.get.call(this);
          }});
        };
        window.track = (input) => Object.defineProperty(input, 'value', { configurable: true,
          get() { reads.push('own ' + this.id); return own.get.call(this) }, set(v) { own.set.call(this, v) } });
        watch(window);
        track(document.getElementById('a'));
        customElements.define('x-pw', class extends HTMLElement {
          constructor() { super(); this.attachShadow({mode:'open'}).innerHTML = '<input type=password id=s>'; track(this.shadowRoot.firstChild); }
        });
      </script>`,
    });
    await page.page.evaluate(() => (window as unknown as Json).watch(document.querySelector('iframe')!.contentWindow));
    await page.start();
    const tab = page.page;
    await page.until(async () => JSON.stringify(await page.events()).includes('isAttachIframe'), 'the frame');
    await tab.focus('#a');
    await tab.keyboard.type('typed');
    await page.until(async () => (await page.events()).some((event) => event.data?.text === '••••••••'), 'the mask');
    await tab.evaluate(() => {
      const add = (to: ParentNode & Node, id: string) => {
        const input = document.createElement('input');
        input.type = 'password';
        input.id = id;
        (window as unknown as Json).track(input);
        to.appendChild(input);
        input.value = 'x';
        input.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
      };
      add(document.getElementById('box')!, 'late');
      add(document.querySelector('x-pw')!.shadowRoot!, 'lateshadow');
      const host = document.createElement('div');
      document.body.append(host);
      add(host.attachShadow({ mode: 'open' }), 'lateroot');
    });
    await tab.evaluate(() => document.body.append('the end'));
    await page.until(async () => (await page.everything()).includes('the end'), 'the end');
    await tab.evaluate(() => (window as unknown as Json).tandem.capture.snapshot());
    await page.until(async () => (await page.outputs('snapshot')).length === 2, 'a second snapshot');
    expect(await tab.evaluate(() => (window as unknown as Json).reads)).toEqual([]);
    // The page's own properties are back.
    expect(await tab.evaluate(() => document.querySelector<HTMLInputElement>('#late')!.value)).toBe('x');
    expect(await tab.evaluate(() => (window as unknown as Json).reads)).toEqual(['own late']);
    expect(await page.errors()).toEqual([]);
    await page.close();
  });

  test('a mask selector that does not parse shows nothing at all', async () => {
    const page = await open();
    await page.start({ mask: '.a[' });
    expect(await page.outputs()).toEqual([{ kind: 'notice', notice: 'capture-failed' }]);
    await page.close();
  });

  test('pages that patch prototypes are masked all the same', async () => {
    const page = await open({
      '/': `<form data-tandem=mask id=f>SECRETa<input name=parentNode value=SECRETb><input name=attributes><input name=matches>
        <input name=getAttribute><p>SECRETc</p></form><p>open words</p><script>
        Element.prototype.closest = () => null; Element.prototype.matches = () => false;
        Object.defineProperty(Node.prototype, 'parentNode', { get() { return null } });
      </script>`,
    });
    await page.start();
    await page.page.evaluate(() => {
      document.querySelector('p')!.firstChild!.nodeValue = 'SECRETd';
    });
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    expect(await page.everything()).toContain('open words');
    expect(leaks(await page.everything())).toEqual([]);
    await page.close();
  });

  const HIDDEN = `<div id=all MARK>
    <div id=SECRETid12345 class="shape" lang=en name=SECRETname ng-reflect-model=SECRETng x-data="{a:'SECRETxdata'}" style="width:55px;--name:'SECRETprop';--word:SECRETword;counter-reset:SECRETcounter 5;quotes:'SECRETquote' ''; /* SECRETstylecomment */ SECRETnotcss; background:url(/SECRETbg.png)"></div>
    <x-card owner=SECRETowner from=SECRETfrom type=SECRETtype width=SECRETwidth open></x-card>
    <div role=slider aria-valuenow=918273 aria-valuetext=SECRETvaltext aria-level=918273 aria-checked=true data-checked=true aria-expanded=true></div>
    <meter min=0 max=9000 value=918273></meter><progress max=99 value=918273></progress><output for=SECREToutfor>SECREToutput</output>
    <ol start=918273><li value=918273>x</li></ol><time datetime=SECRETtime>x</time><del cite="/SECRETcite">x</del>
    <datalist id=dl><option value=SECRETdl label=SECRETdllabel></datalist>
    <svg viewBox="0 0 9 9" aria-label=SECRETsvgaria data-p=SECRETsvgdata><title>SECRETsvgtitle</title><desc>SECRETdesc</desc><path d="M0 0L5 5" name=SECRETsvgname /><text textLength=5>SECRETsvgtext</text><a href="/SECRETsvga"><use href="/SECRETuse#x"/></a></svg>
    <style id=gen>.gen::after{content:'SECRETgenerated'} .gen{--n:"SECRETvar";background:url("/SECRETsheetbg.png");quotes:'SECRETq' ''}</style>
    <object data="/SECRETobject.bin" name=SECRETobjname></object><embed src="/SECRETembed.bin"><iframe name=SECRETframename src="about:blank?SECRETframesrc"></iframe>
    <template data-x=SECRETtpl><p>SECRETtemplate</p></template><script type=application/json data-y=SECRETscriptattr>"SECRETjson"</script><!-- SECRETcomment -->
    <input id=h list=SECRETlist pattern=SECRETpattern maxlength=918273 form=SECRETform data-initial=SECRETinitial autocomplete=SECRETauto value=SECRETval>
    <select id=s><option value=SECRETo1>One</option><option selected value=SECRETo2>Three</option></select>
    <input type=checkbox checked id=c aria-checked=true><input type=file><input type=range min=0 max=999999 value=918273 id=r>
    <div contenteditable=plaintext-only id=e>SECRETeditable</div><table summary=SECRETsummary background="/SECRETtable.png"><td headers=SECRETheaders abbr=SECRETabbr>x</table>
    <img usemap="#SECRETmap" src="/SECRETpic.svg" srcset="/SECRETpic2.svg 2x" longdesc="/SECRETlong"><canvas width=9 height=9></canvas><noscript>SECRETnoscript</noscript>
  </div>`;

  test.each([
    ['a masked place', 'data-tandem=mask', {}, []],
    // Pictures of style sheets are the page's design, and stay there.
    ['a private page', '', { privateByDefault: true }, ['SECRETsheetbg']],
  ])(
    'of attributes, styles and generated words in %s only shape leaves',
    async (_, mark, masking, design: string[]) => {
      const page = await open({ '/': HIDDEN.replace('MARK', mark), '/SECRETpic.svg': SVG }, '/');
      await page.start(masking);
      await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
      const tab = page.page;
      const clean = async (when: string) => {
        const text = await page.everything();
        // Of <select> values, carets and numbers in attributes too.
        expect([when, leaks(text), withoutTimes(text).match(/918\d+/g)]).toEqual([when, design, null]);
      };
      await clean('first');
      const first = await page.everything();
      for (const kept of ['width: 55px', '"class":"shape"', 'M0 0L5 5', '0 0 9 9', '"aria-expanded":"true"'])
        expect(first).toContain(kept);
      for (const choice of ['"checked"', '"selected"', 'aria-checked":"true', 'data-checked":"true'])
        expect(first).not.toContain(choice);

      await tab.evaluate(() => {
        const all = document.getElementById('all')!;
        const first = all.firstElementChild as HTMLElement;
        first.style.setProperty('--name', '"SECRETlateprop"');
        first.style.setProperty('list-style-type', '"SECRETlatelist"');
        first.setAttribute('ng-reflect-model', 'SECRETlateng');
        first.setAttribute('style', '/* SECRETlatecomment */ --x: SECRETlatex');
        first.id = 'SECRETlateid99999';
        all.querySelector('meter')!.value = 91827;
        all.querySelector('[role]')!.setAttribute('aria-valuenow', '918274');
        const sheet = document.querySelector<HTMLStyleElement>('#gen')!.sheet!;
        sheet.insertRule('.late::before { content: "SECRETinserted" }');
        (sheet.cssRules[0] as CSSStyleRule).style.setProperty('content', '"SECRETset"');
        document.querySelector('#gen')!.firstChild!.nodeValue = '.a::after{content:"\\53 ECRETescaped SECRETtext"}';
        first.animate([{ '--k': '"SECRETkey"' }, { backgroundImage: 'url(/SECRETanimated.png)' }] as Keyframe[], 1e6);
        const host = document.createElement('p');
        all.append(host);
        const root = host.attachShadow({ mode: 'open' });
        root.innerHTML = '<b title=SECRETshadowtitle>SECRETshadow</b>';
        const own = new CSSStyleSheet();
        own.replaceSync('b::after { content: "SECRETadopted" }');
        root.adoptedStyleSheets = [own];
        Object.assign(window, { own });
      });
      await page.until(
        async () =>
          (await page.everything()).includes('adoptedStyleSheets') ||
          (await page.events()).some((event) => event.data?.source === 15),
        'the adopted sheet',
      );
      await tab.evaluate(() => {
        (window as unknown as Json).own.replaceSync('b::after { content: "SECRETreplaced" }');
        const select = document.querySelector<HTMLSelectElement>('#s')!;
        select.selectedIndex = 0;
        select.dispatchEvent(new Event('change', { bubbles: true }));
        document.querySelector<HTMLInputElement>('#r')!.value = '918275';
        document.getElementById('all')!.className = 'the-end';
      });
      await page.until(async () => (await page.everything()).includes('the-end'), 'the end');
      await clean('later');
      expect((await page.events()).filter((event) => event.data?.source === 5 && event.data.id === 0)).toEqual([]);
      expect(await page.errors()).toEqual([]);
      await page.close();
    },
  );

  test('a password that was shown before anybody watched is known by its labels and its box', async () => {
    const page = await open(
      {
        '/': `<label>Password <input value=SECRETwrap></label><label for=ru>Пароль</label><input id=ru value=SECRETru>
        <input placeholder="Contraseña" value=SECRETes><input aria-label="パスワード" value=SECRETja><textarea placeholder="Recovery passphrase">SECRETphrase</textarea><input placeholder="Введите пароль" value=SECRETru2>
        <span class="ant-input-affix-wrapper ant-input-password"><input value=SECRETantd><i></i></span>
        <div><input value=SECRETmui><button aria-label="toggle password visibility">x</button></div>
        <div><b>Password:</b><input value=SECRETbefore></div><div>Пароль</div><div><input value=SECRETbefore2></div>
        <section><div><span>Password</span><input type=password></div><div><input placeholder=Name value="open-after"></div></section>
        <form><input placeholder="E-mail" value="open-mail"><input type=password><a class=forgot-password href=#>Forgot your password?</a></form>
        <div><label>Name<input value="open-name"></label><a class=forgot-password href=#>Forgot?</a></div>
        <input placeholder="If you have forgotten your password, tell us who you are" value="open-sentence">`,
      },
      '/',
    );
    await page.start();
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    const text = await page.everything();
    expect(leaks(text)).toEqual([]);
    for (const word of ['open-mail', 'open-name', 'open-sentence', 'open-after']) expect(text).toContain(word);
    await page.close();
  });

  test('a field that takes the place of a password field is one', async () => {
    const page = await open(
      {
        '/': `<div class=field id=plain><input type=password></div><div id=named><input type=password name=p1></div><div id=other><input type=password><input id=mail value=x></div>`,
      },
      '/',
    );
    await page.start();
    const tab = page.page;
    for (const field of ['#plain input', '#named input', '#other input']) {
      await tab.focus(field);
      await tab.keyboard.type('SECRETtyped');
    }
    await tab.evaluate(() => {
      const show = (place: string, fill: (field: HTMLInputElement) => void) => {
        const old = document.querySelector<HTMLInputElement>(`${place} input`)!;
        const field = document.createElement('input');
        field.value = old.value;
        fill(field);
        old.replaceWith(field);
        field.dispatchEvent(new Event('input', { bubbles: true }));
      };
      show('#plain', () => undefined);
      // With all that is around it, as a framework does that has lost its place.
      const named = document.getElementById('named')!;
      named.innerHTML = '<section><input name=p1 value=SECRETagain></section>';
      show('#other', (field) => (field.id = ''));
      document.querySelector<HTMLInputElement>('#mail')!.value = 'open-mail';
    });
    for (const field of ['#plain input', '#named input']) {
      await tab.focus(field);
      await tab.keyboard.type('SECRETmore');
    }
    await page.until(async () => (await page.everything()).includes('open-mail'), 'the open field');
    expect(leaks(await page.everything())).toEqual([]);
    await page.close();
  });

  test('a card number is hidden while it is being typed, and while it is being changed', async () => {
    const page = await open(
      {
        '/': `<input id=a><textarea id=b></textarea><div id=c contenteditable></div><x-field></x-field><input id=phone name=phone><textarea id=d></textarea>
        <script>customElements.define('x-field', class extends HTMLElement { constructor() { super(); this.attachShadow({mode:'open'}).innerHTML = '<div contenteditable><p>in: </p></div>'; } })</script>`,
      },
      '/',
    );
    await page.start();
    const tab = page.page;
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    for (const field of ['#a', '#b', '#c']) {
      await tab.focus(field);
      await tab.keyboard.type(field === '#a' ? '4276380012345679' : '4276 3800 1234 5679');
      // A digit out of the middle, then all from the front: no rest may come to light.
      for (let times = 0; times < 6; times++) await tab.keyboard.press('ArrowLeft');
      await tab.keyboard.press('Backspace');
      await tab.keyboard.press('Home');
      for (let times = 0; times < 5; times++) await tab.keyboard.press('Delete');
      await tab.keyboard.down('Control');
      await tab.keyboard.press('z');
      await tab.keyboard.up('Control');
    }
    await tab.evaluate(() => {
      const inner = document.querySelector('x-field')!.shadowRoot!.querySelector('p')!.firstChild!;
      for (let at = 7; at <= 16; at++) inner.nodeValue = `in: ${'4276380012345679'.slice(0, at)}`;
    });
    await tab.focus('#phone');
    await tab.keyboard.type('4155552671');
    await tab.focus('#d');
    await tab.keyboard.type('+7 4112 654321, 415-555-2671, 2026-11-21, 4 500 000, 8 921 765-43-21 end');
    await page.until(async () => (await page.everything()).includes('-43-21 end'), 'the last text');
    const text = withoutTimes(await page.everything());
    // Nothing behind the sixth digit, in any of the stages.
    expect(text.match(/3800|12 ?3 ?4|5679/g)).toBeNull();
    expect(text).toContain('4155552671');
    expect(text).toContain('+7 4112 654321, 415-555-2671, 2026-11-21, 4 500 000, 8 921 765-43-21 end');
    await page.close();
  });

  test('neither carets, selections, scrolls nor the number of events tell how much is in a hidden field', async () => {
    const page = await open(
      {
        '/': `<div data-tandem=mask><input id=m size=3><textarea id=t rows=2></textarea><div id=e contenteditable>hidden words</div></div>
        <input id=p type=password size=3><input id=k autocomplete=cc-number size=3><input id=o>`,
      },
      '/',
    );
    await page.start();
    const tab = page.page;
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    const kinds = async (field: string) => {
      const id = await page.idOf(field);
      return (await page.events())
        .filter((event) => [event.data?.id, event.data?.payload?.id].includes(id) && event.data?.tag !== 'focus')
        .map((event) => event.data.tag ?? event.data.source);
    };
    for (const field of ['#m', '#t', '#p', '#k', '#o']) {
      await tab.focus(field);
      await tab.keyboard.type(field === '#t' ? 'a\nb\nc\nd\ne\nf' : 'a long word to be scrolled');
      await tab.keyboard.press('Home');
      await tab.keyboard.down('Shift');
      await tab.keyboard.press('End');
      await tab.keyboard.up('Shift');
    }
    await tab.evaluate(() => {
      const range = document.createRange();
      range.setStart(document.querySelector('#e')!.firstChild!, 2);
      range.setEnd(document.querySelector('#e')!.firstChild!, 9);
      getSelection()!.removeAllRanges();
      getSelection()!.addRange(range);
    });
    await page.until(async () => (await page.events()).some((event) => event.data?.source === 14), 'a selection');
    await tab.evaluate(() => document.body.append('the end'));
    await page.until(async () => (await page.everything()).includes('the end'), 'the end');
    // One event: that there is something.
    for (const field of ['#m', '#t', '#p', '#k']) expect([field, await kinds(field)]).toEqual([field, [5]]);
    expect(await kinds('#o')).toContain('caret');
    const inner = await tab.evaluate(() =>
      (window as unknown as Json).tandem.idOf(document.querySelector('#e')!.firstChild),
    );
    const ranges = (await page.events()).flatMap((event) => (event.data?.source === 14 ? event.data.ranges : []));
    expect(ranges.filter((range: Json) => range.start === inner || range.end === inner)).toEqual([]);
    await page.close();
  });

  test('values that nobody typed, and text that wanders between zones', async () => {
    const page = await open(
      {
        '/': `<form id=f><input id=cc name=cardNumber value=SECRETdefault><input id=plain value="start"><input id=mask data-tandem=mask value=SECRETm>
        <textarea id=area data-tandem=mask>SECRETarea</textarea></form><div id=hidden data-tandem=mask><b id=walker>SECRETwalker</b><i>SECRETstays</i></div><div id=shown>shown</div>`,
      },
      '/',
    );
    await page.start();
    const tab = page.page;
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    await tab.evaluate(async () => {
      const field = (id: string) => document.getElementById(id) as HTMLInputElement;
      field('cc').defaultValue = 'SECRETdefault2';
      field('cc').value = 'SECRETscript';
      field('cc').setRangeText('SECRETrange');
      field('mask').defaultValue = 'SECRETmask2';
      field('area').defaultValue = 'SECRETarea2';
      field('area').textContent = 'SECRETarea3';
      field('plain').defaultValue = 'card 5105 1051 0510 5';
      field('plain').value = 'card 4111 1111 111';
      field('plain').dispatchEvent(new InputEvent('input', { inputType: 'insertFromDrop', bubbles: true }));
      const task = () => new Promise((resolve) => setTimeout(resolve));
      await task();
      (document.getElementById('f') as HTMLFormElement).reset();
      await task();
      // Out and back within a task: what counts is where it is when it is sent.
      const walker = document.getElementById('walker')!;
      const [hidden, shown] = [document.getElementById('hidden')!, document.getElementById('shown')!];
      shown.append(walker);
      walker.firstChild!.nodeValue = 'SECRETmoved';
      walker.title = 'SECRETtitle';
      hidden.append(walker);
      await task();
      // In the open with other words, and back with its own.
      walker.firstChild!.nodeValue = 'open words';
      walker.title = '';
      shown.append(walker);
      await task();
      hidden.append(walker);
      walker.firstChild!.nodeValue = 'SECREThome';
      await task();
      hidden.firstElementChild!.before(document.createTextNode('SECRETnew'));
      shown.append('the end');
    });
    await page.until(async () => (await page.everything()).includes('the end'), 'the end');
    const text = await page.everything();
    expect(leaks(text)).toEqual([]);
    expect(text).toContain('open words');
    expect(text.match(/5105 1051 0510 5|4111 1111 1/g)).toBeNull();
    await page.close();
  });

  test('keys, records and addresses of persons leave with no attribute or address', async () => {
    const page = await open(
      {
        '/': `<link rel=canonical href="/me?email=anna%40SECRETcanon.ru"><link rel=next href="/SECRETnext@mail.ru/">
        <div data-user='{"mail":"SECRETjson"}' hx-headers='{"X-CSRF":"SECREThx"}' data-csrf=SECRETcsrf data-api-token=SECRETtoken data-state=delayed-open data-key=row-1></div>
        <input type=submit formaction="/go?token=SECRETformaction"><input type=hidden name=SECREThname id=SECREThid data-v=SECREThdata value=SECREThvalue>
        <a href="/reset/SECRET5fceea167a5a36dedd4bea2543">a</a><a href="/u?next=SECRET5fceea167a5a36dedd4bea2543">b</a><a href="mailto:SECRETanna@shop.ru">c</a><a href="javascript:go('SECRETcode')">e</a><a download href="data:text/plain,SECRETfile">f</a>
        <a href="/long-name-of-a-product-of-2026?page=2">d</a><input name=cardCvc data-value=SECRETcvc title=SECRETcvctitle placeholder="three digits" value=SECRETcvcvalue>
        <div data-url="/x?token=SECRETdataurl" data-href="/reset?code=SECRETdatahref" hx-get="/x?token=SECREThx" ng-init="token='SECRETng'" data-back="/plain-back?page=7"></div>
        <button name=token value=SECRETbutton>b</button><input type=checkbox name=token value=SECRETbox><data value=SECRETvalue>n</data><input type=submit name=csrf_token value=SECRETsubmit>
        <object data="/x?token=SECRETobject"></object><embed src="/x?token=SECRETembed"><link rel=icon href="/a.svg?token=SECRETicon"><link rel=preload as=image href="/a.svg?token=SECRETpreload">
        <input name=sms_code value=SECRETsms><input id=verificationCode value=SECRETverification><input name=totp value=SECRETtotp><input id=cc-number value=SECRETccnumber><input name=ccNumber value=SECRETccname><input name=expiry value=SECRETexpiry>
        <style id=words>b::after{content:"4111 1111 1111 1111"}</style><i style="--n:'4111 1111 1111 1111'"></i><a href="/search?q=4111+1111+1111+1111">plus</a><p>４１１１１１１１１１１１１１１１ 4111\u20111111\u20111111\u20111111</p>`,
      },
      '/?email=SECRETanna@shop.ru&x=SECRET0fceea167a5a36dedd4bea2543&q=tea#/u/SECRETanna@shop.ru',
    );
    await page.start();
    await page.until(async () => (await page.outputs('snapshot')).length > 0, 'a snapshot');
    const text = await page.everything();
    expect(leaks(text)).toEqual([]);
    for (const word of [
      'delayed-open',
      'row-1',
      'long-name-of-a-product-of-2026?page=2',
      'three digits',
      'q=tea',
      'page=7',
    ])
      expect(text).toContain(word);
    await page.page.evaluate(() => {
      document.querySelector<HTMLStyleElement>('#words')!.sheet!.insertRule('p::after{content:"5555 5555 5555 4444"}');
      document.querySelector('i')!.style.setProperty('--n', '"5555 5555 5555 4444"');
      document.body.append('the end');
    });
    await page.until(async () => (await page.everything()).includes('the end'), 'the end');
    expect((await page.everything()).match(/４１|4111.?1111|5555.?5555/g)).toBeNull();
    await page.close();
  });
});
