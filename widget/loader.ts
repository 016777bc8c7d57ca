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
import {
  STORAGE_PREFIX,
  type Call,
  type FrameFile,
  type LauncherFile,
  type StoredVisit,
  type Widget,
  type WidgetFile,
  type WidgetModule,
} from './handover.ts';
import { browserSocket, createHost, isPristine, readStored, writeStored, type Clean } from './host.ts';

/** Names of hashed files: put in by build.ts. */
declare const WIDGET_FILE: string;
declare const LAUNCHER_FILE: string;
declare const FRAME_FILE: string;

/** maxTitleChars of protocol/limits.ts, whose whole table would otherwise come with it; enough of a path, too. */
const MAX_TITLE_CHARS = 512;

/** URL and title are compared this often while visible: sites change them without any event that all browsers have. */
const PAGE_EVERY_MS = 1000;
/** A page that never finishes loading is connected after this. */
const CONNECT_AFTER_MS = 4000;

/** As resumeTokenMs in protocol/limits.ts: an older token, and with it an older device, is nobody's business. */
const RESUME_MS = 300_000;
const MAX_LANG_CHARS = 35;

type Api = { (...call: unknown[]): void; q: { push(call: Call): void } };
type Task = (widget: Widget) => void;

function start(script: HTMLScriptElement): void {
  const page = window as unknown as { Tandem?: Partial<Api> };
  const queue = page.Tandem?.q as Call[] | undefined;
  // A second loader finds the first one's queue, which is no array.
  if (queue && !queue.forEach) return;
  const {
    site = '',
    lang = document.documentElement.lang || navigator.language,
    launcher: wish,
    parent: parents,
  } = script.dataset;
  const key = STORAGE_PREFIX + site;
  const address = script.src.replace(/^http(.*)\/widget\/.*/, 'ws$1' + linkPath('visitor'));

  let clean: () => Clean = () => window;
  let me: { token?: string; tab: string } | undefined;
  let link: Link | undefined;
  let widget: Widget | undefined;
  let loading: Promise<WidgetModule> | undefined;
  let isHidden = wish === 'off';
  let told = '';
  /** For the widget, once it is here: the relay's last welcome, and then all the rest. */
  const waiting: Task[] = [() => {}];

  const host = createHost(() => {
    link?.close();
    widget?.close();
  });

  /** A file of ours beside this one. What it exports is known by its name. */
  const fetchFile = <File>(name: string): Promise<File> => import(script.src.replace(/[^/]*$/, name));

  // A frame is part of the page around it, and no tab of its own. Of the same origin it is captured from there.
  if (parent !== window) {
    if (parents)
      fetchFile<FrameFile>(FRAME_FILE).then(
        host.guard((file) => file.load(host, script.dataset)),
        () => {},
      );
    return;
  }

  const keep = (mine?: typeof me) => writeStored(clean(), 'sessionStorage', key, (me = mine));

  const send = (message: FromVisitor) => link?.send(clean().JSON.stringify(message));

  /** Without words and parts of a path that hold an e-mail address, a key (slugs have dashes), a UUID, a card number. */
  const hide = (text: string) =>
    text.slice(0, MAX_TITLE_CHARS).replace(/[^/\s]*(@|%40|\d(\w{15}|([^/\w]*[\da-f]){12}))[^/\s]*/gi, '•');

  const readPage = (): Page => ({
    // Until the visitor agrees to more: no query and no fragment, which may open doors.
    url: location.origin + hide(location.pathname),
    // Marks of the title, or of all that is within <html>. A form named "title" stands in the way of the property.
    title:
      'private' in script.dataset || document.querySelector(':is(html,head,title)[data-tandem]')
        ? ''
        : hide('' + document.title),
    visible: !document.hidden,
    viewport: { width: innerWidth, height: innerHeight },
  });

  const tellPage = () => {
    const page = readPage();
    if (told === (told = clean().JSON.stringify(page))) return;
    if (widget) widget.page(page);
    else send({ t: 'page', page });
  };

  /** Of a visit in this browser, as long as it can still be joined. */
  const readVisit = () => {
    // Ours, or whatever the page put there: the relay refuses the rest.
    const stored = readStored(clean(), 'localStorage', key) as StoredVisit | undefined;
    return Date.now() - (stored?.at ?? 0) < RESUME_MS ? stored : undefined;
  };

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
          me ??= (readStored(clean(), 'sessionStorage', key) as typeof me) ?? {
            // Tells the tabs of one device apart; it opens nothing without the device's token.
            tab: '' + Math.random(),
          };
          // A visit's token comes with its resume: it is bound to the device that the relay knows by it. What else is
          // stored beside them the schema drops, and stringify what is undefined.
          send({
            t: 'hello',
            site,
            ...me,
            ...readVisit(),
            page: readPage(),
            lang: lang.slice(0, MAX_LANG_CHARS),
          } as FromVisitor);
        },
        text(data) {
          // Only two fields are looked at here; the widget checks whole messages.
          const message = clean().JSON.parse(data) as ToVisitor;
          const read: Task = (widget) => widget.text(data);
          const isWelcome = message.t === 'welcome';
          if (isWelcome) {
            // Said hello before, so there is a tab.
            keep({ ...me, token: message.token } as typeof me);
            showLauncher();
          }
          if (isWelcome && !widget) waiting[0] = read;
          else give(read);
          if (isWelcome ? message.visit : message.t !== 'beat') load();
        },
        bytes() {},
        changed(state, after) {
          if (after === 'fresh') {
            keep();
            // What waits, knows why.
            if ((state as { because?: number }).because === CLOSE.BadToken) writeStored(clean(), 'localStorage', key);
          }
          if (state.kind === 'closed') showLauncher();
          widget?.changed(state.kind);
        },
      },
    );
  };

  const fetchWidget = (use: (module: WidgetModule) => void): void => {
    (loading ??= fetchFile<WidgetFile>(WIDGET_FILE).then((file) => file.load(script))).then(
      host.guard(use),
      // Blocked or unreachable: the next need tries again.
      () => (loading = undefined),
    );
  };

  const give = (task: Task) => {
    if (widget) task(widget);
    else waiting.push(task);
  };

  const load = () => {
    if (widget) return;
    fetchWidget(({ startWidget }) => {
      if (widget) return;
      const made = (widget = startWidget({ host, script, launcher, connect, clean: () => clean(), link: () => link }));
      for (const task of waiting) task(made);
    });
  };

  const launcher = document.createElement('div');
  let dressed: Promise<void> | undefined;
  const isWanted = () => link?.state.kind === 'open' && !isHidden;
  const place = host.guard(() => {
    if (isWanted()) document.documentElement.append(launcher);
    else launcher.remove();
  });
  const showLauncher = () => {
    if (!isWanted()) return place();
    dressed ??= fetchFile<LauncherFile>(LAUNCHER_FILE).then(({ dress }) =>
      dress(launcher, lang, clean(), () => call(['open'])),
    );
    // Blocked or unreachable: the next welcome tries again.
    dressed.then(place, () => (dressed = undefined));
  };

  const call = host.guard((args: Call) => {
    const name = args[0] as string;
    if (/hide/.test(name)) {
      isHidden = name === 'hide';
      showLauncher();
    } else {
      give((widget) => widget.call(args));
      if (/open|show|code|send/.test(name)) load();
    }
  });

  page.Tandem = Object.assign((...args: unknown[]) => call(args), { q: { push: call } });
  queue?.forEach(call);

  const watch = () => {
    if (!document.hidden) tellPage();
    host.after(PAGE_EVERY_MS, watch);
  };
  const begin = () => {
    if (link) return;
    connect();
    watch();
  };
  const ready = () => {
    if (isPristine()) begin();
    else
      fetchWidget(({ createSpare }) => {
        clean = createSpare();
        begin();
      });
  };

  if (readVisit() || document.readyState === 'complete') ready();
  else {
    host.listen(window, 'load', ready);
    host.after(CONNECT_AFTER_MS, ready);
  }
  for (const type of ['visibilitychange', 'online'])
    host.listen(window, type, () => {
      tellPage();
      link?.hint();
    });
  host.listen(window, 'storage', (event: StorageEvent) => {
    // A visit began in another tab of this site.
    if (event.key === key && event.newValue && !event.oldValue) {
      give((widget) => widget.stored());
      load();
    }
  });
  host.listen(window, 'securitypolicyviolation', (event: SecurityPolicyViolationEvent) => {
    // Each further try would be one more report to the site's owner.
    if (event.disposition === 'enforce' && address.startsWith(event.blockedURI)) link?.close();
  });
}

try {
  // Set while a classic script runs; the snippet is one.
  start(document.currentScript as HTMLScriptElement);
} catch {
  // A page too strange to run in must not hear of it.
}
