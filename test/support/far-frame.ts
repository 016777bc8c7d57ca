// For tests: what stands in a frame of another origin, by way of the frame's own target in Chromium. Puppeteer's own
// Frame will not do there: of several frames that load at once it may leave one on its parent's line (they share one note
// of what has been handled), and then waits for that frame's first context until it gives up.

import type { CDPSession, Page } from 'puppeteer';
import { until } from './visitor-relay.ts';

export type FarFrame = {
  /** A function, with what can be told as JSON, or an expression; what it returns likewise, once it is there. */
  evaluate<A extends unknown[], R>(what: string | ((...args: A) => R), ...args: A): Promise<Awaited<R>>;
};

type Bidi = { frames(): { url(): string; evaluate: unknown }[] };

const sessions = new WeakMap<object, Promise<CDPSession>>();

/** The one whose address passes `isIt`; it must be the outermost frame of its origin. */
export async function farFrame(page: Page, isIt: (url: URL) => boolean): Promise<FarFrame> {
  const browser = page.browser();
  if ((await browser.version()).toLowerCase().includes('firefox'))
    return until(() => (page as Bidi).frames().find((frame) => isIt(new URL(frame.url()))) as FarFrame | undefined);
  const target = await until(() =>
    browser
      .targets()
      .filter((target) => target.type() === 'other' && /^https?:/.test(target.url()))
      .find((target) => isIt(new URL(target.url()))),
  );
  const opened = sessions.get(target) ?? target.createCDPSession();
  sessions.set(target, opened);
  const session = await opened;
  return {
    async evaluate(what, ...args) {
      const expression =
        typeof what === 'string'
          ? what
          : `(${what.toString()})(${args.map((arg) => JSON.stringify(arg) ?? 'undefined').join()})`;
      const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
        userGesture: false,
      });
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
      return result.value as never;
    },
  };
}
