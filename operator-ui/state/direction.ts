// Which way a text runs, by its first letter, as dir="auto" would tell. For where there are many: Svelte sets `dir` anew
// at every drawing, and the styles of the visitors' list then took twice as long.

const RIGHT_TO_LEFT =
  /^\P{L}*[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

export function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text);
}
