// The visitor's chat: keeps a copy of the conversation, sees that what they write arrives, tells what came and was read,
// and shows all that in the panel. A bundle of its own, loaded when the panel is opened, when an operator has written, or
// when something written on an earlier page waits (hand-door.ts says why nothing is shared with the widget).
//
// Easy to get wrong: nothing is stored before the visitor does something. What is lost on the way is asked for again after
// each welcome (protocol/thread-copy.ts), so nothing here need be right for ever, but what the visitor has written must be.

import { parseToChat, UNTOLD, type FromVisitorChat, type ToChat } from '../protocol/chat.ts';
import { LIMITS } from '../protocol/limits.ts';
import { createThreadCopy, type ThreadCopy } from '../protocol/thread-copy.ts';
import { uuidv7 } from '../protocol/uuid.ts';
import type { Chat, ChatDoor } from './chat-door.ts';
import { createAhead, type AheadSaid } from './chat-ahead.ts';
import { createChatFiles } from './chat-files.ts';
import { createLog, sizeOf } from './chat-log.ts';
import { createOutbox, type ChosenFile } from './chat-outbox.ts';
import { draw } from './chat-icons.ts';
import type { Media } from './chat-media.ts';
import type { Picture } from './chat-pictures.ts';
import { createChatStore } from './chat-store.ts';
import { CHAT_STYLES, SAID_STYLE, UNREAD_STYLE } from './chat-styles.ts';
import type { CHAT_EN } from './chat-words-en.ts';
import { createPanel } from './panel.ts';
import { readStored, writeStored } from './host.ts';

export type ChatWords = typeof CHAT_EN;

/** Of this tab: an open panel is open again on the next page, with what was written in it. */
type Kept = { open?: true; draft?: string };

const TYPING_EVERY_MS = 1_000;
/** Who has not been heard of for so long types no more: the word that they stopped may be lost. */
const TYPING_MS = 8_000;
const PLACE_EVERY_MS = 500;
const LAUNCHER_MS = 1_000;
/** A picture in the log, in pixels. */
const WIDEST = 240;
const HIGHEST = 200;
const LEAST = 40;

type State = ToChat['say'] & { t: 'state' };

export async function load(door: ChatDoor): Promise<Chat> {
  return createChat(
    door,
    door.words.code === 'ru'
      ? (await import('./chat-words-ru.ts')).CHAT_RU
      : (await import('./chat-words-en.ts')).CHAT_EN,
  );
}

function createChat(door: ChatDoor, words: ChatWords): Chat {
  const { handover, surface, make, mark } = door;
  const { host, launcher, clean } = handover;
  const key = `${door.key}:chat`;
  addStyles(door, CHAT_STYLES);

  let copy: ThreadCopy = createThreadCopy();
  let isOnline = false;
  let isOpen = false;
  let isCovered = false;
  let isVisiting = false;
  /** The conversation. */
  let isClosed = false;
  let opener: HTMLElement | undefined;
  let theirs = { delivered: 0, read: 0 };
  let yours = { delivered: 0, read: 0 };
  /** As told, whether the relay has confirmed it or not. */
  let told = { delivered: 0, read: 0 };
  /** The page was told of messages up to here; undefined: the first state has not come. */
  let heardSeq: number | undefined;
  const names = new Map<string, string>();
  let typist: { id: string; cancel: () => void } | undefined;

  const say = (say: FromVisitorChat) => isOnline && door.send({ t: 'chat', say });

  // ---- What the visitor writes ----

  const store = createChatStore(host, key);
  const outbox = createOutbox({
    send: ({ id, text, files }) =>
      say({ t: 'send', message: { id, body: { text, ...(files && { files: files.map((file) => file.id) }) } } }),
    put: store.put,
    remove: store.remove,
    after: host.after,
    now: Date.now,
    random: (bytes) => crypto.getRandomValues(bytes),
    changed: () => {
      const { waiting, chosen } = outbox;
      const count = waiting.filter(({ seq }) => seq === undefined).length + chosen.length;
      // Wakes the chat on the next page (launcher.ts).
      writeStored(clean(), 'localStorage', key, count);
      files.keep([{ id: '', at: 0, text: '', files: chosen }, ...waiting]);
      panel.setChosen(chosen);
      show();
    },
  });
  const files = createChatFiles(door, {
    askPass: () => void say({ t: 'pass' }),
    is: (file, now) => outbox.fileIs(file, now),
    moved: () => show(),
    failed: () => panel.say(words.notFetched),
  });

  let media: Media | undefined;
  let mediaLoading: Promise<void> | undefined;
  const withMedia = (task: (media: Media) => void) => {
    mediaLoading ??= import('./chat-media.ts')
      .then(({ loadMedia }) =>
        loadMedia(door, { draw, fetched: files.fetched, addStyles: (css) => addStyles(door, css) }),
      )
      .then(
        (made) => void (media = made),
        // Blocked or unreachable: the next need tries again.
        () => (mediaLoading = undefined),
      );
    void mediaLoading?.then(host.guard(() => media && task(media)));
  };
  /** By file: the same place each time, so that a picture is fetched once. */
  const places = new Map<string, HTMLElement>();
  const placeOf = (picture: Picture) => {
    const { id, name, width, height } = picture;
    const known = places.get(id);
    if (known) return known;
    const by = Math.min(1, WIDEST / width, HIGHEST / height);
    const place = mark(make('button', 'picture'), { 'aria-label': words.openPicture(name) });
    place.style.setProperty('width', `${Math.max(LEAST, width * by)}px`);
    place.style.setProperty('height', `${Math.max(LEAST, height * by)}px`);
    places.set(id, place);
    withMedia((media) => media.show(place, picture));
    return place;
  };
  const record = (media: Media) => {
    const bar = media.record((file, why) => {
      bar.remove();
      panel.replace(undefined);
      panel.focus();
      if (why) panel.say(why);
      if (file) void choose([file]).then(() => write(''));
    });
    panel.replace(bar);
  };
  const choose = async (picked: readonly File[]) => {
    panel.say('');
    if (picked.some(({ size }) => size > LIMITS.maxFileBytes))
      panel.say(words.fileTooLarge(sizeOf(LIMITS.maxFileBytes, door.words.code)));
    const fitting = picked.filter(({ size }) => size > 0 && size <= LIMITS.maxFileBytes);
    if (fitting.length === 0) return;
    const measured = await Promise.all(fitting.map(measure));
    if (!outbox.choose(measured)) panel.say(words.tooMuch);
  };
  const write = (text: string) => {
    const cut = text.slice(0, LIMITS.maxMessageChars);
    if (!cut.trim() && outbox.chosen.length === 0) return;
    door.remember();
    outbox.add(cut);
    stopTyping();
  };

  let typedAt = 0;
  const stopTyping = () => {
    if (typedAt) say({ t: 'typing', text: '' });
    typedAt = 0;
  };
  const drafted = () => {
    // To measure the composer moves what is above it.
    if (log.isAtEnd) log.toEnd();
    keepTab();
    if (!panel.draft) return stopTyping();
    const now = Date.now();
    if (now - typedAt < TYPING_EVERY_MS || copy.version === 0) return;
    typedAt = now;
    // That they write, and not what: nobody has told them that it is read before they send it.
    say({ t: 'typing', text: UNTOLD });
  };

  const keepTab = () => {
    const kept: Kept = { ...(isOpen && { open: true }), ...(panel.draft && { draft: panel.draft }) };
    writeStored(clean(), 'sessionStorage', key, isOpen || panel.draft ? kept : undefined);
  };

  // ---- What is shown ----

  const log = createLog(door, words, {
    retry: outbox.again,
    drop: outbox.drop,
    pictureOf: placeOf,
    shareOf: files.shareOf,
    save: files.save,
    play: (file, element) => withMedia((media) => media.play(element, () => files.fetched(file.id, 'content'))),
    older() {
      const first = copy.messages[0];
      if (first) say({ t: 'older', before: first.seq });
    },
    scrolled: () => look(),
  });
  let reachId: string | undefined;
  const ahead = createAhead(door, words.ahead, ({ name, email }) => {
    reachId = uuidv7(Date.now(), (bytes) => crypto.getRandomValues(bytes));
    return say({ t: 'reach', id: reachId, email, ...(name && { name }) });
  });
  /** Told only while it is looked at. */
  let said: AheadSaid | undefined;
  let asksAhead = false;
  const askAhead = (now = isOpen && isOnline) => {
    if (now === asksAhead) return;
    asksAhead = now;
    say({ t: 'ahead', on: now });
  };
  const panel = createPanel(door, words, log.element, ahead, {
    show: door.askToShow,
    askCode: door.askCode,
    dropCode: () => void door.send({ t: 'uncode' }),
    close: () => shut(),
    write,
    choose: (picked) => void choose(picked),
    unchoose: (file) => outbox.unchoose(file),
    record: () => withMedia(record),
    drafted,
    left: stopTyping,
  });
  panel.element.hidden = true;
  surface.root.append(panel.element);

  const hasTalk = () => copy.messages.length + outbox.waiting.length > 0;

  /** They have asked, and nobody has answered. */
  const waits = () => {
    const last = copy.messages.filter(({ kind, deletedAt }) => kind === 'text' && !deletedAt).pop();
    return outbox.waiting.length > 0 || (!isClosed && last?.by.kind === 'contact');
  };

  const show = () => {
    ahead.update(said, waits());
    panel.turn(hasTalk(), isVisiting);
    log.update({
      messages: copy.messages,
      waiting: outbox.waiting,
      nameOf: (id) => (id === undefined ? undefined : names.get(id)),
      theirs,
      hasOlder: copy.hasOlder,
    });
    look();
  };

  /** Tells what has come, and what was read; counts what was not. */
  const look = () => {
    const last = copy.messages[copy.messages.length - 1];
    const isSeen = isOpen && !isCovered && !document.hidden && log.isAtEnd;
    const come = { delivered: last?.seq ?? 0, read: isSeen ? (last?.seq ?? 0) : 0 };
    for (const what of ['read', 'delivered'] as const)
      if (come[what] > Math.max(yours[what], told[what]) && say({ t: what, seq: come[what] })) {
        told = { ...told, [what]: come[what] };
        // Who has read it has it.
        if (what === 'read') told.delivered = Math.max(told.delivered, come.read);
      }
    const read = Math.max(yours.read, told.read);
    setUnread(
      isOpen
        ? 0
        : copy.messages.filter(({ by, kind, seq }) => by.kind === 'operator' && kind === 'text' && seq > read).length,
    );
  };

  // On the launcher, whose button stands alone in a shadow root of its own.
  const badge = mark(make('span', ''), { 'aria-hidden': 'true' });
  badge.style.cssText = UNREAD_STYLE;
  const voice = mark(make('span', ''), { role: 'status' });
  voice.style.cssText = SAID_STYLE;
  let unread = 0;
  const setUnread = (count: number) => {
    if (count === unread) return;
    const root = launcher.shadowRoot;
    const button = root?.querySelector('button');
    // On its way; or the site wants none.
    if (!button) return void host.after(LAUNCHER_MS, look);
    unread = count;
    if (!voice.isConnected) root?.append(badge, voice);
    badge.hidden = !count;
    badge.style.display = count ? '' : 'none';
    badge.textContent = count > 99 ? '99+' : String(count);
    if (count) mark(button, { 'aria-label': `${button.textContent}, ${words.unread(count)}` });
    else button.removeAttribute('aria-label');
    // In a task of its own: a status that comes together with its words is not read out.
    host.after(0, () => (voice.textContent = count ? words.unread(count) : ''));
  };

  let cancelPlace = () => {};
  const place = () => {
    cancelPlace();
    if (!isOpen) return;
    panel.place();
    // A badge can be dragged, and goes aside by itself.
    if (isVisiting) cancelPlace = host.after(PLACE_EVERY_MS, place);
  };

  const open = () => {
    if (isOpen) return;
    opener = door.focused();
    isOpen = true;
    askAhead();
    keepTab();
    door.render();
    if (!isCovered) panel.focus();
  };
  const shut = () => {
    if (!isOpen) return;
    isOpen = false;
    askAhead();
    stopTyping();
    keepTab();
    door.render();
    opener?.focus({ preventScroll: true });
  };

  // ---- What the relay says ----

  const sync = () => {
    copy.asked();
    say({ t: 'sync', version: copy.version });
  };

  const hear = (state: State) => {
    // Less than is here: this browser is another device now, with a conversation of its own or none.
    if (state.from === 0 && state.version < copy.version) {
      copy = createThreadCopy();
      theirs = yours = told = { delivered: 0, read: 0 };
    }
    for (const { id, name } of state.people) names.set(id, name);
    const needsMore = copy.apply(state);
    if (state.version >= copy.version) {
      ({ theirs, yours } = state);
      isClosed = state.status === 'closed';
    }
    if (needsMore) sync();
    if (copy.version > 0) door.remember();
    outbox.seen(new Set(copy.messages.map(({ id }) => id)));
    if (typist && state.messages.some(({ by }) => by.id === typist?.id)) endTyping();
    if (!needsMore) tellPage();
    show();
    door.render();
  };

  const tellPage = () => {
    const from = heardSeq ?? yours.delivered;
    for (const { seq, by, kind, body } of copy.messages)
      if (seq > from && kind === 'text' && body.text && (heardSeq !== undefined || by.kind === 'operator'))
        door.tell({ from: by.kind === 'operator' ? 'operator' : 'visitor', text: body.text });
    heardSeq = copy.seq;
  };

  const endTyping = () => {
    typist?.cancel();
    typist = undefined;
    panel.setTyping(undefined);
  };

  const receive = (answer: ToChat['say']) => {
    switch (answer.t) {
      case 'state':
        return hear(answer);
      case 'older':
        for (const { id, name } of answer.people) names.set(id, name);
        copy.addOlder(answer);
        log.olderCame();
        return show();
      case 'ahead':
        said = answer;
        return show();
      case 'answer':
        if (answer.id === reachId) return ahead.answered(!answer.why);
        return outbox.answered(answer.id, answer.seq, answer.why);
      case 'pass':
        return files.passed(answer.pass);
      case 'typing':
        endTyping();
        if (!answer.on) return;
        typist = { id: answer.by.id, cancel: host.after(TYPING_MS, endTyping) };
        return panel.setTyping(answer.by.name);
    }
  };

  // What was open, and written, on the page before.
  const kept = readStored(clean(), 'sessionStorage', key) as Kept | undefined;
  if (typeof kept?.draft === 'string') panel.setDraft(kept.draft.slice(0, LIMITS.maxMessageChars));
  if (kept?.open) {
    // Not focused: the visitor is reading another page.
    isOpen = true;
  }
  if (readStored(clean(), 'localStorage', key)) void store.all().then(host.guard(outbox.restore));
  host.listen(document, 'visibilitychange', look);
  if (window.visualViewport) for (const type of ['resize', 'scroll']) host.listen(window.visualViewport, type, place);
  show();

  return {
    text: (data) => receive(parseToChat(data).say),
    online(now) {
      isOnline = now;
      panel.setOnline(now);
      log.olderCame();
      told = { delivered: 0, read: 0 };
      asksAhead = false;
      if (now) sync();
      else endTyping();
      askAhead();
      outbox.online(now);
      files.online(now);
      look();
    },
    setCode: panel.setCode,
    refused: () => panel.say(words.refused),
    visitBegan() {
      panel.setCode(undefined);
      // Nothing to read in it: the page is what matters now.
      if (!hasTalk()) shut();
    },
    changed(covered, visits) {
      isCovered = covered;
      isVisiting = visits;
      panel.turn(hasTalk(), visits);
      const isHidden = !isOpen || covered;
      if (panel.element.hidden && !isHidden) {
        panel.element.hidden = false;
        panel.shown();
        log.toEnd();
      }
      panel.element.hidden = isHidden;
      place();
      look();
      return isOpen;
    },
    open,
    shut,
    askCode() {
      open();
      panel.askCode();
    },
    write,
    heard(event) {
      if (!isOpen || !('key' in event)) return;
      const pressed = event as KeyboardEvent;
      if (media?.key(pressed)) return;
      if (panel.key(pressed) || pressed.isComposing) return;
      if (pressed.key === 'Escape' && pressed.type === 'keydown') shut();
    },
    close() {
      cancelPlace();
      media?.close();
      badge.remove();
      voice.remove();
    },
  };
}

/** With its size, if it is a picture: so that its place is known before it is there. */
async function measure(blob: File): Promise<ChosenFile> {
  // Its ending is what people go by.
  const cut = /^([^]*?)(\.[^.]{1,10})?$/.exec(blob.name) ?? [];
  const name = (cut[1] ?? '').slice(0, LIMITS.maxFileNameChars - 20) + (cut[2] ?? '');
  const file = { name, bytes: blob.size, type: blob.type.slice(0, LIMITS.maxMediaTypeChars), blob };
  if (!/^image\/(jpeg|png|webp|gif|avif)$/.test(blob.type)) return file;
  try {
    const bitmap = await createImageBitmap(blob);
    const { width, height } = bitmap;
    bitmap.close();
    return { ...file, width, height };
  } catch {
    return file;
  }
}

function addStyles({ surface: { root }, handover: { script }, make }: ChatDoor, css: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    const style = make('style', '', css);
    style.nonce = script.nonce ?? '';
    root.append(style);
  }
}
