// What the hand adds to the widget's style sheet (styles.ts, whose colours and rules hold here too). An operator's colour
// is in --who. Nothing of it takes a click but the buttons in the badge
// and the cards of what is suggested. These cast no shadow: to a browser that says what is covered, a shadow covers.

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
.hand .ink{width:100%;height:100%;fill:none;stroke:#fff;stroke-width:7;stroke-linecap:round;stroke-linejoin:round}
.ink path+path{stroke:var(--who);stroke-width:4}
.hand .tag{width:max-content;max-width:min(300px,100% - 24px);padding:6px 12px 8px;border-radius:12px;background:var(--who);color:#fff;box-shadow:0 0 0 2px #fff,0 6px 24px #0005}
.tag b{display:flex;align-items:center;gap:6px;font:600 13px/18px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
.tag b span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.tag b svg{width:18px;height:18px;stroke-width:2.5}
.tag p{font-size:15px;line-height:21px;max-height:147px;overflow:hidden;white-space:pre-line}
.tag.out{display:flex;gap:8px;max-width:min(260px,100% - 24px);padding:3px 10px 4px 6px}
.out b{min-width:0;max-width:100%}
.out p{flex:1 1 0;font-size:13px;line-height:18px;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.ghosts{position:fixed;inset:0;pointer-events:none}
.ghosts>.card{left:0;top:0;position:absolute;width:max-content;max-width:min(340px,100% - 24px);max-height:calc(100% - 24px);padding:10px 14px;border:0;border-top:4px solid var(--who);border-radius:14px;box-shadow:0 0 0 2px var(--who);pointer-events:auto;animation:none}
.ghost b{display:flex;align-items:center;gap:6px;font-size:13px;line-height:18px;color:var(--dim)}
.ghost b svg{width:18px;height:18px;stroke-width:2.5}
.ghost b span{overflow-wrap:anywhere}
.ghost .value{max-height:132px;margin-top:6px;padding:6px 10px;border-radius:8px;background:var(--soft);overflow:auto;white-space:pre-wrap}
.ghost .answers{position:static;padding:10px 0 0;gap:8px}
.ghost .answers button{flex:1 1 auto;min-height:40px;padding:6px 14px;white-space:nowrap}
.ghost .dim{margin-top:6px;font-size:13px;line-height:18px}
.older .dim,.bring{display:none}
.ghosts>:not(.older){z-index:1}
@media(max-width:720px),(max-height:480px){.older :is(p,.answers){display:none}.ghosts .older{padding:4px 4px 4px 12px}.older .bring{display:inline-flex;min-height:44px;padding:4px 14px;margin-inline-start:auto;background:var(--soft);color:var(--fg)}}
@media(hover:none){.ghost .dim{display:none}}
.hand .ghost{border-style:dashed}
.ghost>svg{position:absolute;margin:-2px 0 0 -4px;width:26px;height:26px;fill:var(--who);stroke:#fff;stroke-width:1.8;opacity:.75;animation:ghost 1.6s ease-in-out infinite}
@keyframes ghost{50%{translate:5px 5px}}
.shade{position:absolute;inset:2px;overflow:hidden;white-space:pre-wrap;border-radius:4px;background:#fffffff0;color:var(--who)}
.shade.line{display:flex;align-items:center;white-space:pre}
.shade span{flex:1;opacity:.8;font-style:italic}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.granted{flex:1 1 100%;contain:inline-size;display:grid;gap:6px;grid-template-columns:minmax(0,1fr);max-height:170px;padding:8px 4px;margin:-8px -4px;overflow:auto;touch-action:pan-y}
.granted>div{display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;padding-top:6px;border-top:1px solid #ffffff2e}
.paused .granted>div{border-color:#0003}
.granted div p{flex:1 1 auto;min-width:0;max-width:100%;display:flex;align-items:center;gap:10px}
.granted p span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.granted .swatch{width:10px;height:10px;flex:none;border-radius:3px;background:var(--who);box-shadow:0 0 0 1.5px #fff}
.granted .dim{color:inherit;font-weight:500}
.granted div div{display:flex;flex-wrap:wrap;gap:6px}
.granted button{position:relative;min-height:28px;padding:3px 9px 3px 11px;gap:5px;border-radius:14px;font-size:13px;line-height:20px}
.granted button::after{content:"×";font-size:18px}
.off button,.closed .control{opacity:.7}
.granted .control{background:#fff;color:#12201c}.granted .control:hover{background:#dfe7e4}
@media(pointer:coarse){.granted{row-gap:9px}.granted div div{row-gap:16px}.granted button::before{content:"";position:absolute;inset:-8px -3px}}
.offer{inset:0 auto auto 0;width:min(340px,calc(100% - 24px));max-height:calc(100% - 24px);padding:14px;display:grid;gap:12px;border:3px solid var(--who);border-radius:16px;box-shadow:none;animation-name:seen}
@keyframes seen{from{opacity:0}}
.about{display:flex;gap:12px;align-items:center}
.about p{min-width:0;font-weight:600}
.kind{flex:none;display:grid;place-items:center;width:40px;height:48px;border-radius:6px 14px 6px 6px;background:var(--who);color:#fff;font:700 11px/1 system-ui,sans-serif;text-transform:uppercase}
.offer canvas{max-width:100%;justify-self:center;border-radius:8px;background:#fff}
.offer .row{display:flex;flex-wrap:wrap;gap:8px}
.offer button{flex:1 1 100px}
.over{z-index:-1;inset:auto auto 12px 12px;width:min(400px,calc(100% - 24px));padding:16px 18px;display:grid;gap:8px}
.over.up{bottom:92px}
.ways{display:flex;flex-wrap:wrap;gap:8px;margin-top:4px}
.ways button{min-height:40px}
@media(max-width:500px){.badge{padding-inline-start:12px}.acts:has(.did-it) svg{display:none}.acts:has(.did-it) button{padding:6px 11px}.state{min-height:0;padding-top:4px}}
@media(max-width:560px){.over{bottom:76px}.over.up{bottom:100px}}
@media(forced-colors:active){.hand .box,.ink,.hand .tag,.hand .who,.granted .swatch{forced-color-adjust:none}}
`;
