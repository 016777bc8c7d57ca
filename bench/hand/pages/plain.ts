// Every kind of field and element that HTML itself has. State is what a form would send, and what was pressed.

import type { HandPage } from '../page.ts';

const MARKUP = `
<form id="form">
  <p><label>Text <input id="text" name="text"></label></p>
  <p><label>Search <input id="search" type="search" name="search"></label></p>
  <p><label>Mail <input id="email" type="email" name="email"></label></p>
  <p><label>Telephone <input id="tel" type="tel" name="tel"></label></p>
  <p><label>Address <input id="url" type="url" name="url"></label></p>
  <p><label>Number <input id="number" type="number" name="number" min="0" max="10"></label></p>
  <p><label>Words <textarea id="area" name="area"></textarea></label></p>
  <p><label><input id="check" type="checkbox" name="check"> Agreed</label></p>
  <p><label id="radio-b"><input type="radio" name="radio" value="b"> B</label> <input type="radio" name="radio" value="a" checked></p>
  <p><label>One <select id="one" name="one"><option value="1">One</option><option value="2">Two</option><option value="3">Three</option></select></label></p>
  <p><label>Many <select id="many" name="many" multiple size="3"><option>red</option><option>green</option><option>blue</option></select></label></p>
  <p><label>Range <input id="range" type="range" name="range" min="0" max="100" value="0"></label></p>
  <p><label>Date <input id="date" type="date" name="date"></label></p>
  <p><label>Time <input id="time" type="time" name="time"></label></p>
  <p><label>Moment <input id="moment" type="datetime-local" name="moment"></label></p>
  <p><label>Month <input id="month" type="month" name="month"></label></p>
  <p><label>Week <input id="week" type="week" name="week"></label></p>
  <p><label>Colour <input id="color" type="color" name="color"></label></p>
  <p><button id="send">Send</button> <input id="image" type="reset" value="Reset"></p>
</form>
<details id="details"><summary id="summary">More</summary><p>Hidden before</p></details>
<p><button id="ask" type="button">Ask</button> <button id="pop" popovertarget="popover">Open</button> <a id="link" href="#there">There</a></p>
<dialog id="dialog"><p>Sure? <button id="yes">Yes</button></p></dialog>
<div id="popover" popover>Popped</div>
<div id="editable" contenteditable="true" style="min-height:2em;border:1px solid">Dear&nbsp;</div>
<div id="box" style="height:80px;overflow:auto;border:1px solid"><div style="height:600px">long</div></div>
<div id="count" tabindex="0" style="padding:8px;border:1px solid">clicks</div>
`;

export function mount(root: HTMLElement): HandPage {
  root.innerHTML = MARKUP;
  const get = (id: string) => document.getElementById(id) as HTMLElement;
  const heard: string[] = [];
  get('form').addEventListener('submit', (event) => {
    event.preventDefault();
    heard.push('submit');
  });
  get('ask').addEventListener('click', () => (get('dialog') as HTMLDialogElement).showModal());
  get('yes').addEventListener('click', () => (get('dialog') as HTMLDialogElement).close('yes'));
  for (const type of ['click', 'dblclick', 'contextmenu'])
    get('count').addEventListener(type, (event) => {
      event.preventDefault();
      heard.push(type);
    });
  return {
    state: () => ({
      form: Object.fromEntries(
        ['text', 'search', 'email', 'tel', 'url', 'number', 'area', 'check', 'radio', 'one', 'range', 'date', 'time']
          .concat(['moment', 'month', 'week', 'color'])
          .map((name) => [name, new FormData(get('form') as HTMLFormElement).get(name)]),
      ),
      many: new FormData(get('form') as HTMLFormElement).getAll('many'),
      details: (get('details') as HTMLDetailsElement).open,
      dialog: (get('dialog') as HTMLDialogElement).returnValue,
      dialogOpen: (get('dialog') as HTMLDialogElement).open,
      popover: get('popover').matches(':popover-open'),
      hash: location.hash,
      editable: get('editable').textContent,
      scrolled: get('box').scrollTop > 0,
      focused: document.activeElement?.id ?? '',
      heard,
    }),
  };
}
