// What an element of the mirror is to the console: a list that it must show itself, a field with a picker that a browser
// opens for nobody but the visitor, or neither. The element belongs to another window, so `instanceof` knows none of it.

export type Option = { index: number; text: string; isDisabled: boolean; isChosen: boolean };
export type OptionGroup = { label: string; options: Option[] };

export type Field =
  | { kind: 'select'; element: HTMLSelectElement; isMany: boolean; groups: OptionGroup[] }
  | {
      kind: 'picker';
      element: HTMLInputElement;
      type: string;
      value: string;
      min: string;
      max: string;
      step: string;
    }
  /** A field of files, or the label of one, which is mostly hidden. */
  | { kind: 'file'; accept: string };

const PICKERS = /^(date|time|datetime-local|month|week|color|range|number)$/;

export function fieldOf(element: Element | undefined): Field | undefined {
  const select = element?.closest('select') as HTMLSelectElement | null | undefined;
  if (select && !select.matches(':disabled'))
    return { kind: 'select', element: select, isMany: select.multiple, groups: groupsOf(select) };
  const files = fileField(element);
  if (files) return { kind: 'file', accept: files.accept };
  if (element?.localName !== 'input' || element.matches(':disabled')) return undefined;
  const input = element as HTMLInputElement;
  const type = input.type;
  if (!PICKERS.test(type) || input.readOnly) return undefined;
  const { value, min, max, step } = input;
  return { kind: 'picker', element: input, type, value, min, max, step };
}

function fileField(element: Element | undefined): HTMLInputElement | undefined {
  const label = element?.closest('label') as HTMLLabelElement | null | undefined;
  const input = element?.localName === 'input' ? element : label?.control;
  if (!input?.matches('input[type=file]:not(:disabled)')) return undefined;
  return input as HTMLInputElement;
}

function groupsOf(select: HTMLSelectElement): OptionGroup[] {
  const groups: OptionGroup[] = [];
  for (const [index, option] of [...select.options].entries()) {
    const parent = option.parentElement;
    const label = parent?.localName === 'optgroup' ? (parent as HTMLOptGroupElement).label : '';
    const last = groups[groups.length - 1];
    const line = { index, text: option.label, isDisabled: option.matches(':disabled'), isChosen: option.selected };
    if (last && last.label === label) last.options.push(line);
    else groups.push({ label, options: [line] });
  }
  return groups;
}

/** Takes text: a keyboard on the screen is wanted for it. */
export function takesText(element: Element | undefined): boolean {
  if (!element) return false;
  if (element.closest('textarea,[contenteditable]:not([contenteditable="false"])')) return true;
  return (
    element.localName === 'input' &&
    !/^(button|submit|reset|checkbox|radio|range|color|file|image)$/.test((element as HTMLInputElement).type)
  );
}
