// Dialogs and popovers, opened as they are at the visitor. Opening a modal dialog moves the focus into it, out of the
// field in which the operator types; a dialog that is inert at that moment is opened without (both engines).

import { isElement, isHtml } from './node-kinds.ts';

export type TopLayer = {
  /** `rr_open_mode` of a dialog: 'modal', or anything else. */
  mode(element: Element, mode: string): void;
  /** Brings a connected dialog into the state that its attributes say. */
  settle(element: Element): void;
  popover(element: Element, open: boolean): void;
};

export function createTopLayer(): TopLayer {
  const modal = new WeakSet<Element>();
  return {
    mode(element, mode) {
      if (mode === 'modal') modal.add(element);
      else modal.delete(element);
    },
    settle(dialog) {
      if (!isHtml(dialog, 'dialog') || !dialog.isConnected) return;
      const open = dialog.hasAttribute('open');
      if (open === modal.has(dialog) && dialog.matches(':modal') === open) return;
      if (open && modal.has(dialog)) {
        dialog.removeAttribute('open');
        withoutFocus(dialog, () => dialog.showModal());
      } else if (dialog.matches(':modal')) {
        // Without the attribute it counts as closed already, and would stay where it is.
        dialog.setAttribute('open', '');
        dialog.close();
        if (open) dialog.setAttribute('open', '');
      }
    },
    popover(element, open) {
      if (!isElement(element) || !element.isConnected || !('showPopover' in element)) return;
      // Has the method, so it is an HTML element of its window.
      const popover = element as HTMLElement;
      const was = popover.matches(':popover-open');
      if (!open && !was) return;
      // Told again it was opened anew, above all others.
      if (was) popover.hidePopover();
      if (open) withoutFocus(popover, () => popover.showPopover());
    },
  };
}

function withoutFocus(element: HTMLElement, open: () => void): void {
  const had = element.inert;
  element.inert = true;
  try {
    open();
  } finally {
    element.inert = had;
  }
}
