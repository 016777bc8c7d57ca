// Owns the basket: its lines, its promo code and its sums, kept in localStorage and shared between tabs. Does not draw
// anything. Easy to get wrong: what is in storage may be of an older shop or another script's, so each line is checked
// against the goods and a line that no longer fits is dropped.

import { findGood, packings, unitPrice, type Good } from './goods.ts';

export interface Line {
  readonly id: string;
  readonly size: number;
  readonly packing: number;
  /** '' for the glaze of the main picture. */
  readonly glaze: string;
  readonly quantity: number;
}

export interface Sums {
  readonly goods: number;
  readonly discount: number;
  readonly delivery: number;
  readonly total: number;
}

export interface Basket {
  lines(): readonly (Line & { readonly good: Good; readonly price: number })[];
  count(): number;
  add(line: Line): void;
  setQuantity(line: Line, quantity: number): void;
  clear(): void;
  promo(): string | undefined;
  /** False when there is no such code. */
  applyPromo(code: string): boolean;
  removePromo(): void;
  sums(): Sums;
  onChange(listener: () => void): void;
}

export const freeDeliveryFrom = 5_000;
const deliveryPrice = 390;
const mostOfOne = 20;
const promoShares: Readonly<Record<string, number>> = { FIRSTLEAF: 0.1, GZHEL15: 0.15 };

function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null) return false;
  // A plain record of unknown values: each field is checked on this very line.
  const line = value as Record<string, unknown>;
  const good = typeof line['id'] === 'string' ? findGood(line['id']) : undefined;
  if (!good) return false;
  const fits = (index: unknown, length: number): boolean =>
    typeof index === 'number' && Number.isInteger(index) && index >= 0 && index < length;
  return (
    fits(line['size'], good.sizes.length) &&
    fits(line['packing'], packings.length) &&
    fits(line['quantity'], mostOfOne + 1) &&
    line['quantity'] !== 0 &&
    typeof line['glaze'] === 'string' &&
    ['', ...(good.glazes ?? [])].includes(line['glaze'])
  );
}

export function createBasket(storage: Storage, view: Window): Basket {
  const listeners: (() => void)[] = [];
  let lines: readonly Line[] = [];
  let promo: string | undefined;

  function read(): void {
    try {
      const saved: unknown = JSON.parse(storage.getItem('shop.basket') ?? '[]');
      lines = Array.isArray(saved) ? saved.filter(isLine) : [];
    } catch {
      // Not ours or damaged: an empty basket is the only honest reading.
      lines = [];
    }
    const code = storage.getItem('shop.promo') ?? '';
    promo = Object.hasOwn(promoShares, code) ? code : undefined;
  }

  function save(): void {
    storage.setItem('shop.basket', JSON.stringify(lines));
    if (promo) storage.setItem('shop.promo', promo);
    else storage.removeItem('shop.promo');
    for (const listener of listeners) listener();
  }

  const isSame = (a: Line, b: Line): boolean =>
    a.id === b.id && a.size === b.size && a.packing === b.packing && a.glaze === b.glaze;

  read();
  view.addEventListener('storage', () => {
    read();
    for (const listener of listeners) listener();
  });

  const basket: Basket = {
    lines: () =>
      lines.flatMap((line) => {
        const good = findGood(line.id);
        return good ? [{ ...line, good, price: unitPrice(good, line) * line.quantity }] : [];
      }),
    count: () => lines.reduce((sum, line) => sum + line.quantity, 0),
    add(line) {
      const old = lines.find((other) => isSame(other, line));
      const quantity = Math.min(mostOfOne, (old?.quantity ?? 0) + line.quantity);
      lines = old
        ? lines.map((other) => (other === old ? { ...old, quantity } : other))
        : [...lines, { ...line, quantity }];
      save();
    },
    setQuantity(line, quantity) {
      const wanted = Math.min(mostOfOne, Math.max(0, Math.round(quantity)));
      lines = lines
        .map((other) => (isSame(other, line) ? { ...other, quantity: wanted } : other))
        .filter((other) => other.quantity > 0);
      save();
    },
    clear() {
      lines = [];
      promo = undefined;
      save();
    },
    promo: () => promo,
    applyPromo(code) {
      const clean = code.trim().toUpperCase();
      if (!Object.hasOwn(promoShares, clean)) return false;
      promo = clean;
      save();
      return true;
    },
    removePromo() {
      promo = undefined;
      save();
    },
    sums() {
      const goods = basket.lines().reduce((sum, line) => sum + line.price, 0);
      const discount = Math.round(goods * (promo ? (promoShares[promo] ?? 0) : 0));
      const delivery = goods === 0 || goods - discount >= freeDeliveryFrom ? 0 : deliveryPrice;
      return { goods, discount, delivery, total: goods - discount + delivery };
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
  return basket;
}
