// The remote hand on the visitor's side, loaded when the relay first says something of it: asks the visitor for what an
// operator wishes, holds what was granted, shows it, draws what operators point at, and has the rest carried out by
// cobrowse/control.ts, or refuses it. Every act is answered once, but for a pointer, which nobody waits for.
//
//   relay hands → grants → question, rows in the badge, marks        relay act → granted? paused? → marks or engine → handled
//
// Easy to get wrong: the visit may not be here yet when the relay speaks, and ends without the relay; so everything is
// looked at anew whenever either changes (`changed`). An act begins in the task in which it comes, so that acts stay in
// order and none waits for another's answer.

import { createHand, type Hand as Engine } from '../cobrowse/control.ts';
import {
  grantFor,
  parseToHand,
  type Act,
  type Grant,
  type Hands,
  type Outcome,
  type Reason,
} from '../protocol/hand.ts';
import { createBar, type Granted } from './hand-bar.ts';
import type { Hand, HandDoor, Wish } from './hand-door.ts';
import { createGrants } from './hand-grants.ts';
import { createMarks, type Who } from './hand-marks.ts';
import { HAND_STYLES } from './hand-styles.ts';
import type { HandWords } from './hand-words-en.ts';

/** Until another tab's storage is sure to be seen here, and a relay that knows nothing of us has not spoken. */
const SETTLE_MS = 1500;

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
  /** The relay's last word, and whether the grants have heard it: it may come before the visit. */
  let hands: Hands = [];
  let isNews = false;
  let wasVisit = false;
  /** The wish that the visitor has answered: the relay's word on it may take a while. */
  let answered: string | undefined;
  let isLost = false;
  let engine: Engine | undefined;

  const capture = () => door.visit()?.capture;
  const view = () => door.visit()?.view ?? { state: 'idle' as const };
  const why = (id: string, grant: Grant): Reason | undefined => {
    const now = view();
    if (now.state !== 'viewed' || !grants.has(id, grant)) return 'not-granted';
    return now.paused ? 'paused' : undefined;
  };

  const grants = createGrants({
    read() {
      try {
        return clean().JSON.parse(localStorage[key] as string) as unknown;
      } catch {
        return undefined;
      }
    },
    write(kept) {
      try {
        if (kept) localStorage[key] = clean().JSON.stringify(kept);
        else delete localStorage[key];
      } catch {
        // Full or forbidden: this tab goes on with what it has in memory.
      }
    },
    say: (operator, grant, on) => void door.send({ t: 'hand', say: { t: 'grant', operator, grant, on } }),
    soon: (settle) =>
      void host.after(SETTLE_MS, () => {
        settle();
        door.render();
      }),
  });

  const getEngine = (): Engine =>
    (engine ??= createHand({
      document,
      nodeOf: (id) => capture()?.nodeOf(id),
      isHidden: (element) => capture()?.isHidden(element) ?? true,
      uiAttribute: 'data-tandem-ui',
      guard: host.guard,
      after: host.after,
    }));

  const marks = createMarks({
    door,
    words,
    nodeOf: (id) => capture()?.nodeOf(id),
    idOf: (node) => capture()?.idOf(node) ?? 0,
    pointOf: (place) => getEngine().pointOf(place),
    boxOf: (node) => getEngine().boxOf(node),
  });

  const takeBack = (granted: readonly Granted[]) => {
    engine?.letGo();
    for (const { who, grant } of granted) {
      grants.set(who.id, grant, false);
      marks.clear(who.id);
    }
    door.render();
  };
  const bar = createBar(door, words, takeBack);
  addStyles(door);

  // ---- What operators do ----

  const perform = async (who: Who, act: Act): Promise<Outcome> => {
    const refusal = why(who.id, grantFor(act));
    if (refusal) return { done: false, why: refusal };
    try {
      if (act.t === 'point') {
        marks.point(who, act.at, act.down);
        return { done: true };
      }
      if (act.t === 'frame')
        return marks.frame(who, act.node, act.note) ? { done: true } : { done: false, why: 'gone' };
      if (act.t === 'unframe') {
        marks.unframe(who.id);
        return { done: true };
      }
      if (act.t === 'move' || act.t === 'down') marks.point(who, act.at, act.t === 'down');
      return await getEngine().perform(act);
    } catch {
      return { done: false, why: 'failed' };
    }
  };

  const receive = (by: string, n: number, act: Act) => {
    const who = hands.find((each) => each.by.id === by)?.by ?? { id: by, name: '' };
    void perform(who, act).then(
      host.guard((outcome) => {
        if (act.t === 'point' || (act.t === 'move' && outcome.done)) return;
        door.send({ t: 'hand', say: { t: 'handled', operator: by, n, outcome } });
      }),
    );
  };

  // ---- What the visitor is asked, and sees ----

  const wishNow = (): Wish | undefined => {
    const wished = hands.find(({ wish }) => wish);
    const grant = wished?.wish;
    const about = grant && `${grant} ${wished.by.id}`;
    if (about !== answered) answered = undefined;
    if (!about || answered) return undefined;
    const { id, name } = wished.by;
    const { title, ...said } = words.questions[grant](name);
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

  const changed = (): Wish | undefined => {
    const now = view();
    const wasLost = isLost;
    isLost = now.state === 'lost';
    const isVisit = 'room' in now;
    grants.enter(isVisit ? now.room : undefined);
    if (wasVisit && !isVisit) {
      hands = [];
      engine?.close();
      engine = undefined;
    }
    wasVisit = isVisit;
    if (isLost && !wasLost) {
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
    const has = ({ by }: Hands[number], grant: Grant) => grants.has(by.id, grant);
    if (!isHere || !hands.some((each) => has(each, 'control'))) engine?.letGo();
    marks.keep(isHere, (id) => grants.has(id, 'point') || grants.has(id, 'control'));
    // One line for each operator: who has the mouse may point as well.
    const granted = hands.flatMap((each): Granted[] => {
      const grant = (['control', 'point'] as const).find((grant) => has(each, grant));
      return grant ? [{ who: each.by, grant }] : [];
    });
    bar.show(granted, !isHere);
    return isHere && !document.hidden ? wishNow() : undefined;
  };

  return {
    text: host.guard((data: string) => {
      const { say } = parseToHand(data);
      if (say.t === 'act') return receive(say.by, say.n, say.act);
      hands = say.hands;
      isNews = true;
      door.render();
    }),
    changed: () => host.guard(changed)(),
    heard: host.guard(bar.heard),
    close() {
      engine?.close();
      marks.close();
    },
  };
}

/** As the surface does it: a sheet of our own, or a style element with the snippet's nonce. */
function addStyles({ surface: { root }, handover: { script }, make }: HandDoor): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(HAND_STYLES);
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  } catch {
    const style = make('style', '', HAND_STYLES);
    style.nonce = script.nonce ?? '';
    root.append(style);
  }
}
