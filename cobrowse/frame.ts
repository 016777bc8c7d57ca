// A page in a frame of another origin: says to the page around it that it may be shown there, and, when that page is
// captured, captures itself and hands over what it sees, masked. The other side is capture/frames.ts.
//
// Who may see it is decided here alone: only origins that the frame's own page has named. Any script of theirs may ask;
// so what is named is trusted with everything that masking leaves.
//
// Easy to get wrong: this must end with its port ('stop'), and when the page leaves; a page out of the back-forward
// cache has to announce itself again.

import type { CaptureOptions, Masking } from './capture.ts';

export type FrameOptions = {
  parents: readonly string[];
  masking: Masking;
  guard: CaptureOptions['guard'];
  listen<E extends Event>(target: EventTarget, type: string, task: (event: E) => void): void;
};

type Call = { tandem?: unknown; masking?: Partial<Record<keyof Masking, unknown>> } | null;

export function startFrame({ parents, masking, guard, listen }: FrameOptions): void {
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
    let capture: { stop(): void; snapshot(): void } | undefined;
    const send = (output: unknown) => {
      if (!isOver) port.postMessage(output);
    };
    stop = () => {
      send('gone');
      isOver = true;
      capture?.stop();
      port.close();
    };
    port.onmessage = guard(({ data }: MessageEvent) => {
      if (data === 'stop') stop();
      else if (data === 'snapshot') capture?.snapshot();
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
