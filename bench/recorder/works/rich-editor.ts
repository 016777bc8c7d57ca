// Somebody writes in a ProseMirror editor: letters as the browser's own editing brings them, words made bold, paragraphs,
// a list, and now and then a pasted piece.

import { Editor } from '@tiptap/core';
import StarterKit from '@tiptap/starter-kit';
import { turn } from '../pace.ts';
import type { Work } from '../page.ts';

const TEXT = 'The second picking was late this year, so we kept it apart and tasted it twice before it went out. ';
const PARAGRAPHS = 4;
/** Far faster than anybody types: the same work in less time. */
const LETTERS_A_FRAME = 20;
const PASTED =
  '<h2>Notes</h2><ul><li>first of <strong>all</strong></li><li>second</li></ul><blockquote>Well.</blockquote>';

export function mount(root: HTMLElement): Work {
  const element = document.createElement('div');
  element.className = 'editor';
  root.append(element);
  const editor = new Editor({
    element,
    extensions: [StarterKit],
    content: `<h1>Letter</h1>${`<p>${TEXT.repeat(3)}</p>`.repeat(12)}`,
  });

  return async () => {
    editor.commands.focus('end');
    await turn();
    for (let paragraph = 0; paragraph < PARAGRAPHS; paragraph++) {
      editor.commands.splitBlock();
      for (let at = 0; at < TEXT.length; at++) {
        if (at % LETTERS_A_FRAME === 0) await turn();
        // ProseMirror reads what the browser has made of its DOM, as it does when a key is pressed.
        if (!document.execCommand('insertText', false, TEXT[at])) throw new Error('the browser does not edit');
      }
      await turn();
      editor.chain().selectTextblockStart().run();
      const { from } = editor.state.selection;
      editor
        .chain()
        .setTextSelection({ from, to: from + 10 })
        .toggleBold()
        .run();
      await turn();
      editor.chain().focus('end').unsetBold().run();
      if (paragraph % 2 === 1) editor.commands.insertContent(PASTED);
    }
    await turn();
    const text = editor.getText();
    const written = text.split(TEXT.trim()).length - 1;
    if (written !== 36 + PARAGRAPHS) throw new Error(`${written} sentences stand in the editor`);
    return `${text.length} letters, ${editor.getHTML().length} of HTML`;
  };
}
