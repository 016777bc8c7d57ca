// A picture comes in slices: a first part of the page, then what was not in it, node by node. Where several are here at
// once, as for somebody who joins, they are put together before anything is built: to build a page in one go, out of
// sight, takes about a third of the time of adding its nodes to a document one by one.
//
// What can't be put together stays as it is and is applied afterwards. Easy to get wrong: an add without a neighbour goes
// to the end, so of two for the same parent the later one must not be put in when the earlier one was not.

import { EVENT, idIn, isFields, listOf, NODE, SOURCE, textOf, type Fields } from './events.ts';

type Parent = {
  readonly children: unknown[];
  /** Where the last child was put. */
  last: number;
};

/** Children that are looked at or moved, all together; an honest page has far fewer, and a hostile one could take hours. */
const MOST_STEPS = 20_000_000;

/** Events that say the same as these. Those that are handed in may be changed. */
export function foldAdds(events: readonly unknown[]): readonly unknown[] {
  const at = events.findIndex((event) => isFields(event) && event.type === EVENT.FullSnapshot);
  const snapshot = events[at];
  if (at === events.length - 1 || !isFields(snapshot) || !isFields(snapshot.data)) return events;
  const parents = parentsIn(snapshot.data.node);
  let steps = 0;
  const folded: unknown[] = events.slice(0, at + 1);
  let isOver = false;
  for (const event of events.slice(at + 1)) {
    const data = isFields(event) && event.type === EVENT.Incremental && isFields(event.data) ? event.data : undefined;
    if (isOver || data?.source !== SOURCE.Mutation) {
      folded.push(event);
      continue;
    }
    // A node that goes and comes again is moved, with all that is below it.
    isOver = steps > MOST_STEPS || listOf(data.removes).length > 0;
    const adds = isOver
      ? data.adds
      : listOf(data.adds).filter((add) => {
          const moved = put(add, parents);
          steps += moved ?? 0;
          return moved === undefined;
        });
    folded.push({ ...(event as Fields), data: { ...data, adds } });
  }
  return folded;
}

/** Undefined: nothing may be put into it, or nothing more. */
type Parents = Map<number, Parent | undefined>;

function parentsIn(root: unknown): Parents {
  const parents: Parents = new Map();
  // A page may be nested a hundred thousand deep.
  const open: unknown[] = [root];
  while (open.length > 0) {
    const node = open.pop();
    if (!isFields(node)) continue;
    know(node, parents);
    for (const child of listOf(node.childNodes)) open.push(child);
  }
  return parents;
}

function know(node: Fields, parents: Parents): void {
  const id = idIn(node.id);
  if (id === undefined) return;
  // The text of a field is its value; what a frame shows is a document of its own.
  const isOpen = node.type === NODE.Document || (node.type === NODE.Element && textOf(node.tagName) !== 'textarea');
  const isPlain = Array.isArray(node.childNodes) && isOpen;
  parents.set(id, isPlain ? { children: node.childNodes as unknown[], last: -1 } : undefined);
}

/** How many children that took. Undefined: it is to be applied afterwards. */
function put(add: unknown, parents: Parents): number | undefined {
  if (!isFields(add) || !isFields(add.node)) return undefined;
  const { node } = add;
  const parentId = idIn(add.parentId);
  const id = idIn(node.id);
  if (parentId === undefined || id === undefined) return undefined;
  const parent = parents.get(parentId);
  if (!parent) return undefined;
  const place = parents.has(id) || node.type === NODE.Document ? undefined : placeOf(add, parent);
  if (place === undefined) {
    parents.set(parentId, undefined);
    return undefined;
  }
  const steps = place === parent.last || place === parent.last + 1 ? 1 : parent.children.length;
  const moved = parent.children.length - place;
  parent.last = place;
  if (moved === 0) parent.children.push(node);
  else parent.children.splice(place, 0, node);
  know(node, parents);
  for (const child of listOf(node.childNodes))
    for (const [childId, found] of parentsIn(child)) parents.set(childId, found);
  return steps + moved;
}

/** Before its next sibling, which is often the one behind the last that was put in. */
function placeOf(add: Fields, { children, last }: Parent): number | undefined {
  // Recorders of old name the node before.
  if (idIn(add.previousId) !== undefined) return undefined;
  const nextId = idIn(add.nextId);
  if (nextId === undefined) return children.length;
  const isNext = (child: unknown) => isFields(child) && child.id === nextId;
  if (isNext(children[last + 1])) return last + 1;
  if (isNext(children[last])) return last;
  const place = children.findIndex(isNext);
  return place < 0 ? undefined : place;
}
