// The page that stands in a frame of another origin and lets the hand in: plain fields, and what they believe, told to the
// page around for the bench to read.

export const foreignFrame = (snippet: string): string => `<!doctype html><html lang="en"><meta charset="utf-8">
<style>body{margin:8px;font:16px sans-serif}#knob{width:40px;height:40px;background:#1864ab;touch-action:none;position:relative}</style>
<p>Another site</p><input id="text"> <button id="press">Press</button>
<p><select id="pick"><option value="a">First</option><option value="b">Second</option></select>
<input id="check" type="checkbox"> <input id="next"></p>
<div id="knob"></div><div id="list" style="height:60px;width:200px;overflow:auto"><div style="height:900px">Long</div></div>
<script>
  const seen = { text: '', pressed: 0, pick: '', check: false, next: '', dragged: 0, scrolled: 0, submitted: '' };
  const tell = () => parent.postMessage({ seen }, '*');
  const on = (id, type, task) => document.getElementById(id).addEventListener(type, (event) => { task(event); tell(); });
  on('text', 'input', (event) => { seen.text = event.target.value; });
  on('text', 'keydown', (event) => { if (event.key === 'Enter') seen.submitted = seen.text; });
  on('next', 'input', (event) => { seen.next = event.target.value; });
  on('press', 'click', () => { seen.pressed++; });
  on('pick', 'change', (event) => { seen.pick = event.target.value; });
  on('check', 'change', (event) => { seen.check = event.target.checked; });
  on('list', 'scroll', (event) => { seen.scrolled = event.target.scrollTop; });
  on('knob', 'pointerdown', (event) => { knob.setPointerCapture(event.pointerId); });
  on('knob', 'pointermove', (event) => {
    if (!knob.hasPointerCapture(event.pointerId)) return;
    seen.dragged += event.movementX;
    knob.style.left = seen.dragged + 'px';
  });
  addEventListener('message', ({ data }) => { if (data === 'state?') tell(); });
</script>${snippet}`;
