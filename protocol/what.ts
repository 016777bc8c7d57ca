// What an act was done to, as the outcome's `what` says it: a role, and the name if it has one that may be told:
// `button “Buy”`. The page that answers writes it in English (cobrowse/control/describe.ts); the lists of what was done, the
// visitor's and the operators', say it in the reader's language (what-ru.ts).

/** Where there is no whole name, all of it is the role. */
export function partsOf(what: string): { role: string; name: string } {
  const [, role = what, name = ''] = /^(.*?) “(.*)”$/s.exec(what) ?? [];
  return { role, name };
}
