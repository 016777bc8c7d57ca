// Which random pages the conformance tests run, and what they leave out.

import type { Run } from './conformance-host.ts';
import { createRandom } from './random.ts';

/** What random pages do not do; the reasons are in docs/decisions. */
export const AVOIDED: readonly string[] = [
  // Nothing tells of it: capture looks 400 ms later, and at the document's own sheets only.
  'adoptPushed',
  // rrweb's replay knows a list by one value: it can't show several choices, nor none.
  'select-multiple',
];

/** What pages were without when the first of these were found. */
const SMALLER = [
  'adoptPushed',
  'select-multiple',
  'style-texts',
  'rule-over-texts',
  'rule-parts',
  'checked-attribute',
  'shadow-empty',
];
const FEW = ['adoptPushed', 'select-multiple', 'rule-parts'];

/** Shortened runs that were wrong once, and what was. */
export const MENDED: readonly (Run & { what: string })[] = [
  {
    what: 'a shadow root in which nothing is left',
    ...{ seed: 1076992353, blocks: 3, isSliced: false, without: SMALLER },
    steps: [
      [331590411, 1442123073],
      [880237119, 1262526242],
      [1224828712, 1388875169],
    ],
  },
  {
    what: 'what stood in the shadow of a host that is taken out with it',
    ...{ seed: 57, blocks: 2, isSliced: false, without: FEW },
    steps: [[1300070038, 513839289]],
  },
  {
    what: 'a child of what has been away',
    ...{ seed: 100, blocks: 6, isSliced: false, without: FEW },
    steps: [[1079095226, 412399831, 2071936945], [1608250099, 765764243], [7914301]],
  },
  {
    what: 'sheets that a shadow root has adopted whose host moves',
    ...{ seed: 2, blocks: 3, isSliced: false, without: SMALLER },
    steps: [[2086523992]],
  },
  {
    what: 'a child that moved behind others while its siblings were on their way',
    ...{ seed: 204, blocks: 6, isSliced: true, without: FEW },
    steps: [],
  },
  {
    what: 'an attribute of what stands in something that has come and was sent',
    ...{ seed: 3677868860, blocks: 4, isSliced: true, without: FEW },
    steps: [],
  },
  {
    what: 'a modal dialog that is closed',
    ...{ seed: 627185453, blocks: 34, isSliced: false, without: FEW },
    steps: [[1548193903], [277861153]],
  },
];

/** The whole run follows from its seed. Small pages, and now and then a large one. */
export function randomRun(seed: number, options: { isSliced?: boolean } = {}): Run {
  const random = createRandom(seed);
  const blocks = random.below(8) === 0 ? 40 : 3 + random.below(12);
  const steps = Array.from({ length: random.below(6) + 1 }, () =>
    Array.from({ length: random.below(random.below(2) === 0 ? 4 : 20) + 1 }, () => random.below(2 ** 31)),
  );
  return { seed, blocks, steps, isSliced: options.isSliced ?? false, without: AVOIDED };
}
