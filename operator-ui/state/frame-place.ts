// Where the bar of a frame stands, and where an element went that is out of the visitor's sight. Pure; all on the stage.

export type Rect = { left: number; top: number; width: number; height: number };
export type Way = 'up' | 'right' | 'down' | 'left';

/** From what it is about, and from the edges. */
const GAP = 8;

/** Undefined: some of it is in sight. */
export function wayTo(frame: Rect, sight: Rect): Way | undefined {
  if (frame.top + frame.height <= sight.top + 1) return 'up';
  if (frame.top >= sight.top + sight.height - 1) return 'down';
  if (frame.left + frame.width <= sight.left + 1) return 'left';
  if (frame.left >= sight.left + sight.width - 1) return 'right';
  return undefined;
}

export function cut(box: Rect, by: Rect): Rect {
  const left = Math.max(box.left, by.left);
  const top = Math.max(box.top, by.top);
  return {
    left,
    top,
    width: Math.max(0, Math.min(box.left + box.width, by.left + by.width) - left),
    height: Math.max(0, Math.min(box.top + box.height, by.top + by.height) - top),
  };
}

export function placeBar(about: {
  frame: Rect | undefined;
  area: Rect;
  way: Way | undefined;
  width: number;
  height: number;
}): { x: number; y: number } {
  const { frame, area, way, width, height } = about;
  const within = (value: number, from: number, room: number, size: number) =>
    Math.round(Math.max(from + GAP, Math.min(value, from + room - size - GAP)));
  const x = (value: number) => within(value, area.left, area.width, width);
  const y = (value: number) => within(value, area.top, area.height, height);
  const bottom = area.top + area.height;
  if (!frame) return { x: x(area.left + (area.width - width) / 2), y: y(bottom) };
  const middle = { x: frame.left + (frame.width - width) / 2, y: frame.top + (frame.height - height) / 2 };
  if (way === 'up' || way === 'down') return { x: x(middle.x), y: y(way === 'up' ? area.top : bottom) };
  if (way) return { x: x(way === 'left' ? area.left : area.left + area.width), y: y(middle.y) };
  // Above it; below, where there is no room; else within, at its top.
  const above = frame.top - GAP - height;
  const below = frame.top + frame.height + GAP;
  if (above >= area.top + GAP) return { x: x(frame.left), y: y(above) };
  if (below + height <= bottom - GAP) return { x: x(frame.left), y: y(below) };
  return { x: x(frame.left + GAP), y: y(Math.max(frame.top, area.top) + GAP) };
}

export function isSame(a: Rect | undefined, b: Rect | undefined): boolean {
  return a?.left === b?.left && a?.top === b?.top && a?.width === b?.width && a?.height === b?.height;
}
