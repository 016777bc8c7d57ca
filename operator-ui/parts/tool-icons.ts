// The sign of each of the operator's tools, wherever it is spoken of.

import Eye from '@lucide/svelte/icons/eye';
import Hand from '@lucide/svelte/icons/hand';
import Lightbulb from '@lucide/svelte/icons/lightbulb';
import MousePointer2 from '@lucide/svelte/icons/mouse-pointer-2';
import PencilLine from '@lucide/svelte/icons/pencil-line';
import SquareDashedMousePointer from '@lucide/svelte/icons/square-dashed-mouse-pointer';
import type { Tool } from '../state/hand.svelte.ts';

export const toolIcons = {
  look: Eye,
  point: MousePointer2,
  frame: SquareDashedMousePointer,
  draw: PencilLine,
  suggest: Lightbulb,
  control: Hand,
} satisfies Record<Tool, unknown>;
