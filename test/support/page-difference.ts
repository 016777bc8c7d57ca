// A page and rrweb's replay of it, compared node by node: elements, attributes, texts, shadow roots, frames, what stands
// in fields, scroll positions, rules of style elements and of adopted sheets. Each difference says where it is.
//
// What is left out on both sides, and why, stands with the constants below: keep them few. Easy to get wrong: it runs in
// the browser, on nodes of other windows, so `instanceof` says nothing.

export type Differences = {
  /** Of this window's documents; the second is the replay. */
  page: Document;
  replayed: Document;
  /** rrweb's replay puts a style element of its own into each document: no node of the page. */
  isOfPage(replayed: Node): boolean;
  /** More than these help nobody. */
  most?: number;
};

/** Inert, made absolute or replaced by the recorder: it must not load in a replay. `rr_*` is told apart below. */
const ADDRESS = /^(src|srcset|srcdoc|href|poster|action|formaction|data|background)$/;
/** Scripts must not run again; rrweb writes `_onclick`, and turns autocomplete off. Masked elements carry our mark. */
const NEVER = /^(_?on.*|nonce|integrity|autocomplete|rr_.*|data-tandem-masked)$/;
/** rrweb sends what stands in a field as these attributes; compared as state. */
const STATE = /^(value|checked|selected)$/;
/** Replay makes noscript of script, and a style of a link whose text was sent. */
const NAMES: Record<string, string> = { script: 'noscript' };
/** The format has no word for MathML: its replay makes unknown HTML of it. */
const MATH = 'http://www.w3.org/1998/Math/MathML';
const HTML = 'http://www.w3.org/1999/xhtml';

export function differences({ page, replayed, isOfPage, most = 5 }: Differences): string[] {
  const found: string[] = [];
  const differ = (where: string, what: string, live: unknown, shown: unknown) => {
    if (live === shown || found.length >= most) return;
    found.push(`${where}: ${what} is ${JSON.stringify(live)} in the page, ${JSON.stringify(shown)} in the replay`);
  };

  const children = (parent: Node, isReplay: boolean) =>
    [...parent.childNodes].filter((node) => {
      if (node.nodeType === 10) return false;
      if (node.nodeType !== 1) return true;
      const element = node as Element;
      if (element.hasAttribute('data-tandem-ui')) return false;
      return !(isReplay && element.localName === 'style' && parent.nodeName === 'HTML' && !isOfPage(node));
    });

  const sheets = (where: string, live: Document | ShadowRoot, shown: Document | ShadowRoot) => {
    const rules = (root: Document | ShadowRoot) => root.adoptedStyleSheets.map(rulesOf).join('\n---\n');
    differ(where, 'adopted sheets', rules(live), rules(shown));
  };

  const list = (where: string, live: Node, shown: Node) => {
    const ours = children(live, false);
    const theirs = children(shown, true);
    for (let index = 0; index < Math.max(ours.length, theirs.length); index++) {
      if (found.length >= most) return;
      const one = ours[index];
      const other = theirs[index];
      if (!one || !other || kindOf(one) !== kindOf(other))
        return differ(`${where} > child ${index + 1}`, 'node', one && describe(one), other && describe(other));
      if (one.nodeType !== 1) {
        // Comments leave without their text.
        if (one.nodeType !== 8) differ(`${where} > child ${index + 1}`, 'text', one.nodeValue, other.nodeValue);
        continue;
      }
      element(`${where} > ${describe(one)}`, one as Element, other as Element);
    }
  };

  const element = (where: string, live: Element, shown: Element) => {
    const tag = live.localName;
    if (tag === 'script' || tag === 'noscript') return;
    const isSheet = tag === 'link' && shown.localName === 'style';
    // A link whose text was sent has lost its own attributes.
    if (!isSheet) {
      const ours = attributesOf(live);
      const theirs = attributesOf(shown);
      for (const name of new Set([...ours.keys(), ...theirs.keys()]))
        differ(where, `attribute ${name}`, ours.get(name) ?? null, theirs.get(name) ?? null);
    }
    differ(where, 'state', stateOf(live), stateOf(shown));
    const at = (one: Element) => `${Math.round(one.scrollLeft)},${Math.round(one.scrollTop)}`;
    // Replay opens it by itself, and the browser scrolls it to what gets the focus then.
    if (tag !== 'dialog' || !live.hasAttribute('open')) differ(where, 'scroll', at(live), at(shown));
    if (live.shadowRoot || shown.shadowRoot) {
      differ(where, 'shadow root', live.shadowRoot !== null, shown.shadowRoot !== null);
      if (live.shadowRoot && shown.shadowRoot) {
        sheets(`${where} > #shadow`, live.shadowRoot, shown.shadowRoot);
        list(`${where} > #shadow`, live.shadowRoot, shown.shadowRoot);
      }
    }
    if (tag === 'style') {
      // Their names say that they are; text may come as rules, and several texts as one.
      const rules = (one: Element) => rulesOf((one as HTMLStyleElement).sheet);
      differ(where, 'rules', rules(live), rules(shown));
      return;
    }
    // The text of a textarea in the replay is what stands in it; a link's is of its sheet.
    if (tag === 'textarea' || tag === 'link') return;
    if (tag === 'iframe') return frame(where, live as HTMLIFrameElement, shown as HTMLIFrameElement);
    list(where, live, shown);
  };

  const frame = (where: string, live: HTMLIFrameElement, shown: HTMLIFrameElement) => {
    const inner = live.contentDocument;
    const copy = shown.contentDocument;
    // Of another origin.
    if (!inner) return;
    if (!copy) return differ(where, 'document', true, false);
    documents(`${where} > #document`, inner, copy);
  };

  const documents = (where: string, live: Document, shown: Document) => {
    sheets(where, live, shown);
    list(where, live, shown);
  };

  documents('', page, replayed);
  return found;
}

const namespaceOf = (element: Element) => (element.namespaceURI === MATH ? HTML : element.namespaceURI);
const nameOf = (element: Element) => NAMES[element.localName] ?? element.localName;

function kindOf(node: Node): string {
  if (node.nodeType !== 1) return String(node.nodeType);
  const element = node as Element;
  // See above, of links.
  const name = /^(link|style)$/.test(element.localName) ? 'style' : nameOf(element);
  return `${namespaceOf(element)} ${name}`;
}

function describe(node: Node): string {
  if (node.nodeType === 3) return JSON.stringify(node.nodeValue);
  if (node.nodeType !== 1) return node.nodeName;
  const element = node as Element;
  const number = element.getAttribute('data-n') ?? element.id;
  const isForeign = namespaceOf(element) !== HTML;
  return `${isForeign ? 'svg:' : ''}${element.localName}${number ? `#${number}` : ''}`;
}

function attributesOf(element: Element): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of element.attributes) {
    if (NEVER.test(name) || (STATE.test(name) && /^(input|option|select|textarea)$/.test(element.localName))) continue;
    // Addresses within the page stay.
    if (ADDRESS.test(name) && !value.startsWith('#')) continue;
    if (name === 'style') continue;
    values.set(element.namespaceURI === MATH ? name.toLowerCase() : name, value);
  }
  // rrweb's replay stops animations with a class.
  const classes = values.get('class');
  if (element.localName === 'html' && classes !== undefined) {
    const own = classes.replace(/\s*\brrweb-paused\b/, '');
    if (own === '') values.delete('class');
    else values.set('class', own);
  }
  // Differences of styles are sent by property, so the text may differ in order and spaces; empty is none.
  const { style } = element as HTMLElement;
  if (style?.length > 0) {
    const lines = [...style].map(
      (name) => `${name}: ${style.getPropertyValue(name)} ${style.getPropertyPriority(name)}`,
    );
    values.set('style', lines.sort().join('; '));
  }
  return values;
}

function stateOf(element: Element): string {
  // Markup put into an SVG makes an svg:select, which is none.
  if (element.namespaceURI !== HTML) return '';
  switch (element.localName) {
    case 'input': {
      const input = element as HTMLInputElement;
      // Masked, and not to be read.
      if (/^(file|password|hidden)$/.test(input.type)) return '';
      return /^(checkbox|radio)$/.test(input.type) ? `checked ${input.checked}` : `value ${input.value}`;
    }
    case 'textarea':
      return `value ${(element as HTMLTextAreaElement).value}`;
    case 'select':
      return `chosen ${[...(element as HTMLSelectElement).options].map((option) => Number(option.selected)).join('')}`;
    case 'dialog':
      return element.matches(':modal') ? 'modal' : '';
    default:
      return '';
  }
}

function rulesOf(sheet: CSSStyleSheet | null): string {
  try {
    return [...(sheet?.cssRules ?? [])].map((rule) => readAgain(rule.cssText)).join('\n');
  } catch {
    // Of another origin, or still loading.
    return '';
  }
}

/** A browser puts what is important elsewhere when it reads a rule than when a script sets it. */
function readAgain(rule: string): string {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rule);
  // Imports are none of a constructed sheet's.
  return sheet.cssRules[0]?.cssText ?? rule;
}
