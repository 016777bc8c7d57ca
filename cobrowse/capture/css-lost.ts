// What the CSSOM, through which linked and scripted style sheets are read, does not tell: a shorthand with var() once a longhand follows it
// (`font: 600 15px var(--sans)`, then `font-feature-settings`), whose longhands are written with empty values; and the
// conditions of imports, since the imported rules stand in their place.

import { dropCssUrls } from './css-urls.ts';

/** `text`: what the CSSOM made of the sheet. */
export function isLossy(text: string, sheet: CSSStyleSheet | null): boolean {
  return text.includes(': ;') || [...(sheet?.cssRules ?? [])].some(hasConditions);
}

/** An import with a layer, `supports()` or media; older browsers know only of media. */
function hasConditions(rule: CSSRule & Partial<CSSImportRule>): boolean {
  return !!rule.styleSheet && !!(rule.media?.length || rule.supportsText || typeof rule.layerName === 'string');
}

/** Where there is no text to send instead (adopted sheets, rules put in by script), the lost longhands are those of the
 * first element that the rule is for. Never a picture: it may be that element's own. */
export function withLonghands(text: string, root: Document | ShadowRoot): string {
  return text.replace(/([^{}]+)\{[^{}]*: ;[^{}]*/g, (rule, selector: string) => {
    try {
      // A document has no host, and an element that is not there no style: both end below.
      const found = /:host/.test(selector) ? (root as ShadowRoot).host : root.querySelector(selector);
      const style = getComputedStyle(found as Element);
      return rule.replace(
        /([\w-]+): ;/g,
        (_, name: string) => `${name}: ${dropCssUrls(style.getPropertyValue(name))};`,
      );
    } catch {
      return rule;
    }
  });
}
