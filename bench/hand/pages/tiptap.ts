import { Editor } from '@tiptap/core';
import StarterKit from '@tiptap/starter-kit';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  root.innerHTML = '<div id="editor" style="min-height:200px;border:1px solid"></div>';
  const editor = new Editor({
    element: document.getElementById('editor') as HTMLElement,
    extensions: [StarterKit],
    content: '<p></p>',
  });
  return { state: () => ({ html: editor.getHTML() }) };
}
