// Secrets planted in a page: what of them is in what leaves it.

export const SVG = '<svg xmlns="http://www.w3.org/2000/svg"/>';

const CARDS = ['4111 1111 1111 1111', '5555-5555-5555-4444', '378282246310005', '4012888888881881', '6011111111111117'];

/** Each secret is a word of its own, SECRET and its place: the names of the places whose secret was found. */
export function leaks(text: string): string[] {
  const words = text.match(/SECRET[a-z0-9]+/gi) ?? [];
  // The title of a frame is not marked: an open secret that proves that the search works.
  return [
    ...new Set(words.filter((word) => word !== 'SECRETnot')),
    ...CARDS.filter((card) => text.includes(card) || text.includes(card.replace(/\D/g, ''))),
  ];
}

/** Times and ports may hold any digits. */
export const withoutTimes = (text: string) => text.replace(/"timestamp":\d+|127\.0\.0\.1:\d+/g, '');
