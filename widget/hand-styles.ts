// What the hand adds to the widget's style sheet (styles.ts, whose colours and rules hold here too). An operator's colour
// is in --who. Nothing of it takes a click but the buttons in the badge.

export const HAND_STYLES = `
.hand,.hand *{pointer-events:none}
.hand{position:fixed;inset:0;z-index:-1;contain:strict;user-select:none}
.hand>*{position:absolute;left:0;top:0;will-change:transform}
.hand .who{display:block;max-width:min(200px,60vw);padding:1px 8px 2px;border-radius:9px;background:var(--who);color:#fff;font:600 13px/18px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;box-shadow:0 0 0 1.5px #fff,0 2px 8px #0005}
.hand .tip{width:0;height:0;z-index:1}
.tip svg{position:absolute;left:-3px;top:-2px;width:26px;height:26px;fill:var(--who);stroke:#fff;stroke-width:1.8;filter:drop-shadow(0 2px 3px #0006)}
.tip .who{position:absolute;left:18px;top:20px;width:max-content}
.tip.left .who{left:auto;right:4px}
.tip.up .who{top:auto;bottom:6px}
.ring i{position:absolute;inset:-22px;width:44px;height:44px;border:3px solid var(--who);border-radius:50%;box-shadow:0 0 0 1.5px #fffc,inset 0 0 0 1.5px #fffc;animation:ring .5s ease-out both}
@keyframes ring{from{transform:scale(.3)}to{opacity:0}}
.hand .box{border:3px solid var(--who);border-radius:10px;box-shadow:0 0 0 2px #fff,0 0 0 3px #0003,inset 0 0 0 1.5px #fffc}
.hand .tag{width:max-content;max-width:min(300px,100% - 24px);padding:6px 12px 8px;border-radius:12px;background:var(--who);color:#fff;box-shadow:0 0 0 2px #fff,0 6px 24px #0005}
.tag b{display:flex;align-items:center;gap:6px;font:600 13px/18px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.tag b span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.tag b svg{width:18px;height:18px;stroke-width:2.5}
.tag p{font-size:15px;line-height:21px;max-height:147px;overflow:hidden;white-space:pre-line}
.hand .said{width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.granted{flex:1 1 100%;contain:inline-size;display:grid;gap:6px}
.granted div{display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;padding-top:6px;border-top:1px solid #ffffff2e}
.paused .granted div{border-color:#0003}
.granted p{flex:1 1 170px;display:flex;align-items:center;gap:12px}
.granted p span{overflow-wrap:anywhere}
.granted .swatch{width:10px;height:10px;flex:none;border-radius:3px;background:var(--who);box-shadow:0 0 0 1.5px #fff}
.granted button{margin-inline-start:auto}
.granted .control button{background:#fff;color:#12201c}.granted .control button:hover{background:#dfe7e4}
@media(forced-colors:active){.hand .box,.hand .tag,.hand .who,.granted .swatch{forced-color-adjust:none}}
`;
