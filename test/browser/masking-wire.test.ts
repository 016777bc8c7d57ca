// Planted secrets in every place that a page can hold them; a listener on the wire, as an operator of the account, takes
// every frame and message of the room. None of them may hold a secret, whatever the mirror would have shown.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';
import { connectPeer, type WirePeer } from '../support/wire-peer.ts';
import { textOf } from '../support/wire-text.ts';

const CARD = '4111 1111 1111 1111';

const HTML = `<!doctype html><html><head><meta charset="utf-8"><title>Pay with ${CARD}</title>
<meta name="description" content="card 4012888888881881">
</head><body>
<form action="/pay?token=SECRETformtoken">
 <input id="pw" type="password" value="SECRETpreset" autocomplete="current-password">
 <input id="pw2" type="password"><button type="button" id="reveal">show</button>
 <input id="cc" autocomplete="cc-number"><input id="csc" autocomplete="cc-csc" value="SECRETcsc"><input id="otp" autocomplete="one-time-code">
 <input id="cvv" name="cardCvv" value="SECRETcvv"><input id="plain" value="visible-value">
 <input id="marked" data-tandem="mask" value="SECRETmarked" placeholder="SECRETplaceholder" title="SECRETtitle" aria-label="SECRETaria">
 <textarea id="area" data-tandem="mask">SECRETarea</textarea>
 <select id="choice" data-tandem="mask"><option value="SECRETvalue" label="SECRETlabel">SECRETtext</option></select>
 <input id="hiddenfield" type="hidden" data-tandem="mask" value="SECREThidden">
 <span style="-webkit-text-security: disc" id="disc">SECRETdisc</span>
</form>
<p id="card">Your card is ${CARD}, thanks</p><p id="card2" title="card ${CARD}" data-card="4111111111111111">x</p>
<div data-tandem="mask" id="box">SECRETbox <a href="/account?id=SECREThref" title="SECRETlinktitle">SECRETlink</a>
 <img src="/SECRETimage.png" alt="SECRETalt"><b data-user="SECRETdata">SECRETbold</b>
 <div contenteditable="true" id="edit">SECRETedit</div></div>
<div data-tandem="block" id="blocked">SECRETblocked<img src="/SECRETblocked.png" alt="SECRETblockedalt"></div>
<div data-user='{"mail":"SECRETrecord"}' data-csrf="SECRETcsrf"></div><a href="/reset/SECRET5fceea167a5a36dedd4bea2543">reset</a>
<label>Пароль <input id="shown" value="SECRETshown"></label><div id="swap"><input type="password"></div>
<div id="shadow"></div><iframe id="frame" srcdoc="<p data-tandem='mask'>SECRETframe</p><input type=password value=SECRETframepw>"></iframe>
<script>document.getElementById('shadow').attachShadow({mode:'open'}).innerHTML='<p data-tandem="mask">SECRETshadow</p><input type="password" value="SECRETshadowpw">';</script>
%SNIPPET%</body></html>`;

let world: World;
let visitor: Visitor;
let operator: Operator;
let listener: WirePeer;

beforeAll(async () => {
  world = await startWorld();
  world.site.pages.set('/', HTML);
  world.site.pages.set(
    '/private',
    `<!doctype html><title>SECRETprivate title</title><p title="SECRETattr">SECRETprivate text</p><input value="SECRETprivate input"><p data-tandem="unmask" id="open">open text</p>%SNIPPET%`,
  );
  visitor = await world.openVisitor('/?session=SECRETsession&mail=SECRETanna@shop.ru&page=2#token=SECREThash');
  operator = await world.openOperator();
  listener = await connectPeer(world.relay.url, 'operator', { origin: world.relay.url, cookie: world.cookie });
  listener.send({ t: 'list', on: true });
  await operator.clickOf(visitor, 'ask');
  await visitor.page.bringToFront();
  await visitor.allow();
  const asked = await listener.expect((message) => message.t === 'rows' && JSON.stringify(message).includes('"room"'));
  const room = /"room":"([^"]+)"/.exec(JSON.stringify(asked))?.[1] ?? '';
  listener.send({ t: 'watch', room });
  await listener.expect('history');
  await operator.overlay('none');
});

afterAll(async () => {
  listener.close();
  await world.close();
});

async function settled(marker: string) {
  await visitor.page.evaluate((text) => {
    const end = document.createElement('p');
    end.textContent = text;
    document.body.append(end);
  }, marker);
  await until(`${marker} on the wire`, async () => textOf(listener).includes(marker));
}

describe('secrets', () => {
  test('[CB5] planted in the page never reach the wire', async () => {
    await settled('marker-one');
    const text = textOf(listener);
    expect(text).toContain('visible-value');
    expect([...new Set(text.match(/.{0,40}SECRET\w*.{0,10}/g) ?? [])]).toEqual([]);
    expect(text).not.toContain(CARD);
    expect(text).not.toContain('4111111111111111');
    expect(text).not.toContain('4012888888881881');
  });

  test('[CB5] typed, revealed, changed or moved later do not either', async () => {
    const { page } = visitor;
    await page.type('#pw2', 'SECRETtypedpw');
    await page.evaluate(() => document.getElementById('pw2')?.setAttribute('type', 'text'));
    await page.type('#swap input', 'SECRETswap');
    await page.evaluate(() => {
      const old = document.querySelector<HTMLInputElement>('#swap input');
      const field = document.createElement('input');
      field.value = old?.value ?? '';
      old?.replaceWith(field);
    });
    await page.type('#swap input', 'SECRETmore');
    await page.type('#pw2', 'SECRETafterreveal');
    await page.type('#cc', '5555555555554444');
    await page.type('#otp', '918273');
    await page.type('#marked', 'SECRETtypedmarked');
    await page.type('#area', 'SECRETtypedarea');
    await page.type('#edit', 'SECRETtypededit');
    await page.type('#shown', 'SECRETtypedshown');
    await page.type('#plain', ' 4242 4242 4242 4242');
    await page.evaluate(() => {
      const box = document.getElementById('box');
      const later = document.createElement('p');
      later.textContent = 'SECRETlater';
      later.title = 'SECRETlatertitle';
      box?.append(later);
      later.setAttribute('data-more', 'SECRETmore');
      (later.firstChild as Text).data = 'SECRETchanged';
      const card = document.getElementById('card');
      if (card) card.textContent = 'now 5105 1051 0510 5100 here';
      card?.setAttribute('aria-label', 'card 5105105105105100');
      document.title = 'SECRETno, but card 6011 1111 1111 1117';
      const edit = document.getElementById('edit');
      if (edit) edit.textContent = 'SECRETnewedit';
      const area = document.getElementById('area') as HTMLTextAreaElement;
      area.setSelectionRange(0, 6);
      const field = document.createElement('input');
      field.type = 'password';
      field.value = 'SECRETnewfield';
      document.body.append(field);
      field.setAttribute('value', 'SECRETattrpw');
      const select = document.getElementById('choice') as HTMLSelectElement;
      select.options[0]?.setAttribute('label', 'SECRETnewlabel');
      history.pushState({}, '', '/next?code=SECRETcode&q=1');
    });
    await settled('marker-two');
    const text = textOf(listener).replaceAll('SECRETno', '');
    expect([...new Set(text.match(/SECRET\w*/g) ?? [])]).toEqual([]);
    for (const number of [
      '5555555555554444',
      '5105 1051 0510 5100',
      '5105105105105100',
      '6011 1111 1111 1117',
      // While it was being typed.
      '4242 424',
      '918273',
    ])
      expect(text, number).not.toContain(number);
  });

  test('[CB6] the widget’s own words are never in the picture', async () => {
    await visitor.widget('button', 'Stop');
    await settled('marker-three');
    const frames = textOf(listener);
    for (const words of ['sees this page', 'Pause', 'Stop']) expect(frames, words).not.toContain(words);
  });

  test('[CB5] a marked title is told to nobody before the visitor agrees', async () => {
    for (const [path, html] of [
      ['/titled', '<title data-tandem="mask">SECRETtitled</title>'],
      ['/headed', '<html><head data-tandem="block"><title>SECRETheaded</title>'],
      ['/rooted', '<html data-tandem="mask"><title>SECRETrooted</title>'],
      ['/open', '<title>open title</title>'],
    ] as const) {
      world.site.pages.set(path, `<!doctype html>${html}<p>Page</p>%SNIPPET%`);
      await world.openVisitor(path);
      await until(`${path} in the list`, async () => textOf(listener).includes(world.site.origin + path));
    }
    const text = textOf(listener);
    expect(text).toContain('open title');
    expect([...new Set(text.match(/SECRET(title|head|root)\w*/g) ?? [])]).toEqual([]);
  });

  test('[CB7] a private-by-default site shows nothing but what it opened', async () => {
    const own = await startWorld({ masking: { privateByDefault: true } });
    try {
      own.site.pages.set('/private', world.site.pages.get('/private') ?? '');
      const shy = await own.openVisitor('/private');
      const anna = await own.openOperator();
      const ear = await connectPeer(own.relay.url, 'operator', { origin: own.relay.url, cookie: own.cookie });
      ear.send({ t: 'list', on: true });
      await own.view(shy, anna);
      const rows = await ear.expect((message) => message.t === 'rows' && JSON.stringify(message).includes('"room"'));
      ear.send({ t: 'watch', room: /"room":"([^"]+)"/.exec(JSON.stringify(rows))?.[1] ?? '' });
      await until('the picture on the wire', async () => textOf(ear).includes('open text'));
      // The title stands in the live list, which the visitor has not agreed to; it is the site's page name.
      const frames = ear.frames.length;
      expect(frames).toBeGreaterThan(0);
      const shown = textOf({ ...ear, messages: [] });
      expect([...new Set(shown.match(/SECRET\w*( \w+)?/g) ?? [])]).toEqual([]);
      ear.close();
    } finally {
      await own.close();
    }
  });
});
