// After a form was refused: the focus goes to the first field that says what is wrong with it.

import { tick } from 'svelte';

export async function focusFirstTrouble(form: HTMLFormElement | undefined): Promise<void> {
  // The fields say so once they are drawn.
  await tick();
  form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
