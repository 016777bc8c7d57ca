// Tabs by the ARIA pattern: arrows, Home and End move, the chosen panel alone is shown. The HTML holds the roles and the
// ids; this only moves the choice.

export function startTabs(root: HTMLElement): { choose(id: string): void } {
  const tabs = [...root.querySelectorAll<HTMLElement>('[role="tab"]')];

  function choose(id: string): void {
    for (const tab of tabs) {
      const isChosen = tab.id === id;
      tab.setAttribute('aria-selected', String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute('aria-controls') ?? '');
      if (panel) panel.hidden = !isChosen;
    }
  }

  for (const [at, tab] of tabs.entries()) {
    tab.addEventListener('click', () => choose(tab.id));
    tab.addEventListener('keydown', (event) => {
      const steps: Readonly<Record<string, number>> = {
        ArrowRight: at + 1,
        ArrowLeft: at - 1 + tabs.length,
        Home: 0,
        End: tabs.length - 1,
      };
      const to = steps[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = tabs[to % tabs.length];
      if (!next) return;
      choose(next.id);
      next.focus();
    });
  }
  const first = tabs.find((tab) => tab.getAttribute('aria-selected') === 'true') ?? tabs[0];
  if (first) choose(first.id);
  return { choose };
}
