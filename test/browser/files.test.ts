// Files in a conversation with a person at each end: the visitor's page, of a site with a strict policy, and the operator's
// console, both as built. Pictures and documents there and back, reloads in the middle, what is refused, and by which ways a
// file comes in.

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import type { CDPSession, ElementHandle, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, until, type Operator, type Visitor, type World } from '../support/live.ts';

let world: World;
const folder = mkdtempSync(path.join(os.tmpdir(), 'tandem-files-'));
const made = (name: string, bytes: Uint8Array | string) => {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return file;
};
const letter = made('письмо (1).pdf', '%PDF-1.7 a letter');
const big = made('big.bin', randomBytes(3_000_000));
let photo = '';
let shot = '';

beforeAll(async () => {
  world = await startWorld();
  const create = { width: 1200, height: 800, channels: 3 } as const;
  photo = made(
    'photo.jpg',
    await sharp({ create: { ...create, background: '#cc2200' } })
      .jpeg()
      .toBuffer(),
  );
  shot = made(
    'shot.png',
    await sharp({ create: { ...create, background: '#0044cc' } })
      .png()
      .toBuffer(),
  );
  const { origin } = new URL(world.relay.url);
  const policy = `default-src 'none'; script-src ${origin}; connect-src ${origin} ${origin.replace('http', 'ws')}`;
  world.site.pages.set('/', () => ({
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title></head>
      <body><h1>Tea</h1>%SNIPPET%</body></html>`,
    headers: { 'content-security-policy': policy },
  }));
});
afterAll(() => world.close());

/** In the widget's shadow roots, seen or not. */
const inWidget = async (page: Page, selector: string) => {
  const handle = await page.evaluateHandle(
    (wanted) =>
      [...document.querySelectorAll('[data-tandem-ui]')]
        .map((host) => host.shadowRoot?.querySelector(wanted))
        .find((found) => found),
    selector,
  );
  return handle.asElement() as ElementHandle<HTMLInputElement> | null;
};
const attach = async ({ page }: Visitor, ...files: string[]) => {
  const input = await until('the field for files', () => inWidget(page, '.composer input[type=file]'));
  await input.uploadFile(...files);
};
const write = async (at: Visitor, text: string) => {
  await at.page.bringToFront();
  await (await at.widget('textarea')).click();
  await at.page.keyboard.type(text);
  await at.page.keyboard.press('Enter');
};
const rowsIn = ({ page }: Visitor) =>
  page.evaluate(() =>
    [...document.querySelectorAll('[data-tandem-ui]')].flatMap((host) =>
      [...(host.shadowRoot?.querySelectorAll<HTMLElement>('.log .ours, .log .theirs') ?? [])].map((row) => ({
        text: row.querySelector('.bubble')?.textContent ?? '',
        files: [...row.querySelectorAll('.file bdi')].map((name) => name.textContent),
        pictures: row.querySelectorAll('.picture').length,
        state: row.querySelector<HTMLElement>('.about')?.dataset['state'],
      })),
    ),
  );
/** The colour in the middle of a picture that was drawn. */
const colourOf = (page: Page, selector: string) =>
  page.evaluate((wanted) => {
    for (const host of document.querySelectorAll('[data-tandem-ui]')) {
      const canvas = host.shadowRoot?.querySelector<HTMLCanvasElement>(wanted);
      const data = canvas?.getContext('2d')?.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data;
      if (data && canvas) return { width: canvas.width, red: data[0] ?? 0, blue: data[2] ?? 0 };
    }
    return undefined;
  }, selector);
const openDialog = async ({ page, byId, click }: Operator, text: string) => {
  await page.bringToFront();
  await click('nav-conversations');
  await until(`the conversation with "${text}"`, async () => {
    await page.evaluate((wanted) => {
      for (const row of document.querySelectorAll('[data-testid=dialog-row]'))
        if (row instanceof HTMLElement && row.textContent?.includes(wanted)) row.click();
    }, text);
    return page.$('[data-testid=dialog]');
  });
  await byId('composer');
};
const downloadsTo = async (page: Page): Promise<(name: string) => Promise<Buffer>> => {
  const to = mkdtempSync(path.join(folder, 'got-'));
  const session: CDPSession = await page.createCDPSession();
  await session.send('Page.setDownloadBehavior', { behavior: 'allow', downloadPath: to });
  return (name) =>
    until(`${name} in the folder for downloads`, () => {
      const file = path.join(to, name);
      return Promise.resolve(existsSync(file) && readFileSync(file));
    });
};

test('[B98 Q17] a picture and a document go to the operator, and others back; each is shown, opened large, and fetched whole', async () => {
  const visitor = await world.openVisitor('/');
  const operator = await world.openOperator();
  await visitor.press('Help');
  await attach(visitor, photo, letter);
  await visitor.widget('.chosen .file', 'photo.jpg');
  await write(visitor, 'See what came');
  await until('the message', async () => (await rowsIn(visitor)).some(({ state }) => state === 'sent'));
  expect(await rowsIn(visitor)).toMatchObject([{ text: 'See what came', files: ['письмо (1).pdf'], pictures: 1 }]);

  await openDialog(operator, 'See what came');
  const picture = await operator.page.waitForSelector('[data-testid=file-picture][data-shown=true]');
  const size = await picture?.boundingBox();
  expect([size?.width, Math.round(size?.height ?? 0)]).toEqual([320, 213]);
  const fetched = await downloadsTo(operator.page);
  await operator.click('file-download');
  expect((await fetched('письмо (1).pdf')).toString()).toBe('%PDF-1.7 a letter');
  await operator.click('file-picture');
  await operator.page.waitForFunction(
    () => document.querySelector<HTMLImageElement>('[data-testid=picture-large] img')?.naturalWidth === 1200,
  );
  await operator.page.keyboard.press('Escape');
  await operator.page.waitForSelector('[data-testid=picture-large]', { hidden: true });

  const picker = (await operator.page.$('[data-testid=composer-picker]')) as ElementHandle<HTMLInputElement>;
  await picker.uploadFile(shot, big);
  await operator.page.waitForFunction(() => document.querySelectorAll('[data-testid=chosen-file]').length === 2);
  // Without a word of its own.
  await operator.click('composer-send');
  await until('both messages', async () => (await operator.page.$$('[data-testid=message][data-seq]')).length === 2);
  await visitor.page.bringToFront();
  await visitor.widget('.theirs .file', 'big.bin');
  const small = await until('the picture', async () => {
    const found = await colourOf(visitor.page, '.theirs .picture canvas');
    return found && found.blue > 150 && found;
  });
  expect(small.width).toBe(640);
  await (await visitor.widget('.theirs .picture')).click();
  await until('the large picture', async () => (await colourOf(visitor.page, '.large canvas'))?.width === 1200);
  await visitor.page.keyboard.press('Escape');
  await visitor.noWidget('.large');
  const got = await downloadsTo(visitor.page);
  await (await visitor.widget('.theirs .file')).click();
  expect((await got('big.bin')).equals(readFileSync(big))).toBe(true);
  expect([...visitor.errors, ...operator.errors]).toEqual([]);
  await visitor.page.browserContext().close();
  await operator.page.browserContext().close();
});

/** So slow that a reload comes in the middle. */
const slowly = async (page: Page, bytesPerSec: number) => {
  const session = await page.createCDPSession();
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSec,
  });
};

/** Written where it survives: a browser takes a moment for that, which nobody who reloads by hand is quick enough for. */
const isKept = (page: Page) =>
  until('what was chosen in the browser’s storage', () =>
    page.evaluate(async () => {
      const done = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(new Error('storage'));
        });
      for (const { name = '' } of await indexedDB.databases()) {
        const database = await done(indexedDB.open(name));
        let count = 0;
        for (const store of database.objectStoreNames)
          count += await done(database.transaction(store).objectStore(store).count());
        database.close();
        if (count > 0) return true;
      }
      return false;
    }),
  );

test('what was chosen is there after a reload, and what was on its way goes on, at both ends', async () => {
  const visitor = await world.openVisitor('/');
  const operator = await world.openOperator();
  await visitor.press('Help');
  await attach(visitor, letter);
  await visitor.widget('.chosen .file', 'письмо');
  await isKept(visitor.page);
  await visitor.page.reload();
  await visitor.widget('.chosen .file', 'письмо');
  await write(visitor, 'after a reload');
  await until('the first', async () => (await rowsIn(visitor)).some(({ state }) => state === 'sent'));
  await slowly(visitor.page, 400_000);
  await attach(visitor, big);
  await visitor.widget('.chosen .file', 'big.bin');
  await write(visitor, 'and a large one');
  await until('some of it', () =>
    visitor.page.evaluate(() =>
      [...document.querySelectorAll('[data-tandem-ui]')].some(
        (host) => (host.shadowRoot?.querySelector('progress')?.value ?? 0) > 0.2,
      ),
    ),
  );
  // What is written meanwhile does not wait for it.
  await write(visitor, 'a word between');
  await until('the word', async () =>
    (await rowsIn(visitor)).some(({ text, state }) => text === 'a word between' && state === 'sent'),
  );
  await visitor.page.reload();
  await until('the large one', async () =>
    (await rowsIn(visitor)).some(({ text, state }) => text === 'and a large one' && state === 'sent'),
  );

  await openDialog(operator, 'and a large one');
  const picker = async () =>
    (await operator.page.$('[data-testid=composer-picker]')) as ElementHandle<HTMLInputElement>;
  await (await picker()).uploadFile(letter);
  await operator.byId('chosen-file');
  await isKept(operator.page);
  await operator.page.reload();
  await operator.byId('chosen-file');
  await slowly(operator.page, 400_000);
  await (await picker()).uploadFile(big);
  await operator.page.type('[data-testid=composer]', 'ours');
  await operator.page.keyboard.press('Enter');
  await operator.page.waitForFunction(() => (document.querySelector('progress')?.value ?? 0) > 0.2);
  await operator.page.reload();
  await visitor.page.bringToFront();
  await visitor.widget('.theirs .bubble', 'ours');
  const theirs = (await rowsIn(visitor)).find(({ text }) => text === 'ours');
  expect(theirs?.files).toEqual(['письмо (1).pdf', 'big.bin']);
  expect([...visitor.errors, ...operator.errors]).toEqual([]);
  await visitor.page.browserContext().close();
  await operator.page.browserContext().close();
});

/** As another program would give it: by the clipboard, or from under the pointer. */
const give = (target: ElementHandle<Element>, how: 'paste' | 'drop', name: string, text: string) =>
  target.evaluate(
    (element, way, called, content) => {
      const data = new DataTransfer();
      data.items.add(new File([content], called, { type: 'text/plain' }));
      const event =
        way === 'paste'
          ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true, composed: true })
          : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true, composed: true });
      element.dispatchEvent(event);
      return event.defaultPrevented;
    },
    how,
    name,
    text,
  );

test('files are pasted and dropped, left out again, and what is refused says why and can be taken away', async () => {
  const visitor = await world.openVisitor('/');
  const operator = await world.openOperator();
  await visitor.press('Help');
  expect(await give(await visitor.widget('textarea'), 'paste', 'pasted.txt', 'one')).toBe(true);
  expect(await give(await visitor.widget('.panel'), 'drop', 'dropped.txt', 'two')).toBe(true);
  await visitor.widget('.chosen .file', 'dropped.txt');
  await (await visitor.widget('.chosen .file button')).click();
  await visitor.noWidget('.chosen .file', 'pasted.txt');
  // A program is not taken, which is said before anything is sent.
  await give(await visitor.widget('.panel'), 'drop', 'run.exe', 'MZ');
  await visitor.widget('.chosen .failed', 'not accepted');
  await write(visitor, 'only the good one');
  await until('the message', async () => (await rowsIn(visitor)).some(({ state }) => state === 'sent'));
  expect(await rowsIn(visitor)).toMatchObject([{ files: ['dropped.txt'] }]);

  await openDialog(operator, 'only the good one');
  expect(await give(await operator.byId('composer'), 'paste', 'answer.txt', 'three')).toBe(true);
  expect(await give(await operator.byId('dialog'), 'drop', 'more.txt', 'four')).toBe(true);
  await operator.page.waitForFunction(() => document.querySelectorAll('[data-testid=chosen-file]').length === 2);
  await operator.page.click('[data-testid=chosen-file] button');
  await operator.page.waitForFunction(() => document.querySelectorAll('[data-testid=chosen-file]').length === 1);
  await operator.click('composer-send');
  await visitor.page.bringToFront();
  await visitor.widget('.theirs .file', 'more.txt');
  expect([...visitor.errors, ...operator.errors]).toEqual([]);
  await visitor.page.browserContext().close();
  await operator.page.browserContext().close();
});

/** Somebody who hums into the microphone. */
const hum = (page: Page) =>
  page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => {
      const context = new AudioContext();
      const tone = context.createOscillator();
      const to = context.createMediaStreamDestination();
      tone.connect(to);
      tone.start();
      return Promise.resolve(to.stream);
    };
  });

test('a voice message is recorded, heard before it is sent, and played, by the visitor and by the operator', async () => {
  const visitor = await world.openVisitor('/');
  const operator = await world.openOperator();
  await visitor.press('Help');
  await hum(visitor.page);
  await (await visitor.widget('[aria-label="Record a voice message"]')).click();
  await visitor.widget('.voice .time', '0:01');
  await (await visitor.widget('.voice [aria-label="Stop"]')).click();
  await (await visitor.widget('.voice [aria-label="Listen"]')).click();
  await visitor.widget('.voice .time', ' / 0:01');
  await (await visitor.widget('.voice [aria-label="Send"]')).click();
  await until('the message', async () => (await rowsIn(visitor)).some(({ state }) => state === 'sent'));
  const [sent] = await rowsIn(visitor);
  expect(sent?.files).toEqual(['Voice 0.01.webm']);

  await openDialog(operator, 'Voice 0.01.webm');
  await operator.click('voice-play');
  await operator.page.waitForSelector('[data-testid=voice-player][data-playing=true]');
  await operator.page.waitForSelector('[data-testid=voice-player][data-playing=false]');
  expect(
    await operator.page.$eval('[data-testid=voice-player]', (player) =>
      Number((player as HTMLElement).dataset['length']),
    ),
  ).toBeGreaterThan(900);

  await hum(operator.page);
  await operator.click('composer-voice');
  await operator.page.waitForFunction(() => document.querySelector('[data-testid=voice-time]')?.textContent === '0:01');
  await operator.click('voice-stop');
  await operator.page.waitForSelector('[data-testid=voice-recorder] [data-testid=voice-play]');
  await operator.click('voice-send');
  await visitor.page.bringToFront();
  await (await visitor.widget('.theirs .file', 'Voice message.webm')).click();
  await visitor.widget('.theirs .sounds .time', ' / 0:0');
  // Thrown away, nothing of it is sent.
  await (await visitor.widget('[aria-label="Record a voice message"]')).click();
  await visitor.widget('.voice .time', '0:01');
  await (await visitor.widget('.voice [aria-label="Discard"]')).click();
  await visitor.widget('textarea');
  expect(await rowsIn(visitor)).toHaveLength(2);
  expect([...visitor.errors, ...operator.errors]).toEqual([]);
  await visitor.page.browserContext().close();
  await operator.page.browserContext().close();
});
