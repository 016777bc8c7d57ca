// Where the caret or the selection of a text field is. Browsers tell it only of real focus, so the field's text is laid
// out again in a box that looks the same, measured, and taken away before anything is painted.
//
// Easy to get wrong: the box stands at the end of the document's root element, outside of the body, where hardly any
// page's styles look, and for no longer than the measurement.

import type { Box } from './geometry.ts';

/** Past it the field shows its end anyway; laying out a novel on every key press would be felt. */
const MAX_CHARS = 20_000;
const COPIED = [
  'direction', 'boxSizing', 'width', 'height', 'borderTopWidth', 'borderRightWidth', 'borderBottomWidth', 'borderLeftWidth',
  'paddingTop', 'paddingRight', 'paddingBottom', 'paddingLeft', 'fontStyle', 'fontVariant', 'fontWeight', 'fontStretch',
  'fontSize', 'fontFamily', 'fontKerning', 'fontFeatureSettings', 'lineHeight', 'textAlign', 'textTransform', 'textIndent',
  'letterSpacing', 'wordSpacing', 'tabSize', 'textRendering', 'wordBreak', 'writingMode',
] as const; // prettier-ignore

/** Boxes in CSS pixels of the field's own viewport: one with no width for a caret, one for each line of a selection. */
export function measureField(field: HTMLInputElement | HTMLTextAreaElement, start: number, end: number): Box[] {
  const document = field.ownerDocument;
  const view = document.defaultView;
  if (!view || field.value.length > MAX_CHARS) return [];
  const style = view.getComputedStyle(field);
  const isLine = field.localName === 'input';
  const text = field.getAttribute('type')?.toLowerCase() === 'password' ? '•'.repeat(field.value.length) : field.value;
  const copy = document.createElement('div');
  for (const name of COPIED) copy.style[name] = style[name];
  const own: Partial<CSSStyleDeclaration> = {
    position: 'fixed',
    left: '0',
    top: '0',
    visibility: 'hidden',
    overflow: 'hidden',
    borderStyle: 'solid',
    whiteSpace: isLine ? 'pre' : 'pre-wrap',
    overflowWrap: isLine ? 'normal' : 'break-word',
    margin: '0',
    transform: 'none',
    transition: 'none',
  };
  Object.assign(copy.style, own);
  // A field of one line centres it; a box does not.
  if (isLine)
    copy.style.lineHeight = `${field.clientHeight - number(style.paddingTop) - number(style.paddingBottom)}px`;
  const marked = document.createElement('span');
  marked.textContent = text.slice(start, end) || '\u200b';
  copy.append(text.slice(0, start), marked, text.slice(end));
  document.documentElement.append(copy);
  const rects = [...marked.getClientRects()];
  const origin = copy.getBoundingClientRect();
  copy.remove();
  const box = field.getBoundingClientRect();
  const scaleX = field.offsetWidth > 0 ? box.width / field.offsetWidth : 1;
  const scaleY = field.offsetHeight > 0 ? box.height / field.offsetHeight : 1;
  const glyph = Math.min(number(style.fontSize) * 1.25, number(copy.style.lineHeight) || Number.POSITIVE_INFINITY);
  const visible: Box[] = [];
  for (const rect of rects) {
    const height = isLine ? glyph : rect.height;
    const x = rect.x - origin.x - field.scrollLeft;
    const y = rect.y - origin.y - field.scrollTop + (rect.height - height) / 2;
    const width = start === end ? 0 : rect.width;
    if (x < -1 || y + height < 0 || x > field.offsetWidth || y > field.offsetHeight) continue;
    visible.push({
      x: box.x + x * scaleX,
      y: box.y + y * scaleY,
      width: Math.min(width, field.offsetWidth - x) * scaleX,
      height: height * scaleY,
    });
  }
  return visible;
}

function number(length: string): number {
  return Number.parseFloat(length) || 0;
}
