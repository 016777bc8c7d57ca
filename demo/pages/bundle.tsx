// "Build a set": the single-page part of the shop, in React. Steps are routes made with history.pushState; every field is
// controlled; the order of the set is changed by dragging or with the arrow keys.
//
// Easy to get wrong: the server answers every /bundle/… with the same page, so a reload in the middle must work; what
// was chosen lives in sessionStorage for that.

import {
  useEffect,
  useState,
  type PointerEvent as ReactPointerEvent,
  type KeyboardEvent,
  type MouseEvent,
} from 'react';
import { createRoot } from 'react-dom/client';
import { need } from '../shop/element.ts';
import { findGood, goods, isTea, kinds, type Good } from '../shop/goods.ts';
import { openShop, type Shop } from '../shop/page.ts';
import type { Words } from '../shop/language.ts';

const steps = [
  { path: '/bundle', words: { en: 'Teas', ru: 'Чаи' } },
  { path: '/bundle/cup', words: { en: 'A vessel', ru: 'Посуда' } },
  { path: '/bundle/card', words: { en: 'Card', ru: 'Открытка' } },
  { path: '/bundle/review', words: { en: 'In the box', ru: 'В коробке' } },
] as const;

interface Wrapping {
  readonly colour: 'flax' | 'indigo' | 'moss';
  readonly to: string;
  readonly text: string;
  readonly isSigned: boolean;
}

interface Draft {
  readonly teas: readonly string[];
  readonly vessel: string;
  readonly wrapping: Wrapping;
}

const emptyDraft: Draft = {
  teas: [],
  vessel: '',
  wrapping: { colour: 'flax', to: '', text: '', isSigned: true },
};

const wrappings: Readonly<Record<Wrapping['colour'], { readonly words: Words; readonly colour: string }>> = {
  flax: { words: { en: 'Flax', ru: 'Лён' }, colour: '#d9cdb4' },
  indigo: { words: { en: 'Indigo', ru: 'Индиго' }, colour: '#27407c' },
  moss: { words: { en: 'Moss', ru: 'Мох' }, colour: '#5f7a5c' },
};

const mostTeas = 5;

function readDraft(): Draft {
  try {
    const saved: unknown = JSON.parse(sessionStorage.getItem('shop.bundle') ?? 'null');
    // Written by this page only, in this tab; a foreign shape falls back to the empty set.
    if (typeof saved === 'object' && saved !== null && 'teas' in saved && 'wrapping' in saved)
      return { ...emptyDraft, ...(saved as Partial<Draft>) };
  } catch {
    // Damaged: start anew.
  }
  return emptyDraft;
}

const priceOf = (id: string): number => findGood(id)?.sizes[0]?.price ?? 0;

/** The set's own reduction: 5 % from three teas, 10 % with a vessel as well. */
function shareOff(draft: Draft): number {
  if (draft.teas.length < 3) return 0;
  return draft.vessel ? 0.1 : 0.05;
}

function totalOf(draft: Draft): number {
  const sum = [...draft.teas, draft.vessel].reduce((total, id) => total + priceOf(id), 0);
  return Math.round(sum * (1 - shareOff(draft)));
}

function App({ shop }: { readonly shop: Shop }) {
  const [path, setPath] = useState(location.pathname.replace(/\/$/, ''));
  const [draft, setDraft] = useState(readDraft);
  const [, setTold] = useState(0);
  const say = shop.say;

  useEffect(() => {
    const follow = (): void => setPath(location.pathname.replace(/\/$/, ''));
    window.addEventListener('popstate', follow);
    return () => window.removeEventListener('popstate', follow);
  }, []);
  useEffect(() => shop.speech.onChange(() => setTold((times) => times + 1)), [shop]);
  useEffect(() => sessionStorage.setItem('shop.bundle', JSON.stringify(draft)), [draft]);

  const at = Math.max(
    0,
    steps.findIndex((step) => step.path === path),
  );
  const go = (to: string): void => {
    history.pushState(null, '', to);
    setPath(to);
    window.scrollTo({ top: 0 });
  };
  const follow = (to: string) => (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    go(to);
  };
  const stepTitle = say((steps[at] ?? steps[0]).words);
  useEffect(() => {
    document.title = `${stepTitle} · ${say({ en: 'Build a set', ru: 'Собрать набор' })}`;
  }, [stepTitle, say]);

  const addToBasket = (): void => {
    for (const id of [...draft.teas, ...(draft.vessel ? [draft.vessel] : [])])
      shop.basket.add({ id, size: 0, packing: id === draft.vessel ? 2 : 0, glaze: '', quantity: 1 });
    setDraft(emptyDraft);
    shop.notice(
      { en: 'The set is in the basket', ru: 'Набор в корзине' },
      { href: '/basket', words: { en: 'Open', ru: 'Открыть' } },
    );
    go('/bundle');
  };

  const next = steps[at + 1];
  const before = steps[at - 1];
  return (
    <>
      <h1>{say({ en: 'Build a set', ru: 'Собрать набор' })}</h1>
      <nav className="step-nav" aria-label={say({ en: 'Steps', ru: 'Шаги' })}>
        <ol>
          {steps.map((step, index) => (
            <li key={step.path} data-done={index < at}>
              <a href={step.path} onClick={follow(step.path)} aria-current={index === at ? 'step' : undefined}>
                <span>{index + 1}</span>
                {say(step.words)}
              </a>
            </li>
          ))}
        </ol>
      </nav>
      <div className="two-columns">
        <div className="bundle-step" key={at}>
          {at === 0 && <TeaStep shop={shop} draft={draft} setDraft={setDraft} />}
          {at === 1 && <VesselStep shop={shop} draft={draft} setDraft={setDraft} />}
          {at === 2 && <CardStep shop={shop} draft={draft} setDraft={setDraft} />}
          {at === 3 && <ReviewStep shop={shop} draft={draft} setDraft={setDraft} />}
        </div>
        <aside className="box summary" aria-label={say({ en: 'Your set', ru: 'Ваш набор' })}>
          <BoxPicture draft={draft} />
          <dl className="sums">
            <div>
              <dt>{say({ en: 'Teas', ru: 'Чаи' })}</dt>
              <dd>
                {draft.teas.length} / {mostTeas}
              </dd>
            </div>
            <div>
              <dt>{say({ en: 'Vessel', ru: 'Посуда' })}</dt>
              <dd>{draft.vessel ? say(findGood(draft.vessel)?.name ?? { en: '', ru: '' }) : '—'}</dd>
            </div>
            {shareOff(draft) > 0 && (
              <div className="is-good">
                <dt>{say({ en: 'For the set', ru: 'За набор' })}</dt>
                <dd>−{Math.round(shareOff(draft) * 100)} %</dd>
              </div>
            )}
            <div className="is-total">
              <dt>{say({ en: 'Together', ru: 'Вместе' })}</dt>
              <dd>{shop.price(totalOf(draft))}</dd>
            </div>
          </dl>
          <div className="stack">
            {next && (
              <a className="button" href={next.path} onClick={follow(next.path)}>
                {say({ en: 'Next: ', ru: 'Дальше: ' })}
                {say(next.words).toLowerCase()}
              </a>
            )}
            {!next && (
              <button className="button" type="button" disabled={draft.teas.length === 0} onClick={addToBasket}>
                {say({ en: 'Put it in the basket', ru: 'Положить в корзину' })}
              </button>
            )}
            {before && (
              <a className="button quiet" href={before.path} onClick={follow(before.path)}>
                {say({ en: 'Back', ru: 'Назад' })}
              </a>
            )}
          </div>
        </aside>
      </div>
    </>
  );
}

interface StepProps {
  readonly shop: Shop;
  readonly draft: Draft;
  readonly setDraft: (change: (draft: Draft) => Draft) => void;
}

function BoxPicture({ draft }: { readonly draft: Draft }) {
  const cloth = wrappings[draft.wrapping.colour].colour;
  return (
    <svg className="box-picture" viewBox="0 0 300 170" aria-hidden="true">
      <path d="M24 60h252l-14 96H38Z" fill={cloth} />
      <path d="M24 60h252l-4 14H28Z" fill="rgb(0 0 0 / .16)" />
      {draft.teas.map((id, index) => (
        <image
          key={id}
          href={`/pictures/${id}-2.webp`}
          x={34 + index * 46}
          y={18}
          width="44"
          height="44"
          clipPath="inset(0 round 6px)"
        />
      ))}
      {Array.from({ length: mostTeas - draft.teas.length }, (_, index) => (
        <rect
          key={index}
          x={35 + (index + draft.teas.length) * 46}
          y={19}
          width="42"
          height="42"
          rx="6"
          fill="none"
          stroke="var(--line)"
          strokeDasharray="4 4"
        />
      ))}
      <path d="M118 156c10-30 54-30 64 0" fill="rgb(255 255 255 / .22)" />
      <path d="M24 60h252" stroke="rgb(255 255 255 / .35)" />
    </svg>
  );
}

function TeaStep({ shop, draft, setDraft }: StepProps) {
  const [filter, setFilter] = useState('');
  const say = shop.say;
  const shown = goods.filter(
    (good) =>
      isTea(good) && good.stock > 0 && `${good.name.en} ${good.name.ru}`.toLowerCase().includes(filter.toLowerCase()),
  );
  const toggle = (id: string): void =>
    setDraft((old) => ({
      ...old,
      teas: old.teas.includes(id)
        ? old.teas.filter((one) => one !== id)
        : old.teas.length < mostTeas
          ? [...old.teas, id]
          : old.teas,
    }));
  return (
    <>
      <div className="row spread">
        <h2>{say({ en: 'Up to five teas', ru: 'До пяти чаёв' })}</h2>
        <input
          className="short-field"
          type="search"
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          placeholder={say({ en: 'Name', ru: 'Название' })}
          aria-label={say({ en: 'Find a tea', ru: 'Найти чай' })}
        />
      </div>
      <ul className="pick-list">
        {shown.map((good) => (
          <Pick
            key={good.id}
            shop={shop}
            good={good}
            kind="checkbox"
            isChosen={draft.teas.includes(good.id)}
            isOff={!draft.teas.includes(good.id) && draft.teas.length >= mostTeas}
            choose={() => toggle(good.id)}
          />
        ))}
      </ul>
      {shown.length === 0 && <p className="soft">{say({ en: 'No such tea.', ru: 'Такого чая нет.' })}</p>}
    </>
  );
}

function Pick(props: {
  readonly shop: Shop;
  readonly good: Good;
  readonly kind: 'checkbox' | 'radio';
  readonly isChosen: boolean;
  readonly isOff: boolean;
  readonly choose: () => void;
}) {
  const { shop, good } = props;
  return (
    <li>
      <label className="pick" data-off={props.isOff}>
        <input
          type={props.kind}
          name={props.kind === 'radio' ? 'vessel' : good.id}
          checked={props.isChosen}
          disabled={props.isOff}
          onChange={props.choose}
        />
        <img src={`/pictures/${good.id}.webp`} width="72" height="72" alt="" loading="lazy" />
        <span>
          <strong>{shop.say(good.name)}</strong>
          <span className="soft small">{shop.say(kinds[good.kind])}</span>
        </span>
        <span className="price">{shop.price(priceOf(good.id))}</span>
      </label>
    </li>
  );
}

function VesselStep({ shop, draft, setDraft }: StepProps) {
  const say = shop.say;
  const vessels = goods.filter((good) => good.kind === 'cups' || good.kind === 'teapots');
  const choose = (id: string): void => setDraft((old) => ({ ...old, vessel: id }));
  return (
    <>
      <h2>{say({ en: 'What to brew it in', ru: 'В чём заваривать' })}</h2>
      <ul className="pick-list">
        {vessels.map((good) => (
          <Pick
            key={good.id}
            shop={shop}
            good={good}
            kind="radio"
            isChosen={draft.vessel === good.id}
            isOff={false}
            choose={() => choose(good.id)}
          />
        ))}
      </ul>
      {draft.vessel && (
        <button className="link-button" type="button" onClick={() => choose('')}>
          {say({ en: 'Only tea, no vessel', ru: 'Только чай, без посуды' })}
        </button>
      )}
    </>
  );
}

function CardStep({ shop, draft, setDraft }: StepProps) {
  const say = shop.say;
  const change = (part: Partial<Wrapping>): void =>
    setDraft((old) => ({ ...old, wrapping: { ...old.wrapping, ...part } }));
  const { colour, to, text, isSigned } = draft.wrapping;
  // The entries of a literal record: its keys are exactly the colours.
  const colours = Object.entries(wrappings) as [Wrapping['colour'], (typeof wrappings)[Wrapping['colour']]][];
  return (
    <>
      <h2>{say({ en: 'Cloth and card', ru: 'Платок и открытка' })}</h2>
      <div className="stack">
        <fieldset>
          <legend>{say({ en: 'Cloth', ru: 'Платок' })}</legend>
          <div className="choices">
            {colours.map(([name, { words, colour: paint }]) => (
              <label className="choice" key={name}>
                <input type="radio" name="cloth" checked={colour === name} onChange={() => change({ colour: name })} />
                <span className="dot" style={{ background: paint }} />
                <span>{say(words)}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <div className="field">
          <label htmlFor="card-to">{say({ en: 'To whom', ru: 'Кому' })}</label>
          <input id="card-to" value={to} maxLength={40} onChange={(event) => change({ to: event.target.value })} />
        </div>
        <div className="field">
          <label htmlFor="card-text">{say({ en: 'Words', ru: 'Слова' })}</label>
          <textarea
            id="card-text"
            value={text}
            maxLength={160}
            onChange={(event) => change({ text: event.target.value })}
          />
          <p className="field-note">{text.length} / 160</p>
        </div>
        <label className="toggle">
          <input
            type="checkbox"
            role="switch"
            checked={isSigned}
            onChange={(event) => change({ isSigned: event.target.checked })}
          />
          <span>{say({ en: 'Signed “with love, the workshop”', ru: 'С подписью «с любовью, мастерская»' })}</span>
        </label>
        <div className="card-preview" aria-live="polite" style={{ borderColor: wrappings[colour].colour }}>
          <p>
            <strong>{to || say({ en: 'Dear…', ru: 'Дорогая…' })}</strong>
          </p>
          <p>{text || say({ en: 'Your words will be here, in ink.', ru: 'Здесь будут ваши слова, чернилами.' })}</p>
          {isSigned && <p className="soft">{say({ en: 'with love, the workshop', ru: 'с любовью, мастерская' })}</p>}
        </div>
      </div>
    </>
  );
}

function ReviewStep({ shop, draft, setDraft }: StepProps) {
  const say = shop.say;
  const [dragged, setDragged] = useState<string>();

  const move = (id: string, to: number): void =>
    setDraft((old) => {
      const rest = old.teas.filter((one) => one !== id);
      return { ...old, teas: [...rest.slice(0, to), id, ...rest.slice(to)] };
    });

  const drag = (event: ReactPointerEvent<HTMLElement>): void => {
    if (!dragged) return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('li')];
    const over = rows.findIndex((row) => {
      const area = row.getBoundingClientRect();
      return event.clientY >= area.top && event.clientY < area.bottom;
    });
    if (over >= 0 && draft.teas[over] !== dragged) move(dragged, over);
  };

  const press = (id: string, index: number) => (event: KeyboardEvent) => {
    const to = event.key === 'ArrowUp' ? index - 1 : event.key === 'ArrowDown' ? index + 1 : -1;
    if (to < 0 || to >= draft.teas.length) return;
    event.preventDefault();
    move(id, to);
  };

  return (
    <>
      <h2>{say({ en: 'In what order to drink', ru: 'В каком порядке пить' })}</h2>
      <p className="soft">
        {say({
          en: 'Drag by the dots, or use the arrow keys. We number the packs.',
          ru: 'Перетащите за точки или стрелками. Мы пронумеруем пачки.',
        })}
      </p>
      {draft.teas.length === 0 && <p className="box">{say({ en: 'No tea chosen yet.', ru: 'Чай ещё не выбран.' })}</p>}
      <ol
        className="order-list"
        onPointerMove={drag}
        onPointerUp={() => setDragged(undefined)}
        onPointerLeave={() => setDragged(undefined)}
      >
        {draft.teas.map((id, index) => {
          const good = findGood(id);
          if (!good) return undefined;
          return (
            <li key={id} data-dragged={dragged === id} data-tea={id}>
              <button
                className="icon-button grip"
                type="button"
                aria-label={say({
                  en: `Move ${good.name.en}, now ${index + 1}`,
                  ru: `Переместить: ${good.name.ru}, сейчас ${index + 1}`,
                })}
                onPointerDown={(event) => {
                  event.currentTarget.releasePointerCapture(event.pointerId);
                  setDragged(id);
                }}
                onKeyDown={press(id, index)}
              >
                <svg className="icon" aria-hidden="true">
                  <use href="/brand/icons.svg#grip" />
                </svg>
              </button>
              <img src={`/pictures/${id}.webp`} width="56" height="56" alt="" draggable={false} />
              <span>
                <strong>{say(good.name)}</strong>
                <span className="soft small">{say(good.lead)}</span>
              </span>
              <button
                className="icon-button"
                type="button"
                aria-label={say({ en: `Take out ${good.name.en}`, ru: `Вынуть: ${good.name.ru}` })}
                onClick={() => setDraft((old) => ({ ...old, teas: old.teas.filter((one) => one !== id) }))}
              >
                <svg className="icon" aria-hidden="true">
                  <use href="/brand/icons.svg#close" />
                </svg>
              </button>
            </li>
          );
        })}
      </ol>
    </>
  );
}

createRoot(need(HTMLElement, '#bundle')).render(<App shop={openShop()} />);
