// Whether a field takes a file, by its `accept`: endings, kinds and whole media types, as HTML has them. Both ends ask: the
// console before it sends a file, the page before it puts one in.

export function isAccepted(accept: string, file: { name: string; type: string }): boolean {
  const wanted = accept
    .toLowerCase()
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  const name = file.name.toLowerCase();
  const type = file.type.toLowerCase();
  return (
    wanted.length === 0 ||
    wanted.some((each) => {
      if (each.startsWith('.')) return name.endsWith(each);
      return each === '*/*' || (each.endsWith('/*') ? type.startsWith(each.slice(0, -1)) : type === each);
    })
  );
}
