import { snippetFor, startSite, startVisitorRelay, until, visitState } from './support/visitor-relay.ts';
import { ALLOW, launch, openPage } from './support/widget-page.ts';
const browser = await launch((process.argv[2] ?? 'chromium') as 'chromium');
const relay = await startVisitorRelay();
const patches = `<script>
      Array.prototype.toJSON = function () { return 'old library'; };
      Array.prototype.extra = function () {};
      Object.defineProperty(Array.prototype, 'at', { value() { throw new Error('at'); } });
      JSON.stringify = () => '"ours"';
      Element.prototype.attachShadow = function () { throw new Error('attachShadow'); };
      const Real = WebSocket;
      window.WebSocket = class extends Real { send() { throw new Error('send'); } };
      window.count = window.length;
    </script>`;
const site = await startSite({'/one': { html: `<!doctype html><html lang="en"><title>x</title>${patches}${await snippetFor(relay)}<h1>x</h1><input>` }});
const v = await openPage(browser);
v.page.on('requestfailed', r => console.log('failed', r.url()));
await v.page.goto(site.url + '/one');

await v.click('button'); console.log('panel'); await v.click('.panel .side'); console.log('asked');
const tab = await until(() => relay.tabs[0]); await new Promise(r => setTimeout(r, 500)); console.log(tab.heard);
tab.send({ t: 'code', code: '123456', lifeMs: 1_200_000 });
await new Promise(r => setTimeout(r, 500)); console.log(await v.textOf('.digits'));
tab.send({ t: 'ask', ask: 'ask-1', operator: { id: 'op-1', name: 'Anna' } });
await v.click(ALLOW); await new Promise(r => setTimeout(r, 500)); console.log(tab.heard);
tab.send({ t: 'visit', visit: visitState() }); await new Promise(r => setTimeout(r, 1500)); console.log(await v.hasUi('.badge.viewed'), tab.heard, tab.frames.length, v.noise, relay.requests);
await browser.close(); await relay.close(); await site.close();
