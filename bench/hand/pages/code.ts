import { basicSetup, EditorView } from 'codemirror';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  const view = new EditorView({ doc: '', extensions: [basicSetup], parent: root });
  return { state: () => ({ text: view.state.doc.toString() }) };
}
