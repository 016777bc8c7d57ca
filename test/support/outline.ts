// A document as lines of text, so that a page, its mirror and rrweb's replay of it can be compared with a diff. What
// each of them adds for itself is left out: our marks and inert names, rrweb's own style elements and attributes.
//
// Easy to get wrong: it runs in the browser, on nodes of other windows.

/** Attributes that a mirror may not show as they were, or that mean nothing after recording. */
const LEFT_OUT =
  /^(autocomplete|srcdoc|nonce|rr_.*|_on.*|on.*|csp-content|rrweb-original-.*|sandbox|tabindex|loading|poster)$/;
const MARKS = /^:(hover|active|focus|focus-visible|focus-within|target|undefined|box|own|host)$/;

export type OutlineOptions = { /** Values of attributes too. */ values?: boolean };

export function outline(document: Document, options: OutlineOptions = {}): string[] {
  const lines: string[] = [];
  const walk = (node: Node, depth: number) => {
    const indent = '  '.repeat(depth);
    if (node.nodeType === 10) lines.push(`${indent}<!doctype ${(node as DocumentType).name}>`);
    if (node.nodeType === 3) {
      const previous = lines[lines.length - 1];
      const text = node.nodeValue ?? '';
      if (text.trim() === '') return;
      if (previous?.startsWith(`${indent}"`) && node.previousSibling?.nodeType === 3)
        lines[lines.length - 1] = `${previous.slice(0, -1)}${text.trim()}"`;
      else lines.push(`${indent}"${text.replace(/\s+/g, ' ').trim()}"`);
      return;
    }
    if (node.nodeType !== 1) return;
    const element = node as Element;
    const own = element.parentElement?.localName === 'html' && element.localName === 'style';
    if (own) return;
    const isScript = element.localName === 'script' || element.localName === 'noscript';
    const isSheet = element.localName === 'style' || element.localName === 'link';
    lines.push(
      `${indent}<${isScript ? 'script' : isSheet ? 'style' : element.localName}${isSheet || isScript ? '' : attributesOf(element, options)}>`,
    );
    if (isScript || isSheet) return;
    const state = stateOf(element);
    if (state !== '') lines.push(`${indent}  = ${state}`);
    if (element.shadowRoot) {
      lines.push(`${indent}  #shadow`);
      for (const child of element.shadowRoot.childNodes) walk(child, depth + 2);
      lines.push(`${indent}  /shadow`);
    }
    if (element.localName === 'textarea') return;
    for (const child of element.childNodes) walk(child, depth + 1);
    // Its name says what it is; of another window.
    const inside = element.localName === 'iframe' ? (element as HTMLIFrameElement).contentDocument : null;
    if (inside?.body && inside.body.childNodes.length > 0)
      for (const child of inside.childNodes) walk(child, depth + 1);
  };
  for (const child of document.childNodes) walk(child, 0);
  return lines;
}

function attributesOf(element: Element, options: OutlineOptions): string {
  const values = new Map<string, string>();
  for (const name of element.getAttributeNames()) {
    if (MARKS.test(name)) continue;
    const plain = name.startsWith(':') ? name.slice(1) : name;
    if (LEFT_OUT.test(plain)) continue;
    // The inert copy holds what was recorded; the real attribute is what stands for it.
    if (name.startsWith(':') || !values.has(plain)) values.set(plain, element.getAttribute(name) ?? '');
  }
  if (element.localName === 'iframe') values.delete('src');
  if (/^(option|input|select)$/.test(element.localName))
    for (const name of ['selected', 'checked', 'value']) values.delete(name);
  if (values.get('class') === 'rrweb-paused') values.delete('class');
  const style = values.get('style');
  if (style !== undefined) values.set('style', style.replace(/\s+/g, '').replace(/;$/, ''));
  const names = [...values.keys()].sort();
  return names.map((name) => ` ${name}${options.values === false ? '' : `="${values.get(name) ?? ''}"`}`).join('');
}

function stateOf(element: Element): string {
  switch (element.localName) {
    case 'input': {
      const input = element as HTMLInputElement;
      // Masked by the recorder.
      if (input.type === 'file' || input.type === 'password') return '';
      return input.type === 'checkbox' || input.type === 'radio' ? `checked ${input.checked}` : `value ${input.value}`;
    }
    case 'textarea':
    case 'select':
      return `value ${(element as HTMLTextAreaElement).value}`;
    case 'dialog':
      return element.matches(':modal') ? 'modal' : '';
    default:
      return '';
  }
}
