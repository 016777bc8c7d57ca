// What must never leave a page: planted secrets in every place that a page can hold them, on a real page with the real
// capture; then typed, added, changed and moved at run time. Reads exactly what would be encoded.

import { expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { openCapturePage, type CapturePage, type Json } from '../support/capture-page.ts';
import { leaks, SVG } from '../support/planted.ts';

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

inEachBrowser('masking', (browser) => {
  const open = (
    files: Record<string, string> = { '/': PAGE, '/SECRETimg.svg': SVG },
    path = '/?session=SECRETsession&tab=1#access_token=SECRETfragment',
  ) => openCapturePage(browser(), { files, path });

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
      const all: Json[] = [];
      const walk = (node: Json) => {
        all.push(node);
        for (const child of node.childNodes ?? []) walk(child);
      };
      // A picture may come in several pieces.
      for (const { data } of await page.events()) {
        if (data.node) walk(data.node);
        for (const add of data.adds ?? []) walk(add.node);
      }
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
});
