// Animations that a script of the visitor's page has started (element.animate). Those of style sheets run by themselves.
// They run on the mirror's own clock from where the visitor's stood: no clock of the visitor's decides when.

import { safeCssValue, type Addresses } from './attributes.ts';
import { finite, isFields, listOf, textOf, type Fields } from './events.ts';
import { isElement } from './node-kinds.ts';
import type { NodeMap } from './node-map.ts';

/** Past it the oldest ends: a page that forgets to cancel must not fill the mirror. */
const MAX_ANIMATIONS = 500;
/** Names under which getKeyframes() says more than a style. */
const KEYFRAME_FIELDS: ReadonlySet<string> = new Set(['offset', 'computedOffset', 'easing', 'composite']);
const FILLS: ReadonlySet<string> = new Set(['none', 'forwards', 'backwards', 'both', 'auto']);
const DIRECTIONS: ReadonlySet<string> = new Set(['normal', 'reverse', 'alternate', 'alternate-reverse']);

export type Animations = { apply(payload: Fields): void };

export function createAnimations(nodes: NodeMap, addresses: Addresses): Animations {
  const running = new Map<string, Animation>();

  const keyframesOf = (payload: Fields, element: Element): Keyframe[] =>
    listOf(payload.keyframes).flatMap((from) => {
      if (!isFields(from)) return [];
      const keyframe: Keyframe = {};
      for (const name of Object.keys(from)) {
        const value = from[name];
        if (name === 'computedOffset') continue;
        if (name === 'offset') keyframe.offset = finite(value) ?? null;
        else if (KEYFRAME_FIELDS.has(name)) Object.assign(keyframe, { [name]: textOf(value) });
        else if (typeof value === 'string') keyframe[name] = safeCssValue(value, element, 'style', addresses);
      }
      return [keyframe];
    });

  return {
    apply(payload) {
      const name = `${String(payload.id)} ${String(payload.key ?? '')}`;
      running.get(name)?.cancel();
      running.delete(name);
      if (payload.cancel === true) return;
      const element = typeof payload.id === 'number' ? nodes.get(payload.id) : undefined;
      const timing = isFields(payload.timing) ? payload.timing : {};
      if (!isElement(element)) return;
      const options: KeyframeAnimationOptions = {
        delay: finite(timing.delay) ?? 0,
        endDelay: finite(timing.endDelay) ?? 0,
        duration: Math.max(0, finite(timing.duration) ?? 0),
        iterations: Math.max(0, finite(timing.iterations) ?? 1),
        iterationStart: Math.max(0, finite(timing.iterationStart) ?? 0),
        easing: textOf(timing.easing) || 'linear',
      };
      // The casts: the sets hold nothing else.
      if (DIRECTIONS.has(textOf(timing.direction))) options.direction = textOf(timing.direction) as PlaybackDirection;
      if (FILLS.has(textOf(timing.fill))) options.fill = textOf(timing.fill) as FillMode;
      if (textOf(payload.pseudo) !== '') options.pseudoElement = textOf(payload.pseudo);
      const animation = element.animate(keyframesOf(payload, element), options);
      const rate = finite(timing.playbackRate);
      if (rate !== undefined) animation.playbackRate = rate;
      const at = finite(payload.currentTime);
      if (at !== undefined) animation.currentTime = at;
      if (payload.playState === 'paused') animation.pause();
      running.set(name, animation);
      for (const [oldest, old] of running) {
        if (running.size <= MAX_ANIMATIONS) break;
        old.cancel();
        running.delete(oldest);
      }
      const forget = () => {
        // One without a fill is over when it ends; one with a fill is still shown.
        if (running.get(name) === animation && animation.replaceState !== 'active') running.delete(name);
      };
      animation.finished.then(forget, forget);
    },
  };
}
