// What leaves of a hidden place, a masked one or a private page: shapes only; and in the open, no keys, records and addresses
// of persons in attributes. On a real page with the real capture.

import { expect, test } from 'vitest';
import { inEachBrowser } from '../support/each-browser.ts';
import { openCapturePage, type Json } from '../support/capture-page.ts';
import { leaks, SVG, withoutTimes } from '../support/planted.ts';

inEachBrowser('masked places', (browser) => {
  const open = (files: Record<string, string>, path = '/') => openCapturePage(browser(), { files, path });

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
      const pictures = { '/SECRETpic.svg': SVG, '/SECRETanimated.svg': SVG, '/open-picture.svg': SVG };
      const page = await open({ '/': HIDDEN.replace('MARK', mark), ...pictures });
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
        // What such a one shows is no asset of the page's; what one beside it shows is.
        const beside = document.createElement('i');
        beside.dataset['tandem'] = 'unmask';
        beside.style.cssText = 'display:block;width:9px;height:9px';
        document.body.append(beside);
        const show = (element: HTMLElement, name: string, more: object) => {
          const frame = { backgroundImage: `url(/${name}.svg)`, ...more };
          element.animate([frame, frame] as Keyframe[], 1e6);
        };
        show(first, 'SECRETanimated', { '--k': '"SECRETkey"' });
        show(beside, 'open-picture', {});
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
      await page.until(
        async () => (await page.outputs('asset')).some(({ url }) => url.endsWith('/open-picture.svg')),
        'the picture beside it',
      );
      await clean('later');
      expect((await page.events()).filter((event) => event.data?.source === 5 && event.data.id === 0)).toEqual([]);
      expect(await page.errors()).toEqual([]);
      await page.close();
    },
  );

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
        <my-app token=SECRETapptoken jwt=SECRETappjwt csrf=SECRETappcsrf apikey=SECRETapikey state='{"user":"SECRETstate"}' data='{"user":"SECRETdata"}' media='["SECRETmedia"]' values='[{"a":"SECRETvalues"}]' mode=plain-mode></my-app>
        <iframe name='{"token":"SECRETframename"}'></iframe><object><param name=token value=SECRETparam></object><b id='{"a":"SECRETid"}' class='[["SECRETclass"]]'></b><i class="[[data-x]_&]:a b"></i><select><option value='{"a":"chosen"}' selected></select>
        <a href="/reset/550e8400-e29b-41d4-a716-446655440000">u</a><img src="/550e8400-e29b-41d4-a716-446655449999.png">
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
      'plain-mode',
      '[[data-x]_&]:a b',
      'chosen',
      '446655449999.png',
    ])
      expect(text).toContain(word);
    expect(text).not.toContain('446655440000');
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
