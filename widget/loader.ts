// What every page of a customer pays for: 2.5 kB. Finds its own script element, keeps one link to the relay, tells it
// which page this is, shows the launcher, and fetches the widget when somebody needs it. Whatever can wait is in
// widget.ts, to which this hands itself over.
//
// Easy to get wrong: nothing may be thrown or logged here, whatever the page, the storage or the relay does. The
// launcher waits for the relay's first welcome: a button that leads nowhere is worse than none. The visit's resume
// token is in localStorage only while there is a visit, so that the site's other tabs can join it.

import { CLOSE } from '../protocol/close-codes.ts';
import { createLink, type Link } from '../protocol/link.ts';
import type { FromVisitor, Page, ToVisitor } from '../protocol/messages.ts';
import { linkPath } from '../protocol/version.ts';
import { storageKey, type Call, type StoredVisit, type Widget, type WidgetModule } from './handover.ts';
import { browserSocket, createHost, isPristine, readStored, writeStored, type Clean } from './host.ts';

/** Name of the widget's hashed file: put in by build.ts. */
declare const WIDGET_FILE: string;

/** maxUrlChars and maxTitleChars of protocol/limits.ts, whose whole table would otherwise come with them. */
const MAX_URL_CHARS = 4096;
const MAX_TITLE_CHARS = 512;

/** URL and title are compared this often while visible: sites change them without any event that all browsers have. */
const PAGE_EVERY_MS = 1000;
/** A page that never finishes loading is connected after this. */
const CONNECT_AFTER_MS = 4000;

/** `all` first: whatever the page's rules say of every element, these beat them. */
const HOST_STYLE =
  'all:initial!important;position:fixed!important;inset:auto 16px 16px auto!important;z-index:2147483646!important';
const BUTTON_STYLE =
  'padding:12px 20px;border:0;border-radius:24px;background:#0b6b5d;color:#fff;font:600 15px system-ui;cursor:pointer';

/** As resumeTokenMs in protocol/limits.ts: an older token, and with it an older device, is nobody's business. */
const RESUME_MS = 300_000;
function isFresh(stored: StoredVisit | undefined): boolean {
  return !!stored && Date.now() - stored.at < RESUME_MS;
}

type Api = { (...call: unknown[]): void; q: { push(call: Call): void } };

function start(script: HTMLScriptElement): void {
  const page = window as unknown as { Tandem?: Partial<Api>; navigation?: EventTarget };
  const { site = '', lang = document.documentElement.lang || navigator.language } = script.dataset;
  const isPrivate = 'private' in script.dataset;
  const key = storageKey(site);
  const newTab = () => '' + crypto.getRandomValues(new Uint32Array(3));

  let natives: () => Clean = () => window;
  const clean = () => natives();
  let me: { token?: string; tab: string } | undefined;
  let link: Link | undefined;
  let widget: Widget | undefined;
  let loading: Promise<WidgetModule> | undefined;
  let told = '';
  /** For the widget, once it is here. */
  let waiting: ((widget: Widget) => void)[] = [];

  const host = createHost(() => link?.close());

  const keep = (mine: NonNullable<typeof me>) => writeStored(clean(), 'sessionStorage', key, (me = mine));

  const send = (message: FromVisitor) => link?.text(clean().JSON.stringify(message));

  const readPage = (): Page => ({
    // Until the visitor agrees to more: no values of query or fragment, which may open doors.
    url: location.href.replace(/=[^&;#]*/g, '=').slice(0, MAX_URL_CHARS),
    // A form named "title" stands in the way of the property.
    title: isPrivate ? '' : `${document.title}`.slice(0, MAX_TITLE_CHARS),
    visible: !document.hidden,
    viewport: { width: innerWidth, height: innerHeight },
  });

  const tellPage = () => {
    const page = readPage();
    if (told === (told = clean().JSON.stringify(page))) return;
    if (widget) widget.page(page);
    else send({ t: 'page', page });
  };

  const address = script.src.replace(/^http(.*)\/widget\/.*/, 'ws$1' + linkPath('visitor'));
  const connect = () => {
    link?.close();
    link = createLink(
      {
        connect: browserSocket(host, clean, address),
        after: host.after,
        now: Date.now,
        random: Math.random,
        hidden: () => document.hidden,
      },
      {
        open() {
          // The token comes with the resume: the visit is bound to the device that the relay knows by it.
          // Whatever else stands there, the relay refuses.
          me ??= (readStored(clean(), 'sessionStorage', key) ?? { tab: newTab() }) as { tab: string };
          const stored = readStored(clean(), 'localStorage', key) as StoredVisit | undefined;
          const page = readPage();
          // stringify leaves out what is undefined, as the schema wants it.
          send({ t: 'hello', site, ...me, ...(isFresh(stored) && stored), page, lang } as FromVisitor);
        },
        text(data) {
          // Only two fields are looked at here; the widget checks whole messages.
          const message = clean().JSON.parse(data) as ToVisitor;
          const read = (widget: Widget) => widget.text(data);
          const isWelcome = message.t === 'welcome';
          if (isWelcome && me) {
            keep({ ...me, token: message.token });
            showLauncher(true);
          }
          if (loading || (isWelcome ? message.visit : message.t !== 'beat')) withWidget(read);
          else if (isWelcome) waiting = [read];
        },
        bytes() {},
        changed(state, after) {
          if (after === 'fresh') {
            keep({ tab: newTab() });
            if (state.kind === 'waiting' && state.because === CLOSE.BadToken.code)
              writeStored(clean(), 'localStorage', key, undefined);
          }
          if (state.kind === 'closed') showLauncher(false);
          widget?.changed(state.kind);
        },
      },
    );
  };

  const fetchWidget = () => (loading ??= import(script.src.replace(/[^/]*$/, WIDGET_FILE)));

  const withWidget = (task: (widget: Widget) => void) => {
    if (widget) return task(widget);
    waiting.push(task);
    fetchWidget().then(
      host.guard((module) => {
        const made = (widget ??= module.startWidget({ host, script, launcher, connect, clean, link: () => link }));
        for (const task of waiting.splice(0)) task(made);
      }),
      failed,
    );
  };
  /** Blocked or unreachable: the next need tries again. */
  const failed = () => (loading = undefined);

  const launcher = document.createElement('div');
  const showLauncher = (shown: boolean) => {
    if (!launcher.shadowRoot) {
      launcher.dataset['tandemUi'] = '';
      launcher.style.cssText = HOST_STYLE;
      const button = document.createElement('button');
      button.style.cssText = BUTTON_STYLE;
      button.textContent = /^ru/.test(lang) ? 'Помощь' : 'Help';
      button.onclick = () => call(['open']);
      clean().Element.prototype.attachShadow.call(launcher, { mode: 'open' }).append(button);
    }
    if (shown && !isHidden) document.documentElement.append(launcher);
    else launcher.remove();
  };
  let isHidden = script.dataset['launcher'] === 'off';

  const call = host.guard((args: Call) => {
    const name = args[0] as string;
    if (/hide$/.test(name)) {
      isHidden = name === 'hide';
      showLauncher(link?.state.kind === 'open');
    } else withWidget((widget) => widget.call(args));
  });

  const queue = page.Tandem?.q;
  page.Tandem = Object.assign((...args: unknown[]) => call(args), { q: { push: call } });
  if (Array.isArray(queue)) queue.forEach(call);

  const watch = () => {
    if (!document.hidden) tellPage();
    host.after(PAGE_EVERY_MS, watch);
  };
  const begin = () => {
    if (link) return;
    connect();
    watch();
  };
  const hint = () => {
    tellPage();
    link?.hint();
  };
  const ready = () => {
    if (isPristine()) return begin();
    fetchWidget().then((module) => {
      natives = module.createSpare();
      host.after(0, begin);
    }, failed);
  };

  if (
    isFresh(readStored(clean(), 'localStorage', key) as StoredVisit | undefined) ||
    document.readyState === 'complete'
  )
    ready();
  else {
    host.listen(window, 'load', ready);
    host.after(CONNECT_AFTER_MS, ready);
  }
  host.listen(document, 'securitypolicyviolation', (event: SecurityPolicyViolationEvent) => {
    // Each further try would be one more report to the site's owner.
    if (event.disposition === 'enforce' && address.startsWith(event.blockedURI)) link?.close();
  });
  for (const type of ['visibilitychange', 'online', 'pageshow']) host.listen(window, type, hint);
  if (page.navigation) host.listen(page.navigation, 'navigatesuccess', tellPage);
  host.listen(window, 'storage', (event: StorageEvent) => {
    if (event.key === key && event.newValue && !event.oldValue) withWidget((widget) => widget.stored());
  });
}

try {
  // Set while a classic script runs; the snippet is one.
  start(document.currentScript as HTMLScriptElement);
} catch {
  // A page too strange to run in must not hear of it.
}
