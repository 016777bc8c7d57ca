// The geometry of a long list with rows of one height: which rows to draw, and where to scroll so that a row is seen.
// Pure; parts/visitor-list.svelte owns the elements.

export type ListWindow = { from: number; to: number };

/** Rows [from, to) to draw. `spare` rows more on either side, so that a fast wheel shows no blanks. */
export function windowOf(input: {
  top: number;
  height: number;
  rowHeight: number;
  count: number;
  spare: number;
}): ListWindow {
  const first = Math.floor(Math.max(0, input.top) / input.rowHeight);
  const fit = Math.ceil(input.height / input.rowHeight) + 1;
  // The list may have shrunk below the scroll position that the browser still reports.
  const start = Math.max(0, Math.min(first, input.count - fit));
  return { from: Math.max(0, start - input.spare), to: Math.min(input.count, start + fit + input.spare) };
}

/** The scroll position nearest to `top` at which row `index` is wholly seen. */
export function topToSee(input: { index: number; top: number; height: number; rowHeight: number }): number {
  const rowTop = input.index * input.rowHeight;
  if (rowTop < input.top) return rowTop;
  return Math.max(input.top, rowTop + input.rowHeight - input.height);
}

export type Place = { readonly id: string; readonly at: number };

/** Farther than rows are pushed by what comes and goes between two drawings; who is not found within has moved itself. */
const NEAR_ROWS = 300;

/**
 * By how many rows those that were in sight have been pushed down, the middle of what each says: one that itself moved
 * in the order (another page, sorted by page) must not take the whole list along.
 */
export function shiftOf(sighted: readonly Place[], rows: readonly { readonly row: { readonly id: string } }[]): number {
  if (sighted.every(({ id, at }) => rows[at]?.row.id === id)) return 0;
  const shifts: number[] = [];
  for (const { id, at } of sighted) {
    for (let away = 0; away <= NEAR_ROWS; away++) {
      const isBelow = rows[at + away]?.row.id === id;
      if (!isBelow && rows[at - away]?.row.id !== id) continue;
      shifts.push(isBelow ? away : -away);
      break;
    }
  }
  shifts.sort((a, b) => a - b);
  return shifts[shifts.length >> 1] ?? 0;
}

/** Where a movement key leads from `index` (-1: nowhere yet); undefined for other keys. */
export function indexAfterKey(key: string, index: number, count: number, page: number): number | undefined {
  if (count === 0) return undefined;
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, index + 1);
    case 'ArrowUp':
      return index < 0 ? last : Math.max(0, index - 1);
    case 'PageDown':
      return Math.min(last, Math.max(0, index) + page);
    case 'PageUp':
      return Math.max(0, index - page);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}
