// The widget's style sheet. Easy to get wrong: on :host everything is important (see surface.ts); lengths are in px,
// for rem follows the page's root; 320 px of width must do, and so must 400 % zoom, which is the
// same; widths of the window are percentages, for a page's own `zoom` makes 100vw wider than the window.

export const STYLES = `
:host{all:initial!important;position:fixed!important;inset:0 auto auto 0!important;width:0!important;height:0!important;overflow:visible!important;direction:ltr!important;z-index:2147483647!important;
--bg:#fff!important;--fg:#15201d!important;--dim:#586762!important;--line:#dbe3e0!important;--soft:#f0f5f3!important;--accent:#0b6b5d!important;--on:#fff!important;--seen:#16a34a!important;--wait:#f5b83d!important;
color:var(--fg)!important;font:15px/22px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif!important;color-scheme:light dark!important}
@media(prefers-color-scheme:dark){:host{--bg:#1a2321!important;--fg:#edf3f0!important;--dim:#a5b4af!important;--line:#36443f!important;--soft:#25312d!important;--accent:#41d0b3!important;--on:#06231d!important}}
:host::before,:host::after,:host::backdrop{display:none!important}
*{box-sizing:border-box}
[hidden]{display:none!important}
h2,p{margin:0;overflow-wrap:anywhere}
h2{font-size:19px;line-height:26px;font-weight:650;letter-spacing:-.01em}
svg{width:20px;height:20px;flex:none;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
button{all:unset;box-sizing:border-box;display:inline-flex;align-items:center;justify-content:center;gap:8px;min-height:44px;padding:8px 18px;border-radius:12px;font-weight:600;text-align:center;cursor:pointer;-webkit-tap-highlight-color:transparent}
button:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.main{background:var(--accent);color:var(--on)}
.main:hover{filter:brightness(1.08)}
[aria-disabled=true]{opacity:.5}
.side{background:var(--soft)}
.side:hover{background:var(--line)}
.bare{color:var(--dim);font-weight:500}
.bare:hover{color:var(--fg);background:var(--soft)}
.dim{color:var(--dim)}
.card{position:fixed;background:var(--bg);color:var(--fg);border:1px solid var(--line);border-radius:20px;box-shadow:0 2px 6px #0002,0 16px 48px #0004;overflow:auto;overscroll-behavior:contain;animation:in .18s ease-out}
@keyframes in{from{opacity:0;translate:0 8px}}
.top{display:flex;gap:8px;align-items:start;justify-content:space-between}
.x{min-height:36px;width:36px;padding:0;margin:-5px -8px 0 0;flex:none;border-radius:10px}
.row{display:grid;gap:6px}
.row .dim{font-size:13px;line-height:18px;text-align:center}
.note{padding:10px 14px;border-radius:12px;background:var(--soft);font-size:14px;line-height:20px}
.scrim{position:fixed;inset:0;background:#0b151266;animation:in .18s}
.ask{inset:0;margin:auto;width:min(440px,calc(100% - 24px));height:fit-content;max-height:calc(100% - 24px)}
.ask:focus{outline:0}
.facts{padding:24px 24px 0;display:grid;gap:16px}
.fact{display:flex;gap:14px}
.fact svg{margin-top:1px;color:var(--accent)}
.fact b{display:block;font-weight:600}
.answers{position:sticky;bottom:0;display:flex;flex-wrap:wrap;gap:10px;padding:20px 24px 24px;background:var(--bg)}
.answers button{flex:1 1 120px}
.badge{position:fixed;display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;max-width:calc(100% - 24px);padding:6px 6px 6px 16px;border-radius:22px;background:#12201c;color:#fff;border:1px solid #ffffff2e;box-shadow:0 2px 6px #0003,0 10px 32px #0005;cursor:grab;touch-action:none;user-select:none;animation:in .18s ease-out}
.badge[data-corner^=b]{bottom:12px}.badge[data-corner^=t]{top:12px}.badge[data-corner$=l]{left:12px}.badge[data-corner$=r]{right:12px}
.badge.held{cursor:grabbing;inset:auto;animation:none}
.state{display:flex;align-items:center;gap:12px;flex:1 1 auto;min-height:36px}
.badge p{font-weight:600;font-size:14px;line-height:20px;max-width:340px}
.badge button{min-height:36px;padding:6px 12px;border-radius:16px;font-size:14px;background:#ffffff24;color:inherit}
.badge button:hover{background:#ffffff3d}
.badge button:focus-visible{outline-color:currentColor}
.badge svg{width:16px;height:16px}
.acts{display:flex;flex-wrap:wrap;gap:6px;margin-inline-start:auto}
.badge .halt{background:#d13438;color:#fff}.badge .halt:hover{background:#b9272b}
.dot{width:10px;height:10px;flex:none;border-radius:50%;background:var(--seen)}
.viewed .dot{animation:pulse 2s infinite}
@keyframes pulse{0%{box-shadow:0 0 0 0 #16a34a99}70%,to{box-shadow:0 0 0 9px #16a34a00}}
.offering .dot,.lost .dot{background:none;border:2px solid #fff6;border-top-color:#fff;width:14px;height:14px;animation:turn 1s linear infinite}
@keyframes turn{to{rotate:1turn}}
.paused.badge{background:var(--wait);color:#231a04;border-color:#0003}
.paused .dot{border-radius:2px;background:none;border:solid #231a04;border-width:0 4px;width:12px;height:13px}
.paused button{background:#0000001f}.paused button:hover{background:#00000033}
.lost.badge{background:#454f4c}
.frame{position:fixed;inset:0;border:3px solid var(--seen);pointer-events:none}
.frame.paused{border-color:var(--wait);border-style:dashed}
.toast{inset:auto auto 12px 12px;width:fit-content;max-width:min(400px,calc(100% - 24px));z-index:1;display:flex;gap:8px;align-items:center;padding:10px 10px 10px 18px;border-radius:16px}
.toast .x{margin:0}
@media(max-width:380px){.facts{padding:18px 18px 0}.answers{padding:16px 18px 18px}}
@media(prefers-reduced-motion:reduce){*{animation:none!important}}
@media(forced-colors:active){button,.badge{border:1px solid}.dot{forced-color-adjust:none}}
@media print{:host{display:none!important}}
`;
