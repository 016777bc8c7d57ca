// A room for tests of the remote hand: the relay's real live part, a visitor with tabs and operators with consoles, over
// connections without a line. What each hears is kept by kind.

import { encodeFrames, KIND, setOrdinal } from '../../protocol/codec.ts';
import {
  parseToHand,
  type Act,
  type Grant,
  type HandPolicy,
  type Hands,
  type Outcome,
  type ToHand,
  type ToOperatorHand,
} from '../../protocol/hand.ts';
import { parseToOperator, parseToVisitor, type RoomView } from '../../protocol/messages.ts';
import type { SendResult } from '../../relay/live/peer.ts';
import { createFakeSocket } from './fake-socket.ts';
import { createClock, createNetwork } from './fake-world.ts';
import { createRandom } from './random.ts';
import { operatorCalled, SITE, startSimRelay } from './sim-relay.ts';

export type HandTab = ReturnType<HandsRoom['tab']>;
export type HandConsole = ReturnType<HandsRoom['console']>;
export type HandsRoom = ReturnType<typeof openHandsRoom>;
type ActSaid = ToHand['say'] & { t: 'act' };

export const FRAME: Act = { t: 'frame', node: 1, note: '' };
export const CLICK: Act = { t: 'down', at: { node: 1, x: 0.5, y: 0.5 }, button: 0, clicks: 1, mods: 0 };

export function openHandsRoom() {
  const clock = createClock();
  let tasks: (() => void)[] = [];
  const endTurn = () => {
    const due = tasks;
    tasks = [];
    for (const task of due) task();
  };
  const network = { ...createNetwork(1 << 20), soon: (task: () => void) => void tasks.push(task) };
  const start = () => startSimRelay(clock, network, createRandom(1));
  let relay = start();
  let token: string | undefined;
  let resume: string | undefined;
  let room = '';
  let visitor = '';
  /** Of the room's last frame. */
  let sequence = 0;

  /** A connection of this tab, of a page that has just been loaded: it says hello. */
  const tab = (key: string, url = 'https://shop.example/') => {
    const acts: ActSaid[] = [];
    const hands: Hands[] = [];
    /** Whose marks it was asked for. */
    const asked: string[] = [];
    /** What it was told of the site's policy. */
    const policies: HandPolicy[] = [];
    const heardPolicy = (text: string) => {
      const { say } = parseToHand(text);
      if (say.t === 'policy') policies.push(say.policy);
    };
    /** Kinds of what it heard, in order. */
    const heard: string[] = [];
    const line: { waiting: number; takes: SendResult; closed: string | undefined } = {
      waiting: 0,
      takes: 'sent',
      closed: undefined,
    };
    const end = relay.acceptVisitor()(
      createFakeSocket({
        text(text) {
          if (line.takes === 'dropped') return 'dropped';
          if (text.startsWith('{"t":"hand"')) {
            const { say } = parseToHand(text);
            heard.push(say.t);
            if (say.t === 'act') acts.push(say);
            else if (say.t === 'standing') asked.push(say.by);
            else if (say.t === 'hands') hands.push(say.hands);
            else heardPolicy(text);
            return line.takes;
          }
          const message = parseToVisitor(text);
          heard.push(message.t);
          if (message.t === 'welcome') {
            ({ token } = message);
            if (message.hand !== undefined) heardPolicy(message.hand);
          }
          const visit = message.t === 'welcome' || message.t === 'visit' ? message.visit : undefined;
          if (visit) ({ room, resume } = visit);
          return line.takes;
        },
        waiting: () => line.waiting,
        closed(why) {
          line.closed = why;
          end.closed();
        },
      }),
    );
    const say = (message: unknown) => end.text(JSON.stringify(message));
    const bornAt = clock.now();
    let ordinal = 0;
    const send = (kind: typeof KIND.Snapshot | typeof KIND.Change, more = false) => {
      const [frame = new Uint8Array()] = encodeFrames(kind, new Uint8Array(40));
      setOrdinal(frame, ++ordinal);
      if (more) frame[1] = 1;
      end.bytes(frame);
      endTurn();
      sequence++;
    };
    say({
      t: 'hello',
      site: SITE.key,
      tab: key,
      lang: 'en',
      page: { url, title: '', visible: true, viewport: { width: 800, height: 600 } },
      ...(token === undefined ? {} : { token }),
      ...(resume === undefined ? {} : { resume }),
    });
    return {
      acts,
      hands,
      asked,
      policies,
      heard,
      line,
      say,
      hand: (said: unknown) => say({ t: 'hand', say: said }),
      grant: (operator: string, grant: string, on = true) =>
        say({ t: 'hand', say: { t: 'grant', operator, grant, on } }),
      /** Answers the last act that came, or this one. */
      handled: (outcome: Outcome = { done: true }, act = acts.at(-1)) =>
        say({ t: 'hand', say: { t: 'handled', operator: act?.by, n: act?.n, outcome } }),
      picture: () => send(KIND.Snapshot),
      piece: () => send(KIND.Snapshot, true),
      change: () => send(KIND.Change),
      /** A link that is back goes on where the one before it stopped. */
      goOn: (from: number) => (ordinal = from),
      probe: (of = bornAt) => say({ t: 'probe', at: clock.now() - of }),
      bornAt,
      lose: () => end.closed(),
    };
  };

  const console = (operator: string, account?: string) => {
    const answers: (ToOperatorHand & { t: 'handled' })[] = [];
    const denied: string[] = [];
    /** What others show, and the kinds of all that it heard, in order. */
    const shown: (ToOperatorHand & { t: 'shown' })[] = [];
    const heard: string[] = [];
    const refused: string[] = [];
    const views: RoomView[] = [];
    const line: { closed: string | undefined; waiting: number; may: Grant[] } = {
      closed: undefined,
      waiting: 0,
      may: [],
    };
    const end = relay.acceptOperator(operatorCalled(operator, account))(
      createFakeSocket({
        text(text) {
          const message = parseToOperator(text);
          heard.push(message.t);
          if (message.t === 'welcome') line.may = message.operator.may;
          if (message.t === 'room') views.push(message.view);
          if (message.t === 'rows') visitor = message.put[0]?.id ?? visitor;
          if (message.t === 'refused') refused.push(`${message.what} ${message.why} ${message.about}`);
          if (message.t !== 'hand') return;
          if (message.say.t === 'handled') answers.push(message.say);
          else if (message.say.t === 'shown') shown.push(message.say);
          else if (message.say.t === 'denied') {
            const { grant, by } = message.say;
            denied.push(by ? `${grant} by ${by.name}` : grant);
          }
        },
        waiting: () => line.waiting,
        closed(why) {
          line.closed = why;
          end.closed();
        },
      }),
    );
    const say = (message: unknown) => end.text(JSON.stringify(message));
    let n = 0;
    const hand = (said: unknown) => say({ t: 'hand', room, say: said });
    return {
      answers,
      denied,
      shown,
      heard,
      refused,
      views,
      line,
      say,
      hand,
      watch: () => say({ t: 'watch', room }),
      leave: () => say({ t: 'leave', room }),
      wish: (grant: string) => hand({ t: 'wish', grant }),
      handOver: (to: string, yes: boolean) => hand({ t: 'handOver', to, yes }),
      act: (act: Act, { tab = 1, seen = sequence, number = ++n } = {}) => hand({ t: 'act', tab, n: number, seen, act }),
      /** What became of its acts, in the order it was told. */
      get outcomes() {
        return answers.map(({ n, outcome }) => `${n} ${outcome.done ? 'done' : outcome.why}`);
      },
      lose: () => end.closed(),
    };
  };

  /** What the site's owner has just set up. */
  const setPolicy = (change: Partial<HandPolicy>) => {
    relay.sites = relay.sites.map((site) => ({ ...site, hand: { ...site.hand, ...change } }));
    relay.live.setUpAnew();
  };
  const setRights = (operator: string, may: Grant[]) => {
    relay.rights.set(operator, may);
    relay.live.setUpAnew();
  };

  return {
    clock,
    get relay() {
      return relay;
    },
    /** Another one takes its place, which knows nothing. Whoever was connected says hello again. */
    restart() {
      relay.stop();
      relay = start();
    },
    setPolicy,
    setRights,
    tab,
    console,
    /** A tab of another visitor, whose room is the one from then on. */
    another(key: string) {
      token = resume = undefined;
      sequence = 0;
      const opened = tab(key);
      opened.say({ t: 'show' });
      return opened;
    },
    get room() {
      return room;
    },
    /** The visitor, as the live list has them. */
    get visitor() {
      return visitor;
    },
    get sequence() {
      return sequence;
    },
  };
}

/** A visitor whose page `anna` watches, with its picture. Ready to act if she has been granted this. */
export function openWatched(...granted: string[]) {
  const world = openHandsRoom();
  const tab = world.tab('tab1');
  tab.say({ t: 'show' });
  const anna = world.console('anna');
  anna.watch();
  tab.picture();
  world.clock.advance(1000);
  for (const grant of granted) {
    anna.wish(grant);
    tab.grant('anna', grant);
  }
  return { world, clock: world.clock, tab, anna };
}

/** `anna point+control wish (who it waits for)` for each. */
export function shownHands(hands: Hands | undefined): string[] {
  return (hands ?? []).map(({ by, grants, wish, waitsFor }) =>
    [by.name, grants.join('+'), wish ?? '', waitsFor === undefined ? '' : `(${waitsFor})`].join(' ').trim(),
  );
}
