// Fields for files: a plain one, and one that a label stands for. State is what a form would send.

import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  root.innerHTML = `<p><input id="receipt" type="file"></p>
    <p><label id="label" style="display:inline-block;padding:12px;border:1px solid">Passport
      <input id="passport" type="file" style="display:none"></label></p>`;
  const state: Record<string, { files: string[]; heard: string[] }> = {};
  for (const id of ['receipt', 'passport']) {
    const field = document.getElementById(id) as HTMLInputElement;
    const told = (state[id] = { files: [] as string[], heard: [] as string[] });
    for (const type of ['input', 'change'])
      field.addEventListener(type, () => {
        told.heard.push(type);
        if (type === 'change')
          for (const file of field.files ?? [])
            void file.text().then((text) => told.files.push(`${file.name}: ${text}`));
      });
  }
  return { state: () => state };
}
