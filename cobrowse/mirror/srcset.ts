// Cuts a srcset into its candidates (HTML, "parse a srcset attribute"). Addresses may hold commas (data: does), so
// splitting at commas is wrong: an address runs to the next white space, less the commas at its end.

export type Candidate = { url: string; descriptor: string };

export function parseSrcset(value: string): Candidate[] {
  const candidates: Candidate[] = [];
  let at = 0;
  while (at < value.length) {
    const lead = /[\s,]*/y;
    lead.lastIndex = at;
    at += lead.exec(value)?.[0].length ?? 0;
    const address = /[^\s]+/y;
    address.lastIndex = at;
    const found = address.exec(value)?.[0];
    if (found === undefined) break;
    at += found.length;
    const url = found.replace(/,+$/, '');
    let descriptor = '';
    if (url.length === found.length) {
      const rest = /(?:[^,(]|\([^)]*\)?)*/y;
      rest.lastIndex = at;
      descriptor = rest.exec(value)?.[0] ?? '';
      at += descriptor.length;
    }
    if (url !== '') candidates.push({ url, descriptor: descriptor.trim().replace(/[^\w. ]/g, '') });
  }
  return candidates;
}
