// Which random pages the conformance tests run, and what they leave out.

import type { Run } from './conformance-host.ts';
import { createRandom } from './random.ts';

/** What @rrweb/record gets wrong, so that it is no oracle there; the reasons are in docs/decisions. An own capture that
 * does better takes its names off this list. */
export const AVOIDED: readonly string[] = [
  // Told by another observer than the removal, so that replay takes a node from where it no longer is.
  'between-trees',
  'moveIntoShadow',
  'moveOutOfShadow',
  'moveBetweenDocuments',
  // Moved twice in one batch, or into what is new in it: lost, or put twice.
  'fresh-moved',
  'wrap',
  'body',
  // What they hold is told before they are there again.
  'frames-moved',
  'frameMoved',
  'hosts-moved',
  // Not told.
  'shadow-empty',
  'adoptNone',
  'adoptPushed',
  'select-multiple',
  'optionSelected',
  'styleAddedAndChanged',
  // Told as something else.
  'attributeNamespaced',
  'svg-outside',
  'checked-attribute',
  'valueAttribute',
  // Texts and rules of style elements.
  'style-texts',
  'rule-over-texts',
  'styleText',
];

/** Seeds whose sequence is wrong in replay in spite of that. 173: a modal dialog that is closed stays modal there. */
export const KNOWN_WRONG: ReadonlySet<number> = new Set([173]);

/** The whole run follows from its seed. Small pages, and now and then a large one. */
export function randomRun(seed: number, options: { isSliced?: boolean } = {}): Run {
  const random = createRandom(seed);
  const blocks = random.below(8) === 0 ? 40 : 3 + random.below(12);
  const steps = Array.from({ length: random.below(6) + 1 }, () =>
    Array.from({ length: random.below(random.below(2) === 0 ? 4 : 20) + 1 }, () => random.below(2 ** 31)),
  );
  return { seed, blocks, steps, isSliced: options.isSliced ?? false, without: AVOIDED };
}
