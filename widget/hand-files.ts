// Files between an operator and the page, each only with the visitor's yes: a card at the field, in the operator's colour,
// that offers a file of the operator's or asks for one of the visitor's own. One at a time; what comes next takes its place.
//
//   giveFile → card → Put it in → fetched from the relay, of the length that was said → into the field
//   askFile  → card → Choose a file… → the browser's own choice → the page has it, and nobody else
//
// Easy to get wrong: only a trusted press counts, and only as hand-guard.ts has it. An offer may be taken back while its
// bytes are coming. A picture is drawn, not shown by address, which a page's policy may forbid; and only a small one, for
// some bytes may stand for a picture that takes all memory.

import type { FileTarget, Hand as Engine } from '../cobrowse/control.ts';
import { HAND_COLOURS, type Act, type Outcome, type Reason } from '../protocol/hand.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { HandDoor } from './hand-door.ts';
import type { Guards } from './hand-guard.ts';
import type { Who } from './hand-marks.ts';
import { pixelsOf } from './hand-picture.ts';
import type { HandWords } from './hand-words-en.ts';

type FileAct = Act & { t: 'askFile' | 'giveFile' };

export type FileOffers = {
  /** Settles when the visitor has answered, or cannot any more. */
  offer(who: Who, act: FileAct): Promise<Outcome>;
  /** Takes back what may not stay. */
  keep(stays: (id: string) => boolean): void;
  /** A key or the focus, in the surface. */
  heard(event: Event): void;
};

const GAP = 12;
const SHOWN_NAME = 60;
const PREVIEW = { width: 270, height: 130 };
/** Browsers decode all of a picture, four bytes a pixel, also where they are asked for a small one. */
const MOST_PIXELS = 16e6;

const refusal = (why: Reason): Outcome => ({ done: false, why });

export function createFileOffers(door: HandDoor, words: HandWords, guards: Guards, engine: () => Engine): FileOffers {
  const { make, mark, surface, handover } = door;
  const { host, script } = handover;
  let shown: { id: string; card: HTMLElement; settle(outcome: Outcome): void } | undefined;

  const fetched = async ({ id, bytes }: { id: string; bytes: number }): Promise<ArrayBuffer> => {
    const answer = await fetch(`${script.src.replace(/\/widget\/.*/, '')}/hand-file/${id}`, {
      headers: { authorization: `Bearer ${door.visit()?.resume}` },
      credentials: 'omit',
    });
    const body = await answer.arrayBuffer();
    if (!answer.ok || body.byteLength !== bytes) throw new Error('hand-file');
    return body;
  };

  /** Small, and only of a kind whose size can be told before it is decoded. */
  const preview = async (bytes: ArrayBuffer, type: string): Promise<Node> => {
    if (!(pixelsOf(new Uint8Array(bytes)) <= MOST_PIXELS)) throw new Error('hand-picture');
    const picture = await createImageBitmap(new Blob([bytes], { type }));
    const by = Math.min(1, PREVIEW.width / picture.width, PREVIEW.height / picture.height);
    const canvas = mark(make('canvas', ''), { role: 'img', 'aria-label': words.picture });
    canvas.width = Math.max(1, picture.width * by);
    canvas.height = Math.max(1, picture.height * by);
    canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas;
  };

  /** Beside what it is about, within the window; the card is fixed at its corner. */
  const place = (card: HTMLElement, target: FileTarget) => {
    const by = card.getBoundingClientRect().width / card.offsetWidth || 1;
    const { clientWidth, clientHeight } = document.documentElement;
    const [wide, tall] = [card.offsetWidth, card.offsetHeight];
    const about = target.box() ?? { left: GAP, top: clientHeight, bottom: clientHeight };
    const within = (value: number, most: number) => Math.max(GAP, Math.min(value / by, most / by - GAP));
    const below = about.bottom / by + GAP;
    const isBelow = below + tall + GAP < clientHeight / by;
    const y = isBelow ? below : about.top / by - GAP - tall;
    card.style.transform = `translate(${within(about.left, clientWidth - wide * by)}px,${within(y * by, clientHeight - tall * by)}px)`;
  };

  const offer = (who: Who, act: FileAct, target: FileTarget): Promise<Outcome> =>
    new Promise((resolve) => {
      const file = act.t === 'giveFile' ? act.file : undefined;
      const field = /“(.*)”$/s.exec(target.what)?.[1] ?? '';
      const title = file
        ? words.gives(who.name, shownName(file.name), sizeOf(file.bytes, door.words.code), field)
        : words.asksFile(who.name, field);
      const kind = /\.(\w{1,4})$/.exec(file?.name ?? '')?.[1] ?? '';
      const icon = mark(make('span', 'kind', kind), { 'aria-hidden': 'true' });
      const yes = make('button', 'main', file ? words.putIn : words.chooseFile);
      const no = make('button', 'side', words.noFile);
      const said = mark(make('p', '', title), { id: 'offer', role: 'alert' });
      const covered = mark(make('p', 'note', door.words.covered), { role: 'status' });
      covered.hidden = true;
      const card = make('div', 'card offer', make('div', 'about', icon, said), covered, make('div', 'row', no, yes));
      mark(card, { role: 'group', 'aria-labelledby': 'offer' });
      card.style.setProperty('--who', HAND_COLOURS[who.colour] ?? '');

      let bytes: Promise<ArrayBuffer> | undefined;
      let stopChoice = () => {};
      let isOver = false;
      const settle = (outcome: Outcome) => {
        if (isOver) return;
        isOver = true;
        shown = undefined;
        stopChoice();
        cancel();
        guard.close();
        card.remove();
        resolve(outcome);
      };
      const cancel = host.after(LIMITS.suggestionMs, () => settle(refusal('no-answer')));
      shown = { id: who.id, card, settle };

      /** The page takes it no more. */
      const hasEnded = () => {
        const refused = target.refusal();
        if (refused) settle(refused);
        return !!refused;
      };

      const put = async (of: NonNullable<typeof file>) => {
        try {
          const got = await (bytes ??= fetched(of));
          if (!isOver) settle(target.put({ name: of.name.replace(/[/\\]/g, '_'), type: of.type, bytes: got }));
        } catch {
          settle(refusal('failed'));
        }
      };
      const choose = () => {
        stopChoice();
        stopChoice = target.choose(settle);
      };
      host.listen(no, 'click', (event) => {
        if (event.isTrusted) settle(refusal('declined'));
      });
      host.listen(yes, 'click', (event) => {
        if (!event.isTrusted) return;
        const isMeant = guard.isMeant();
        covered.hidden = !guard.isCovered;
        if (!isMeant || hasEnded()) return;
        if (!file) return choose();
        guard.spend();
        void put(file);
      });
      const follow = host.guard(() => {
        if (isOver) return;
        place(card, target);
        nextFrame(follow);
      });
      surface.root.append(card);
      follow();
      const guard = guards.watch({ card, accept: yes, look: hasEnded });
      if (file?.type.startsWith('image/')) {
        bytes = fetched(file);
        bytes
          .then((got) => preview(got, file.type))
          .then(
            (picture) => card.prepend(picture),
            // Taken back, or a kind that is no picture here. It is fetched anew when it is wanted.
            () => (bytes = undefined),
          );
      }
    });

  return {
    async offer(who, act) {
      shown?.settle(refusal('withdrawn'));
      const target = engine().fileTarget(act);
      return 'put' in target ? offer(who, act, target) : target;
    },
    keep(stays) {
      if (shown && !stays(shown.id)) shown.settle(refusal('withdrawn'));
    },
    heard(event) {
      const at = event.composedPath()[0] as Node;
      if (!shown?.card.contains(at)) return;
      const { key } = event as KeyboardEvent;
      if (key === 'Escape' && event.type === 'keydown') shown.settle(refusal('declined'));
    },
  };
}

/** An Angular application checks everything that it has after each of the page's own frames. */
function nextFrame(task: () => void): void {
  const { __zone_symbol__requestAnimationFrame: own = requestAnimationFrame } = window as {
    __zone_symbol__requestAnimationFrame?: typeof requestAnimationFrame;
  };
  own.call(window, task);
}

/** Its ending is what people go by: no mark may turn it round, and no length push it out. */
function shownName(name: string): string {
  const clean = [...name.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '')];
  const half = SHOWN_NAME / 2;
  return clean.length > SHOWN_NAME ? `${clean.slice(0, half).join('')}…${clean.slice(-half).join('')}` : clean.join('');
}

function sizeOf(bytes: number, language: string): string {
  const isLarge = bytes >= 1e6;
  const style = { style: 'unit', unit: isLarge ? 'megabyte' : 'kilobyte', maximumFractionDigits: isLarge ? 1 : 0 };
  return new Intl.NumberFormat(language, style as Intl.NumberFormatOptions).format(
    isLarge ? bytes / 1e6 : Math.max(1, bytes / 1e3),
  );
}
