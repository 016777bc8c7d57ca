// Short messages that need no answer and go by themselves.

export type Toast = { readonly key: number; readonly text: string };

/** Long enough to read two lines. */
const SHOWN_MS = 6000;

export class Toasts {
  #list = $state.raw<readonly Toast[]>([]);
  #next = 1;

  get list(): readonly Toast[] {
    return this.#list;
  }

  show(text: string): void {
    const toast = { key: this.#next++, text };
    this.#list = [...this.#list.filter((each) => each.text !== text), toast];
    setTimeout(() => this.dismiss(toast.key), SHOWN_MS);
  }

  dismiss(key: number): void {
    this.#list = this.#list.filter((each) => each.key !== key);
  }
}
