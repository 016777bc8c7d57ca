// Owns the customer's orders: two that the shop invented and those placed here, kept in localStorage. What is read back
// is checked, since anything may have been written there.

import type { Words } from './language.ts';

export interface Order {
  readonly number: string;
  readonly day: string;
  readonly goods: readonly { readonly id: string; readonly quantity: number }[];
  readonly total: number;
  readonly state: 'placed' | 'sent' | 'received';
  readonly address: string;
}

export const orderStates: Readonly<Record<Order['state'], { readonly words: Words; readonly look: string }>> = {
  placed: { words: { en: 'Being packed', ru: 'Собираем' }, look: 'tag warm' },
  sent: { words: { en: 'On its way', ru: 'В пути' }, look: 'tag cool' },
  received: { words: { en: 'Received', ru: 'Получен' }, look: 'tag' },
};

const invented: readonly Order[] = [
  {
    number: 'GL-20418',
    day: '2026-04-12',
    goods: [
      { id: 'teapot-gzhel', quantity: 1 },
      { id: 'ivan-chai', quantity: 2 },
    ],
    total: 6180,
    state: 'sent',
    address: 'Коломна, ул. Лажечникова, 9, кв. 4',
  },
  {
    number: 'GL-19877',
    day: '2026-01-30',
    goods: [
      { id: 'da-hong-pao', quantity: 1 },
      { id: 'cups', quantity: 1 },
      { id: 'bai-mu-dan', quantity: 1 },
    ],
    total: 5730,
    state: 'received',
    address: 'Коломна, ул. Лажечникова, 9, кв. 4',
  },
  {
    number: 'GL-18820',
    day: '2025-10-06',
    goods: [{ id: 'mug', quantity: 2 }],
    total: 3590,
    state: 'received',
    address: 'Казань, ул. Баумана, 31, пункт выдачи',
  },
];

function isOrder(value: unknown): value is Order {
  if (typeof value !== 'object' || value === null) return false;
  // A plain record of unknown values: each field is checked below.
  const order = value as Record<string, unknown>;
  return (
    ['number', 'day', 'address'].every((name) => typeof order[name] === 'string') &&
    typeof order['total'] === 'number' &&
    Object.hasOwn(orderStates, String(order['state'])) &&
    Array.isArray(order['goods']) &&
    order['goods'].every((one: unknown) => typeof one === 'object' && one !== null && 'id' in one && 'quantity' in one)
  );
}

function placedOrders(storage: Storage): readonly Order[] {
  try {
    const saved: unknown = JSON.parse(storage.getItem('shop.orders') ?? '[]');
    return Array.isArray(saved) ? saved.filter(isOrder) : [];
  } catch {
    // Damaged storage: the invented orders alone.
    return [];
  }
}

export function readOrders(storage: Storage): readonly Order[] {
  return [...placedOrders(storage), ...invented];
}

export function placeOrder(storage: Storage, order: Omit<Order, 'number' | 'state'>): Order {
  const before = placedOrders(storage);
  const placed: Order = { ...order, number: `GL-${20500 + before.length}`, state: 'placed' };
  storage.setItem('shop.orders', JSON.stringify([placed, ...before].slice(0, 20)));
  return placed;
}
