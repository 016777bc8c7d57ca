// The control of the bench `hand`: how the known tools carry out what an operator does (facts: their sources). Runs in the
// visitor's page. A click is one `click` event at coordinates that are not looked for in shadow roots or frames; text is a
// whole value through one prototype's setter; there are no keys, and of a drag only mouse events. Files they have none: what
// a script could do at best is to put one that it has made into a field, which needs no yes of the visitor's, and to press
// the field, for one of theirs.

import type { Step } from './rows.ts';

export function scripted(step: Step): void {
  const middle = (selector: string, at: readonly [number, number] = [0.5, 0.5]) => {
    // What is inside of a shadow root or frame is aimed at by where it is on the screen.
    let scope: ParentNode = document;
    let found: Element | null = null;
    let dx = 0;
    let dy = 0;
    for (const part of selector.split(/ (?=>>>|\|>)/)) {
      const isFrame = part.startsWith('|>');
      if (isFrame && found) {
        const box = found.getBoundingClientRect();
        dx += box.x + (found as HTMLElement).clientLeft;
        dy += box.y + (found as HTMLElement).clientTop;
      }
      if (found) scope = (isFrame ? (found as HTMLIFrameElement).contentDocument : found.shadowRoot) ?? document;
      found = scope.querySelector(part.replace(/^(>>>|\|>) /, ''));
    }
    if (!found) throw new Error(`nothing is ${selector}`);
    const box = found.getBoundingClientRect();
    return { x: dx + box.x + box.width * at[0], y: dy + box.y + box.height * at[1] };
  };
  const fire = (type: string, { x, y }: { x: number; y: number }) => {
    const target = document.elementFromPoint(x, y) as HTMLElement | null;
    target?.dispatchEvent(
      new MouseEvent(type, { bubbles: true, cancelable: true, composed: true, view: window, clientX: x, clientY: y }),
    );
    return target;
  };
  const put = (text: string) => {
    const field = document.activeElement as HTMLInputElement | null;
    if (!field) return;
    if (field.isContentEditable) {
      field.innerText += text;
      return;
    }
    const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set;
    setter?.call(field, field.value + text);
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  switch (step.do) {
    case 'click':
    case 'double':
    case 'right': {
      const target = fire('click', middle(step.on, step.at));
      target?.focus();
      if (step.do === 'double') fire('click', middle(step.on, step.at));
      return;
    }
    case 'hover':
      fire('mousemove', middle(step.on, step.at));
      return;
    case 'type':
    case 'paste':
      put(step.text);
      return;
    case 'key':
    case 'look':
      return;
    case 'drag':
      fire('mousedown', middle(step.on));
      fire('mousemove', middle(step.to, step.at));
      fire('mouseup', middle(step.to, step.at));
      return;
    case 'wheel': {
      const { x, y } = middle(step.on);
      let box = document.elementFromPoint(x, Math.min(y, innerHeight - 1));
      while (box && box.scrollHeight <= box.clientHeight) box = box.parentElement;
      (box ?? document.scrollingElement)?.scrollBy(0, step.dy);
      return;
    }
    case 'give': {
      const target = document.querySelector(step.on);
      const field = target instanceof HTMLLabelElement ? target.control : target;
      if (!(field instanceof HTMLInputElement)) return;
      const data = new DataTransfer();
      data.items.add(new File([step.file.text], step.file.name));
      field.files = data.files;
      for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
      return;
    }
    case 'ask':
      document.querySelector<HTMLElement>(step.on)?.click();
      return;
    case 'choose':
    case 'set': {
      const field = document.querySelector<HTMLSelectElement>(step.on);
      if (!field) return;
      if (step.do === 'choose') field.value = field.options[step.options[0] ?? 0]?.value ?? '';
      else field.value = step.value;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
    }
  }
}
