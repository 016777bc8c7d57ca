// The remote hand on the visitor's side, loaded when the relay first says something of it: asks the visitor for what an
// operator wishes, holds what was granted, shows it, draws what operators point at, and has the rest carried out by
// cobrowse/control.ts, or refuses it. Every act is answered once, but for a pointer, which nobody waits for.
//
//   relay hands → grants → question, rows in the badge, marks        relay act → granted? paused? → marks or engine → handled
//
// Easy to get wrong: the visit may not be here yet when the relay speaks, and ends without the relay; so everything is
// looked at anew whenever either changes (`changed`). An act begins in the task in which it comes, so that acts stay in
// order and none waits for another's answer.

import { createHand, joinEdits, type Edit, type Hand as Engine } from '../cobrowse/control.ts';
import type { FramesHandFile } from '../cobrowse/frames-hand.ts';
import {
  grantFor,
  isPassing,
  isPausedAt,
  OPEN_POLICY,
  parseToHand,
  type Act,
  type Grant,
  type HandPolicy,
  type Hands,
  type Outcome,
  type Place,
  type Reason,
} from '../protocol/hand.ts';
import { createBar, type Granted } from './hand-bar.ts';
import type { Hand, HandDoor, Wish } from './hand-door.ts';
import { createGhosts } from './hand-ghosts.ts';
import { createFileOffers } from './hand-files.ts';
import { createGiven } from './hand-given.ts';
import { createGrants } from './hand-grants.ts';
import { createGuards } from './hand-guard.ts';
import { createLedger, type Line } from './hand-ledger.ts';
import { createMarks, type Who } from './hand-marks.ts';
import { createRecord } from './hand-record.ts';
import { HAND_STYLES } from './hand-styles.ts';
import type { HandWords } from './hand-words-en.ts';

/** Name of a hashed file: put in by build.ts. */
declare const FRAMES_HAND_FILE: string;

/** Until another tab's storage is sure to be seen here, and a relay that knows nothing of us has not spoken. */
const SETTLE_MS = 1500;
/** What was done is written to storage so late: not with every key. */
const WRITE_MS = 250;
/** Pages change their address without loading, and say so to nobody. */
const ADDRESS_EVERY_MS = 500;

export async function load(door: HandDoor): Promise<Hand> {
  const words: HandWords =
    door.words.code === 'ru'
      ? (await import('./hand-words-ru.ts')).HAND_RU
      : (await import('./hand-words-en.ts')).HAND_EN;
  return startHand(door, words);
}

function startHand(door: HandDoor, words: HandWords): Hand {
  const { host, clean } = door.handover;
  const key = door.key + ':hand';
  const didKey = door.key + ':did';
  /** The relay's last word, and whether the grants have heard it: it may come before the visit. */
  let hands: Hands = [];
  let policy: HandPolicy = OPEN_POLICY;
  let isNews = false;
  let wasVisit = false;
  /** The wish that the visitor has answered: the relay's word on it may take a while. */
  let answered: string | undefined;
  let isLost = false;
  let engine: Engine | undefined;
  /** Did what can still be undone: with the visit the engine itself is over. */
  let undoer: Engine | undefined;
  /** What the relay has not heard of. */
  let untold: Parameters<typeof door.send>[0][] = [];
  let isDue = false;

  const capture = () => door.visit()?.capture;
  const view = () => door.visit()?.view ?? { state: 'idle' as const };
  const why = (id: string, grant: Grant): Reason | undefined => {
    const now = view();
    if (now.state !== 'viewed' || !grants.has(id, grant)) return 'not-granted';
    if (now.paused) return 'paused';
    return grant === 'control' && isPausedHere() ? 'paused-here' : undefined;
  };
  /** By the address as it is now: what the relay has been told of it is older, and may be masked. */
  const isPausedHere = () => isPausedAt(policy, location.href);

  const readKept = (key: string): unknown => {
    try {
      return clean().JSON.parse(localStorage[key] as string) as unknown;
    } catch {
      return undefined;
    }
  };
  const store = (key: string) => ({
    read: () => readKept(key),
    write(kept: unknown) {
      try {
        if (kept) localStorage[key] = clean().JSON.stringify(kept);
        else delete localStorage[key];
      } catch {
        // Full or forbidden: this tab goes on with what it has in memory.
      }
    },
  });
  const grants = createGrants({
    ...store(key),
    say: (operator, grant, on) => void door.send({ t: 'hand', say: { t: 'grant', operator, grant, on } }),
    soon: (settle) =>
      void host.after(SETTLE_MS, () => {
        settle();
        door.render();
      }),
  });

  const given = createGiven({
    ...store(key + ':given'),
    grant: (operator, grant) => grants.set(operator, grant, true),
  });

  const getEngine = (): Engine =>
    (undoer = engine ??=
      createHand({
        document,
        nodeOf: (id) => capture()?.nodeOf(id),
        // When nobody watches any more, what is put back is the visitor's own.
        isHidden: (element) => capture()?.isHidden(element) ?? 'room' in view(),
        isPausedIn: ({ location }) => isPausedAt(policy, location.href),
        uiAttribute: 'data-tandem-ui',
        guard: host.guard,
        after: host.after,
        frames: {
          guests: () => capture()?.guests() ?? [],
          load: () => import(new URL(FRAMES_HAND_FILE, import.meta.url).href) as Promise<FramesHandFile>,
          escaped: bar.escaped,
        },
      }));

  // Of a frame of another origin there is a stand-in.
  const nodeOf = (id: number) => capture()?.nodeOf(id) ?? getEngine().standIn(id);
  const idOf = (node: Node) => getEngine().idOf(node) ?? capture()?.idOf(node) ?? 0;
  const marks = createMarks({
    door,
    words,
    nodeOf,
    idOf,
    pointOf: (place) => getEngine().pointOf(place),
    boxOf: (node) => getEngine().boxOf(node),
  });

  const guards = createGuards(door);
  const ghosts = createGhosts({ door, words, guards, marks, engine: getEngine, nodeOf, idOf });
  const files = createFileOffers(door, words, guards, getEngine);

  const takeBack = (granted: readonly Granted[]) => {
    for (const { who, grant } of granted) {
      grants.set(who.id, grant, false);
      given.takenBack(grant);
      if (grant !== 'control') continue;
      engine?.letGo();
      marks.leave(who.id);
    }
    door.render();
  };
  const bar = createBar(door, words, takeBack, (event) => {
    guards.pressed(event);
    ghosts.pressed(event);
  });
  addStyles(door, HAND_STYLES);

  // ---- What was done, for the visitor ----

  const ledger = createLedger<Edit>({
    page: `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`,
    now: Date.now,
    join: joinEdits,
    read: () => readKept(didKey),
    write(kept) {
      try {
        const text = kept ? clean().JSON.stringify(kept) : '';
        if (kept) localStorage[didKey] = text;
        else delete localStorage[didKey];
        return text.length;
      } catch {
        return undefined;
      }
    },
    changed() {
      if (isDue) return;
      isDue = true;
      host.after(WRITE_MS, () => {
        isDue = false;
        ledger.sync();
        door.render();
      });
    },
  });
  const record = createRecord({
    door,
    words,
    ledger,
    addStyles: (css) => addStyles(door, css),
    canUndo(line) {
      const edit = ledger.editOf(line);
      return !!edit && ((undoer?.canUndo(edit) ?? false) || 'moved');
    },
    async undo(line: Line, isForced) {
      const edit = ledger.editOf(line);
      const undone = edit && (await undoer?.undo(edit, isForced));
      if (!undone) return { done: false, why: 'gone' };
      if (!undone.done) return undone;
      const { was, now } = undone;
      ledger.undone(line, now);
      untold.push({ t: 'hand', say: { t: 'undone', operator: line.by.id, what: line.what ?? '', was, now } });
      tellUndone();
      return undone;
    },
  });
  const tellUndone = () => {
    // Of a visit that is over nobody keeps a ledger.
    untold = 'room' in view() ? untold.filter((message) => !door.send(message)) : [];
  };
  for (const [target, type] of [
    [window, 'pagehide'],
    [document, 'visibilitychange'],
  ] as const)
    host.listen(target, type, () => ledger.sync());
  host.listen(window, 'storage', (event: StorageEvent) => {
    if (event.key !== didKey) return;
    ledger.sync();
    door.render();
  });
  // Nothing may have been said yet: it may be here for what is kept alone.
  host.after(0, door.render);

  // ---- What operators do ----

  const whoOf = ({ by, colour }: Hands[number]): Who => ({ ...by, colour });

  /** Where something lies in a frame of another origin, only that can say; the pointer does not go back meanwhile. */
  const point = (who: Who, at: Place | undefined, isDown: boolean) => {
    const n = (points.get(who.id) ?? 0) + 1;
    points.set(who.id, n);
    const wait = at && getEngine().located(at.node);
    if (!wait) return marks.point(who, at, isDown);
    void wait.then(host.guard(() => points.get(who.id) === n && mayPoint(who.id) && marks.point(who, at, isDown)));
  };
  /** In a frame whose page does not take part. */
  const isBeyond = (id: number) =>
    !getEngine().standIn(id) && [...(capture()?.guests() ?? [])].some((guest) => guest.ownId(id));
  const points = new Map<string, number>();
  const mayPoint = (id: string) => !why(id, 'point') || !why(id, 'control');

  const perform = async (who: Who, act: Act): Promise<Outcome> => {
    // A pointer goes whatever is allowed or paused just now.
    if (act.t === 'point' && !act.at) {
      point(who, undefined, false);
      return { done: true };
    }
    const mayGo = (): Outcome | undefined => {
      const refusal = why(who.id, grantFor(act));
      if (refusal === 'paused-here') engine?.letGo();
      return refusal && { done: false, why: refusal };
    };
    const refused = mayGo();
    if (refused) return refused;
    try {
      if (act.t === 'point') {
        point(who, act.at, act.down);
        return { done: true };
      }
      if (act.t === 'frame') await getEngine().located(act.node);
      if (act.t === 'frame')
        return marks.frame(who, act.node, act.note)
          ? { done: true }
          : { done: false, why: isBeyond(act.node) ? 'other-origin' : 'gone' };
      if (act.t === 'unframe') {
        marks.unframe(who.id);
        return { done: true };
      }
      if (act.t === 'draw') {
        const refused = marks.draw(who, act);
        return refused ? { done: false, why: refused } : { done: true };
      }
      if (act.t === 'unsuggest') {
        ghosts.withdraw(who.id);
        return { done: true };
      }
      if (act.t === 'askFile' || act.t === 'giveFile') return await files.offer(who, act);
      if (act.t === 'unoffer') {
        files.keep((id) => id !== who.id);
        return { done: true };
      }
      if (act.t === 'undraw') {
        marks.undraw(who.id, act.stroke);
        return { done: true };
      }
      if (act.t === 'move' || act.t === 'down') point(who, act.at, act.t === 'down');
      return await getEngine().perform(act, { mayGo });
    } catch {
      return { done: false, why: 'failed' };
    }
  };

  const receive = (by: string, n: number, act: Act) => {
    const found = hands.find((each) => each.by.id === by);
    const who = found ? whoOf(found) : { id: by, name: '', colour: 0 };
    const answer = host.guard((outcome: Outcome) => {
      if (act.t === 'point' || (isPassing(act) && outcome.done)) return;
      ledger.add(who, act, outcome, undoer?.editOf(outcome));
      door.send({ t: 'hand', say: { t: 'handled', operator: by, n, outcome } });
    });
    if (act.t === 'suggest' && !why(by, 'suggest')) ghosts.suggest(who, act, answer);
    else void perform(who, act).then(answer);
  };

  const left = (id: string) => {
    if (grants.has(id, 'control')) engine?.letGo();
    marks.leave(id);
    ghosts.withdraw(id);
    files.keep((other) => other !== id);
  };

  // ---- What the visitor is asked, and sees ----

  const wishNow = (): Wish | undefined => {
    const wished = hands.find(({ wish }) => wish);
    const grant = wished?.wish;
    const about = grant && `${grant} ${wished.by.id}`;
    if (about !== answered) answered = undefined;
    if (!about || answered) return undefined;
    const { id, name } = wished.by;
    const { title, ...said } = words.questions[grant](name, hasKeys());
    return {
      about,
      title,
      words: { ...door.words, ...said },
      answer(yes) {
        answered = about;
        grants.set(id, grant, yes);
        door.render();
      },
    };
  };

  /** What the question for the view says, too. */
  const offer = (): Wish | undefined => {
    const now = view();
    const grants = policy.given;
    if (grants.length === 0) return undefined;
    const { title, ...said } = words.given(now.state === 'asked' ? now.operator.name : undefined, grants);
    return { title, words: { ...door.words, ...said }, answered: (yes) => given.answered(grants, yes) };
  };

  /** While somebody has control and it may pause. */
  let isLooking = false;
  let wasPausedHere = false;
  const lookAtAddress = () => {
    isLooking = policy.pausedAt.length > 0 && hands.some(({ by }) => grants.has(by.id, 'control'));
    if (!isLooking) return;
    if (wasPausedHere !== isPausedHere()) door.render();
    host.after(ADDRESS_EVERY_MS, lookAtAddress);
  };

  const changed = (): Wish | undefined => {
    const now = view();
    const wasLost = isLost;
    isLost = now.state === 'lost';
    const isVisit = 'room' in now;
    grants.enter(isVisit ? now.room : undefined);
    given.enter(isVisit ? now.room : undefined);
    if (wasVisit && !isVisit) {
      hands = [];
      engine?.close();
      engine = undefined;
    }
    wasVisit = isVisit;
    // A page that was just loaded has no visit yet: what is stored says whether there is one.
    if (isVisit) ledger.enter(now.room);
    else if (!readKept(door.key) || now.state === 'ended') ledger.enter(undefined);
    if (untold.length > 0) tellUndone();
    if (isLost && !wasLost) {
      // Where they point from then on is not heard here.
      for (const each of hands) point(whoOf(each), undefined, false);
      grants.lost();
      // The relay may not have heard the answer.
      answered = undefined;
    }
    if (wasLost && !isLost) grants.back();
    if (isVisit && isNews) {
      isNews = false;
      grants.told(hands);
    }
    const isHere = now.state === 'viewed' && !now.paused;
    if (isHere && !document.hidden) given.watched(now.watchers);
    const has = ({ by }: Hands[number], grant: Grant) => grants.has(by.id, grant);
    wasPausedHere = isPausedHere();
    const mayControl = (id: string) => isHere && !wasPausedHere && grants.has(id, 'control');
    // From then on it knows what the visitor is doing, and keys in frames of other origins are heard: only there they are.
    if (hands.some(({ by }) => mayControl(by.id))) getEngine().look();
    else engine?.letGo();
    if (!isLooking) lookAtAddress();
    files.keep(mayControl);
    marks.keep(
      isHere,
      (id) => grants.has(id, 'point'),
      (id) => grants.has(id, 'control'),
    );
    ghosts.keep((id) => isHere && grants.has(id, 'suggest'));
    const granted = hands.flatMap((each) =>
      (['control', 'suggest', 'point'] as const)
        .filter((grant) => has(each, grant))
        .map((grant): Granted => ({ who: whoOf(each), grant })),
    );
    bar.show(granted, !isHere, wasPausedHere);
    record.show(isVisit);
    if (!isVisit) return offer();
    return isHere && !document.hidden ? wishNow() : undefined;
  };

  return {
    text: host.guard((data: string) => {
      const { say } = parseToHand(data);
      switch (say.t) {
        case 'act':
          return receive(say.by, say.n, say.act);
        case 'away':
          return left(say.by);
        case 'standing':
          door.send({ t: 'hand', say: { t: 'stands', operator: say.by, ...marks.standing(say.by) } });
          return;
        case 'policy':
          policy = say.policy;
          door.render();
          return;
        case 'hands':
          hands = say.hands;
          isNews = true;
          door.render();
      }
    }),
    changed: () => host.guard(changed)(),
    heard: host.guard((event: Event) => {
      bar.heard(event);
      guards.heard(event);
      ghosts.heard(event);
      files.heard(event);
      record.heard(event);
    }),
    get isShown() {
      return record.isShown;
    },
    close() {
      ghosts.close();
      files.keep(() => false);
      engine?.close();
      marks.close();
    },
  };
}

/** Who only touches the screen is told of no keys; hand-styles.ts has the same. */
const hasKeys = (): boolean => !matchMedia('(hover:none)').matches;

/** As the surface does it: a sheet of our own, or a style element with the snippet's nonce. */
function addStyles({ surface: { root }, handover: { script }, make }: HandDoor, css: string): void {
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
