import $ from 'jquery';
import type { HandPage } from '../page.ts';

export function mount(root: HTMLElement): HandPage {
  const seen = { text: '', pick: 'a', check: false, keys: '', sent: '' };
  $(root).html(
    `<form><input id="text"> <select id="pick"><option>a</option><option>b</option></select>
     <input id="check" type="checkbox"> <button id="send">Send</button></form><ul id="list"><li>one</li><li>two</li></ul>`,
  );
  $('#text')
    .on('input', function () {
      seen.text = String($(this).val());
    })
    .on('keydown', (event) => void (seen.keys += event.key));
  $('#pick').on('change', function () {
    seen.pick = String($(this).val());
  });
  $('#check').on('change', function () {
    seen.check = $(this).is(':checked');
  });
  $('form').on('submit', (event) => {
    event.preventDefault();
    seen.sent = String($('#text').val());
  });
  return { state: () => seen };
}
