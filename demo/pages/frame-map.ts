// The map, in a frame inside the booking's frame: a pin that says where the bell is, on hover, focus and touch. The
// drawing itself is in site/frames/map.html.

import { need } from '../shop/element.ts';
import { openFrame } from '../shop/frame.ts';

openFrame();
const pin = need(SVGGElement, '#pin');
const label = need(SVGGElement, '#pin-label');
const show = (isShown: boolean) => (): void => label.setAttribute('visibility', isShown ? 'visible' : 'hidden');
pin.addEventListener('pointerenter', show(true));
pin.addEventListener('pointerleave', show(false));
pin.addEventListener('focus', show(true));
pin.addEventListener('blur', show(false));
pin.addEventListener('click', show(true));
