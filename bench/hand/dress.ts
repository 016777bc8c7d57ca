/** Puts a widget's own style sheet into the page, as its users do. */
export function dress(css: string): void {
  const style = document.createElement('style');
  style.textContent = css;
  document.head.append(style);
}
