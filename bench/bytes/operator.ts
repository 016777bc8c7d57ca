// An operator without a browser: asks for a visitor's page and watches it. What the relay sends is taken and not looked
// at, but for whether there was any.

import type { Page } from 'puppeteer';
import { connectPeer, type Message } from '../../test/support/wire-peer.ts';
import type { TestRelay } from '../../test/support/relay.ts';
import { allow } from '../live-pair.ts';

export type BareOperator = {
  /** Asks the visitor who has come since the last call, has this page allow it, and watches. */
  view(page: Page): Promise<void>;
  /** Frames received so far. */
  readonly frames: number;
  /** The visit is over. */
  end(): void;
  close(): void;
};

export async function connectOperator(relay: TestRelay, cookie: string): Promise<BareOperator> {
  const peer = await connectPeer(relay.url, 'operator', { origin: relay.url, cookie });
  const seen = new Set<string>();
  let room: string | undefined;
  await peer.expect('welcome');
  peer.send({ t: 'list', on: true });
  const fresh = (message: Message) =>
    // As the protocol's table has it.
    (message.t === 'rows' ? (message['put'] as { id: string }[]) : []).find(({ id }) => !seen.has(id));
  return {
    async view(page) {
      const row = fresh(await peer.expect((message) => fresh(message) !== undefined));
      if (!row) throw new Error('no visitor has come');
      seen.add(row.id);
      peer.send({ t: 'ask', visitor: row.id });
      await page.bringToFront();
      await allow(page);
      const asked = await peer.expect((message) => message.t === 'asked' && message['state'] === 'accepted');
      room = String(asked['room']);
      peer.send({ t: 'watch', room });
    },
    get frames() {
      return peer.frames.length;
    },
    end() {
      if (room !== undefined) peer.send({ t: 'end', room });
      room = undefined;
    },
    close: peer.close,
  };
}
