// Everything that the loader does not carry: reads the relay's messages, has the visit made when one is possible, and
// shows what there is to show. The visit's rules are in cobrowse/visit.ts; how things look is in consent, badge, and in
// the chat, which is the panel and comes when it is opened or somebody writes (chat.ts).
//
// Easy to get wrong: several tabs of one device may be asked at once, and only a visible one asks; capture never runs
// without a badge in sight (surface.lost stops the visit); the resume token is stored while there is a visit and not a
// moment longer.

import type { Visit, VisitOptions, VisitPort, VisitView } from '../cobrowse/visit.ts';
import { LIMITS } from '../protocol/limits.ts';
import { sendLatest, type LinkState } from '../protocol/link.ts';
import {
  parseToVisitor,
  type FromVisitor,
  type MaskingRules,
  type Page,
  type ToVisitor,
} from '../protocol/messages.ts';
import { createBadge, type Badge, type BadgeState } from './badge.ts';
import type { Chat, ChatDoor, ChatFile } from './chat-door.ts';
import { createConsent, type Consent } from './consent.ts';
import { icon, make, mark } from './element.ts';
import { encode } from './encode.ts';
import type { Hand, HandDoor, HandFile, Wish } from './hand-door.ts';
import { STORAGE_PREFIX, type Handover, type StoredVisit, type Widget, type WidgetModule } from './handover.ts';
import { createSpare, readStored, writeStored } from './host.ts';
import { createSurface, focused } from './surface.ts';
import { wordsFor, type Words } from './words.ts';

/** Names of hashed files: put in by build.ts. */
declare const HAND_FILE: string;
declare const CHAT_FILE: string;

/** A pointer or picture is not worth sending behind so many bytes: it would be old when it came. */
const MOST_WAITING_BYTES = 64 * 1024;
const TOAST_MS = 8_000;
const RETRY_MS = 5_000;
/** A question that the hand has a word in waits so long for it. */
const HAND_DUE_MS = 3_000;

/** As the time at which a device was stored: the loader takes that of a conversation for good. */
const FOR_GOOD = 1e15;

/** What a page's `Tandem('on', 'visit', f)` is told. */
export type VisitEvent = { type: 'started' } | { type: 'ended'; why: string };
/** And its `Tandem('on', 'message', f)`. */
export type MessageEvent = { from: 'operator' | 'visitor'; text: string };

/** The visit, as far as it is here: its file is fetched when one is possible. */
type Slot = { kind: 'none' } | { kind: 'coming'; visit: Promise<Visit> } | { kind: 'here'; visit: Visit };

/** The question that is on the screen. `about`: the ask's id, or 'show'. */
type Question = { about: string; consent: Consent; opener: HTMLElement | undefined };

/** The module that the loader works with, once the visitor's language is here too: what it is now, for pages change it
 * without loading. */
export async function load({ dataset }: HTMLScriptElement): Promise<WidgetModule> {
  const words = await wordsFor(dataset['lang'] || document.documentElement.lang || navigator.language);
  return { startWidget: (handover) => startWidget(handover, words), createSpare };
}

function startWidget(handover: Handover, words: Words): Widget {
  const { host, script, launcher } = handover;
  const settings = script.dataset;
  const relay = script.src.replace(/\/widget\/.*/, '');
  const key = STORAGE_PREFIX + (settings['site'] ?? '');

  let slot: Slot = { kind: 'none' };
  let view: VisitView = { state: 'idle' };
  let link: LinkState['kind'] = handover.link()?.state.kind ?? 'connecting';
  let token = '';
  let siteMasking: MaskingRules | undefined;
  /** The visitor paused, and then left the page before the relay heard of it. */
  let wantsPause = false;
  /** The page as capture told it last, masked: it goes before what the loader tells while capture runs. */
  let shownPage: Page | undefined;
  const listeners: { to: unknown; told(event: VisitEvent | MessageEvent): void }[] = [];

  let question: Question | undefined;
  let wantsShow = false;
  /** The ask that the visitor has answered: the relay's word on it may take a while. */
  let answered: string | undefined;
  let badge: Badge | undefined;
  let toast: HTMLElement | undefined;

  let hand: Hand | undefined;
  let handLoading: Promise<unknown> | undefined;
  let isHandDue = false;
  /** For the hand, once it is here. */
  let handed: string[] = [];

  let chat: Chat | undefined;
  let chatLoading: Promise<unknown> | undefined;
  /** For the chat, once it is here. */
  let chatTasks: ((chat: Chat) => void)[] = [];
  /** The relay has answered on this link. */
  let isWelcome = false;

  // ---- To and from the relay ----

  const toJson = (value: unknown) => encode(value, handover.clean().JSON);

  const send = (message: FromVisitor): boolean => handover.link()?.send(toJson(message)) === 'sent';

  const port: VisitPort = {
    ordered: (frame) => void handover.link()?.send(frame),
    latest(frame) {
      const link = handover.link();
      if (link) sendLatest(link, frame, MOST_WAITING_BYTES);
    },
    message(message) {
      if (message.t === 'page') shownPage = message.page;
      send(message);
    },
    encode: toJson,
    async upload(hash, blob, signal) {
      const resume = slot.kind === 'here' ? slot.visit.resume : undefined;
      const headers: Record<string, string> = { authorization: `Bearer ${resume}` };
      const packed = await gzipped(blob);
      if (packed) headers['content-encoding'] = 'gzip';
      const answer = await fetch(`${relay}/upload/${hash}`, {
        method: 'POST',
        headers,
        body: packed ?? blob,
        signal,
        // Behind whatever the page itself fetches.
        priority: 'low',
        credentials: 'omit',
      });
      if (!answer.ok) throw new Error(`upload: ${answer.status}`);
    },
  };

  /** The site's rules as the relay knows them, and the snippet's. */
  const masking = (): VisitOptions['masking'] => {
    // Rules that never came must not show what they would have hidden.
    const privateByDefault = 'private' in settings || (siteMasking?.privateByDefault ?? true);
    const rules: VisitOptions['masking'] = { privateByDefault };
    for (const name of ['mask', 'unmask', 'block'] as const) {
      const selectors = [siteMasking?.[name], settings[name]].filter(Boolean).join();
      if (selectors) rules[name] = selectors;
    }
    return rules;
  };

  const withVisit = (task: (visit: Visit) => void) => {
    const guarded = host.guard(task);
    if (slot.kind === 'here') return guarded(slot.visit);
    if (slot.kind === 'none') {
      const visit = import('../cobrowse/visit.ts').then(({ createVisit }) =>
        createVisit({
          document,
          port,
          masking: masking(),
          guard: host.guard,
          after: host.after,
          agreed: (room) => stored()?.room === room,
          changed: host.guard(changed),
        }),
      );
      slot = { kind: 'coming', visit };
      visit.then(
        (visit) => {
          slot = { kind: 'here', visit };
          if (link === 'open') visit.linkOpen();
        },
        // Blocked or unreachable: the next need tries again.
        () => (slot = { kind: 'none' }),
      );
    }
    if (slot.kind === 'coming') slot.visit.then(guarded, () => {});
  };

  const isActive = ({ state }: VisitView) => state === 'offering' || state === 'viewed' || state === 'lost';

  const stored = () => readStored(handover.clean(), 'localStorage', key) as StoredVisit | undefined;

  /** For the site's other tabs and next pages: the visit, or no visit any more; and by whom a conversation is had. */
  const keep = (visit?: Omit<StoredVisit, 'chat'>, chat = !!stored()?.chat) => {
    // Other tabs are told of a visit by what was not there before.
    if (visit && !stored()?.room) writeStored(handover.clean(), 'localStorage', key);
    const kept = chat ? { ...visit, token, at: FOR_GOOD, chat } : visit;
    writeStored(handover.clean(), 'localStorage', key, kept);
  };

  const keepResume = () => {
    if (slot.kind !== 'here' || !slot.visit.resume || !('room' in view)) return;
    const { resume } = slot.visit;
    const paused = 'paused' in view && view.paused;
    keep({ room: view.room, resume, token, at: Date.now(), paused });
  };

  const receive = (message: ToVisitor) => {
    switch (message.t) {
      case 'beat':
        return;
      case 'code':
        // Not opened: it also comes to other tabs, and after each page load.
        withChat((chat) => chat.setCode({ digits: message.code, lifeMs: message.lifeMs }));
        return;
      case 'welcome':
        token = message.token;
        siteMasking = message.masking;
        isWelcome = true;
        chat?.online(true);
        if (message.hand) toHand(message.hand);
        if (!message.visit && slot.kind === 'none') return;
        break;
      case 'refused':
        chat?.refused();
        break;
      case 'ask':
      case 'visit':
        break;
      case 'ended':
        keep();
        if (slot.kind === 'none') return;
        break;
      case 'unask':
      case 'snapshot':
      case 'ack':
      case 'want':
      case 'echo':
        // Nothing to do with a visit that never was.
        if (slot.kind === 'none') return;
    }
    if (message.t === 'refused' && slot.kind === 'none') return;
    withVisit((visit) => {
      visit.receive(message);
      if (message.t === 'visit' || message.t === 'welcome') keepResume();
      if (wantsPause && view.state === 'viewed') {
        wantsPause = false;
        visit.pause(true);
      }
    });
  };

  /** What the relay says to the hand is read by it alone: most visitors never load what could. */
  const toHand = (...data: string[]) => {
    handed.push(...data);
    if (!handLoading) {
      isHandDue = true;
      host.after(HAND_DUE_MS, handIsDue);
    }
    handLoading ??= (import(`${relay}/widget/${HAND_FILE}`) as Promise<HandFile>)
      .then(({ load }) => load(door))
      .then(
        (made) => (hand = made),
        // Blocked or unreachable: the next need tries again, but not with each movement of a pointer.
        () => host.after(RETRY_MS, () => (handLoading = undefined)),
      );
    void handLoading.then(
      host.guard(() => {
        if (hand) handed.splice(0).forEach(hand.text);
        // What an operator did a while ago must not happen now; who has what stays true.
        else handed = handed.filter((data) => !data.includes('"act"'));
        handIsDue();
      }),
    );
  };

  const withChat = (task: (chat: Chat) => void) => {
    chatTasks.push(task);
    chatLoading ??= (import(`${relay}/widget/${CHAT_FILE}`) as Promise<ChatFile>)
      .then(({ load }) => load(chatDoor))
      .then(
        (made) => {
          chat = made;
          chat.online(isWelcome);
        },
        // Blocked or unreachable: the next need tries again, but a panel that opens long after the press is none.
        () => {
          chatTasks = [];
          host.after(RETRY_MS, () => (chatLoading = undefined));
        },
      );
    void chatLoading.then(
      host.guard(() => {
        if (!chat) return;
        // What can't be read of one keeps none of the others.
        for (const task of chatTasks.splice(0)) host.guard(task)(chat);
        render();
      }),
    );
  };

  const handIsDue = () => {
    if (!isHandDue) return;
    isHandDue = false;
    render();
  };

  const changed = (next: VisitView) => {
    const was = view;
    view = next;
    if (isActive(next)) keepResume();
    else if (isActive(was)) {
      keep();
      // Stopped before the relay could hear of it: on its next page this tab is somebody new, or the visit went on.
      if (link !== 'open') writeStored(handover.clean(), 'sessionStorage', key);
    }
    if (isActive(next) && !isActive(was)) {
      chat?.visitBegan();
      tell('visit', { type: 'started' });
    }
    if (next.state !== 'viewed') shownPage = undefined;
    if (next.state === 'ended' && was.state !== 'ended') {
      showToast(next.by ? words.endedBy(next.by) : words.ended[next.why]);
      tell('visit', { type: 'ended', why: next.why });
    }
    render();
  };

  const tell = (what: string, event: VisitEvent | MessageEvent) => {
    // In a task of its own: what the page throws there is the page's, and reaches its own error handling.
    for (const { to, told } of listeners) if (to === what) setTimeout(() => told(event));
  };

  // ---- What is on the screen ----

  const surface = createSurface({
    host,
    clean: handover.clean(),
    nonce: script.nonce ?? '',
    lang: words.code,
    anchor: () => question?.consent.anchor ?? badge?.anchor,
    isAsking: () => !!question,
    heard(event) {
      if (question) return question.consent.heard(event);
      hand?.heard(event);
      chat?.heard(event);
    },
    lost() {
      // Never seen without knowing it.
      if (slot.kind === 'here') slot.visit.stop();
    },
  });

  const render = () => {
    const state = badgeState(view);
    if (state) {
      badge ??= createBadge(host, words, {
        pause: (on) => withVisit((visit) => visit.pause(on)),
        stop: () => withVisit((visit) => visit.stop()),
      });
      badge.set(state);
      if (!badge.element.isConnected) surface.root.append(badge.element);
    } else badge?.element.remove();
    const wish = hand?.changed();
    const about = isHandDue
      ? undefined
      : view.state === 'asked' && view.ask !== answered && !document.hidden
        ? view.ask
        : wantsShow && !isActive(view)
          ? 'show'
          : wish?.about;
    const isPanelOpen = !!chat?.changed(!!about, isActive(view));
    if (question && question.about !== about) closeQuestion();
    if (about && !question) openQuestion(about, wish);
    launcher.style.setProperty('visibility', isPanelOpen ? 'hidden' : 'visible', 'important');
    surface.show(!!state || !!question || isPanelOpen || !!toast || !!hand?.isShown);
    // On a narrow screen the badge would lie on it.
    const box = state && badge?.anchor.getBoundingClientRect();
    const lift = box && box.right > innerWidth - 120 && box.bottom > innerHeight - 64 ? innerHeight - box.top - 8 : 0;
    launcher.style.setProperty('translate', `0 ${-lift}px`, 'important');
  };

  const openQuestion = (about: string, wish: Wish | undefined) => {
    const opener = focused();
    const consent = createConsent({
      host,
      words,
      title: view.state === 'asked' ? words.asks(view.operator.name) : words.showTitle,
      keepInSight: surface.keepInSight,
      answer(yes) {
        wantsShow = false;
        answered = about;
        if (wish && 'answered' in wish) wish.answered(yes);
        if (about !== 'show') withVisit((visit) => visit.answer(yes));
        else if (yes) withVisit((visit) => visit.show());
        render();
      },
      ...wish,
    });
    question = { about, consent, opener };
    surface.root.append(consent.element);
    surface.show(true);
    consent.focus();
  };

  const closeQuestion = () => {
    question?.consent.element.remove();
    question?.opener?.focus({ preventScroll: true });
    question = undefined;
  };

  const askToShow = () => {
    if (isActive(view)) return;
    withVisit(() => {});
    wantsShow = true;
    render();
  };

  const showToast = (text: string) => {
    toast?.remove();
    const closing = mark(make('button', 'x bare', icon('close')), { 'aria-label': words.close });
    const mine = mark(make('div', 'card toast', text, closing), { role: 'alert' });
    const close = () => {
      mine.remove();
      if (toast === mine) toast = undefined;
      render();
    };
    host.listen(closing, 'click', close);
    host.after(TOAST_MS, close);
    toast = mine;
    surface.root.append(mine);
  };

  const door: HandDoor = {
    handover,
    words,
    key,
    surface,
    make,
    mark,
    send,
    render,
    visit: () => (slot.kind === 'here' ? slot.visit : undefined),
  };

  const chatDoor: ChatDoor = {
    handover,
    words,
    key,
    surface,
    make,
    mark,
    focused,
    send,
    render,
    askToShow,
    askCode() {
      // Whoever types the code will ask: have the visit at hand.
      withVisit(() => {});
      return send({ t: 'code' });
    },
    remember() {
      if (token && !stored()?.chat) keep(stored(), true);
    },
    tell: (event) => tell('message', event),
  };

  host.listen(document, 'visibilitychange', render);
  // A page load within a visit.
  wantsPause = !!stored()?.paused;
  // What was done by hand in a visit that may be over.
  if (readStored(handover.clean(), 'localStorage', key + ':did')) toHand();
  // What was written and not sent; a panel that was open.
  if (
    readStored(handover.clean(), 'localStorage', key + ':chat') ||
    readStored(handover.clean(), 'sessionStorage', key + ':chat')
  )
    withChat(() => {});

  return {
    text(data) {
      if (data.startsWith('{"t":"hand"')) toHand(data);
      else if (!data.startsWith('{"t":"chat"')) receive(parseToVisitor(data));
      // Once it is here, it asks for all there is.
      else withChat(chat ? (chat) => chat.text(data) : () => {});
    },
    changed(now) {
      const was = link;
      link = now;
      if (now !== 'open') chat?.online((isWelcome = false));
      if (slot.kind === 'none') return;
      // The hello goes first: it is said right after this, in the same task.
      if (now === 'open')
        void Promise.resolve().then(() =>
          withVisit((visit) => {
            visit.linkOpen();
            if (shownPage) send({ t: 'page', page: shownPage });
          }),
        );
      else if (was === 'open') withVisit((visit) => visit.linkLost());
    },
    page(page) {
      if (!shownPage) send({ t: 'page', page });
    },
    close() {
      if (slot.kind === 'here') slot.visit.close();
      hand?.close();
      chat?.close();
      surface.close();
    },
    stored() {
      // A visit began in another tab of this site: come again, with its resume token.
      if (!isActive(view)) handover.connect();
    },
    call(call) {
      const [name, first, second] = Array.from(call);
      // The launcher's word that something is kept: being here is enough.
      if (name === 'open' && !first) withChat((chat) => chat.open());
      else if (name === 'close') withChat((chat) => chat.shut());
      else if (name === 'show') askToShow();
      else if (name === 'code' && !isActive(view)) withChat((chat) => chat.askCode());
      else if (name === 'send' && typeof first === 'string') withChat((chat) => chat.write(first));
      else if (name === 'stop' && slot.kind !== 'none') withVisit((visit) => visit.stop());
      // The page's own function, called as it expects.
      else if (name === 'on' && typeof second === 'function') listeners.push({ to: first, told: second as () => void });
    },
  };
}

function badgeState(view: VisitView): BadgeState | undefined {
  switch (view.state) {
    case 'offering':
      return { kind: 'offering' };
    case 'viewed':
      return view.paused ? { kind: 'paused' } : { kind: 'viewed', names: view.watchers.map(({ name }) => name) };
    case 'lost':
      return { kind: view.paused ? 'paused' : 'lost' };
    case 'idle':
    case 'asked':
    case 'ended':
      return undefined;
  }
}

/** A text, made shorter where the browser can. Undefined: it goes as it is; pictures and fonts are packed already. */
async function gzipped(text: Blob): Promise<Blob | undefined> {
  if (!text.type.startsWith('text/') || !('CompressionStream' in globalThis)) return undefined;
  const packed = await new Response(text.stream().pipeThrough(new CompressionStream('gzip'))).blob();
  return packed.size < text.size && text.size < packed.size * LIMITS.maxUploadRatio
    ? new Blob([packed], { type: text.type })
    : undefined;
}
