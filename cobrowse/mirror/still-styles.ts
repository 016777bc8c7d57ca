// Which computed styles an element of a still picture carries itself. Lists, since to ask for all of the four hundred that
// a browser knows takes ten times as long, and most are other names for these.

/** Where an element that is written as another one stands. */
export const BOX_STYLES = [
  'display position top right bottom left z-index float clear box-sizing width height margin-top margin-right',
  'margin-bottom margin-left padding-top padding-right padding-bottom padding-left border-top border-right border-bottom',
  'border-left border-radius background-color object-fit object-position transform transform-origin translate rotate',
  'scale opacity visibility filter clip-path flex-grow flex-shrink flex-basis align-self justify-self order grid-column',
  'grid-row vertical-align box-shadow',
].flatMap((line) => line.split(' '));

const PAINT_STYLES = [
  'color font-family font-size font-weight font-style font-stretch font-variant font-feature-settings',
  'font-variation-settings font-kerning line-height letter-spacing word-spacing text-align text-align-last text-indent',
  'text-transform text-decoration text-underline-offset text-shadow text-overflow text-wrap white-space word-break',
  'overflow-wrap hyphens direction unicode-bidi writing-mode tab-size -webkit-text-fill-color -webkit-line-clamp',
  '-webkit-box-orient -webkit-text-stroke list-style-type list-style-position list-style-image quotes counter-reset',
  'counter-increment counter-set content background-image background-position background-size background-repeat',
  'background-origin background-clip background-blend-mode mask-image mask-size mask-position mask-repeat mask-mode',
  'border-image outline outline-offset overflow-x overflow-y min-width max-width min-height max-height flex-direction',
  'flex-wrap align-items align-content justify-content justify-items row-gap column-gap grid-template-columns',
  'grid-template-rows grid-auto-flow grid-auto-columns grid-auto-rows columns column-rule border-collapse border-spacing',
  'table-layout caption-side empty-cells mix-blend-mode isolation backdrop-filter perspective perspective-origin',
  'transform-style aspect-ratio appearance accent-color color-scheme contain fill fill-opacity fill-rule stroke',
  'stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-dasharray stroke-dashoffset stop-color stop-opacity',
  'text-anchor dominant-baseline paint-order clip-rule image-rendering',
].flatMap((line) => line.split(' '));

/** Of an element that no sheet's rules reach. Its height is a question of its own. */
export const COMPUTED_STYLES = [...BOX_STYLES.filter((name) => name !== 'height'), ...PAINT_STYLES];

/** What animations usually change: without one these would be what they are before or after it. */
export const MOVING_STYLES = (
  'opacity visibility transform translate rotate scale filter clip-path color background-color top left width height ' +
  'stroke-dashoffset'
).split(' ');

/** Looks as the system wants it to as long as nothing of it is styled. */
export function isControl(element: Element): boolean {
  return /^(input|select|textarea|button|progress|meter)$/.test(element.localName);
}
