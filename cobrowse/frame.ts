// A page in a frame of another origin: says to the page around it that it may be shown there, and, when that page is
// captured, captures itself and hands over what it sees, masked. The other side is capture/frames.ts.
//
// Who may see it is decided here alone: only origins that the frame's own page has named. Any script of theirs may ask;
// so what is named is trusted with everything that masking leaves.
//
// The same channel brings a port for the hand. To be seen and to be acted in are two leaves: this page's own snippet says
// that the scripts of those origins may act here, too, or the port is answered with a no. Whoever holds the channel is a
// script of such an origin; that it is ours, nobody here can know.
//
// Easy to get wrong: this must end with its port ('stop'), and when the page leaves; a page out of the back-forward
// cache has to announce itself again.

import type { Capture, CaptureOptions, Masking } from './capture.ts';

export type FrameOptions = {
  parents: readonly string[];
  masking: Masking;
  guard: CaptureOptions['guard'];
  listen<E extends Event>(target: EventTarget, type: string, task: (event: E) => void): void;
  /** Only where the frame's own page lets scripts of those origins act in it: `data-hand`. Loads the frame's hand
   * (frame-hand.ts). */
  hand?: (port: MessagePort, capture: Capture) => Promise<() => void>;
};

type Call = { tandem?: unknown; masking?: Partial<Record<keyof Masking, unknown>> } | null;

export function startFrame({ parents, masking, guard, listen, hand }: FrameOptions): void {
  // Not in Firefox, which then writes a line to the console for each origin that it is not.
  const around = (location as Partial<Location>).ancestorOrigins?.[0];
  const allowed = parents.filter((origin) => around === undefined || origin === around);
  let stop = () => {};

  const announce = () => {
    for (const origin of allowed) parent.postMessage({ tandem: 'frame' }, origin);
  };

  const begin = (port: MessagePort, theirs: Partial<Record<keyof Masking, unknown>>) => {
    stop();
    let isOver = false;
    let capture: Capture | undefined;
    let letGo = () => {};
    const send = (output: unknown) => {
      if (!isOver) port.postMessage(output);
    };
    stop = () => {
      send('gone');
      isOver = true;
      letGo();
      capture?.stop();
      port.close();
    };
    const lend = (own: MessagePort) => {
      letGo();
      if (!hand || !capture) {
        own.postMessage({ t: 'none' });
        return;
      }
      let isGone = false;
      letGo = () => {
        isGone = true;
        own.close();
      };
      hand(own, capture).then(
        guard((end: () => void) => {
          if (isGone) end();
          else letGo = end;
        }),
        () => own.postMessage({ t: 'none' }),
      );
    };
    port.onmessage = guard(({ data, ports: [own] }: MessageEvent) => {
      if (data === 'stop') stop();
      else if (data === 'snapshot') capture?.snapshot();
      else if (data === 'hand' && own) lend(own);
    });
    import('./visit/recording.ts').then(
      guard(({ recording }) => {
        if (isOver) return;
        const options = {
          masking: unite(masking, theirs),
          uiAttribute: 'data-tandem-ui',
          isFrame: true,
          guard,
        } as const;
        capture = recording.startCapture(document, options, send);
      }),
      stop,
    );
  };

  listen(window, 'message', (event: MessageEvent<Call>) => {
    const { data, source, origin, ports } = event;
    // The top window asks for frames that stand within a frame of its own origin.
    if (!allowed.includes(origin) || (source !== parent && source !== top)) return;
    const what = data?.tandem;
    if (what !== 'frame?' && what !== 'capture') return;
    // Between us: the page may take every message for one of its own.
    event.stopImmediatePropagation();
    const [port] = ports;
    if (what === 'frame?') announce();
    else if (port) begin(port, data?.masking ?? {});
  });
  listen(window, 'pagehide', () => stop());
  listen(window, 'pageshow', (event: PageTransitionEvent) => {
    if (event.persisted) announce();
  });
  announce();
}

/** Hidden is what either of the two hides. What this page hides by default, only this page may show. */
function unite(own: Masking, theirs: Partial<Record<keyof Masking, unknown>>): Masking {
  const united: Masking = { privateByDefault: own.privateByDefault || theirs.privateByDefault !== false };
  for (const name of ['mask', 'unmask', 'block'] as const) {
    const isOwnAlone = name === 'unmask' && own.privateByDefault;
    const selectors = [own[name], isOwnAlone ? '' : theirs[name]].filter((each) => each && typeof each === 'string');
    if (selectors.length > 0) united[name] = selectors.join();
  }
  return united;
}
