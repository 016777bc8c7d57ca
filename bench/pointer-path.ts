// The way on which the benches move a visitor's pointer: every point of it tells which move it was, so that whoever sees
// a pointer drawn knows how old it is. Lies within a viewport of 1280 x 800.

const COLUMNS = 110;
const ROWS = 50;
const STEP_PX = 10;
const LEFT_PX = 40;
const TOP_PX = 120;

/** Moves before the path begins again: a minute and a half at 60 a second. */
export const PATH_MOVES = COLUMNS * ROWS;

export function pointOf(move: number): { x: number; y: number } {
  return { x: LEFT_PX + (move % COLUMNS) * STEP_PX, y: TOP_PX + (Math.floor(move / COLUMNS) % ROWS) * STEP_PX };
}

/** Undefined: no point of the path. */
export function moveAt(x: number, y: number): number | undefined {
  const column = (x - LEFT_PX) / STEP_PX;
  const row = (y - TOP_PX) / STEP_PX;
  const isOnPath = [column, row].every((each) => Math.abs(each - Math.round(each)) < 0.06);
  if (!isOnPath || column < 0 || column >= COLUMNS || row < 0 || row >= ROWS) return undefined;
  return Math.round(row) * COLUMNS + Math.round(column);
}
