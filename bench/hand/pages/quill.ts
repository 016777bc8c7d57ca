import Quill from 'quill';
import css from 'quill/dist/quill.core.css';
import { dress } from '../dress.ts';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  dress(css);
  root.innerHTML = '<div id="editor" style="height:200px"></div>';
  const quill = new Quill('#editor', { modules: { toolbar: false } });
  return {
    state: () => ({ text: quill.getText(), bold: JSON.stringify(quill.getContents()).includes('"bold":true') }),
  };
}
