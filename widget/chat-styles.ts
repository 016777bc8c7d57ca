// What the panel and the chat in it add to the widget's style sheet (styles.ts, whose colours and rules hold here too).
// --above and --below: what is to be left free for a visit's badge and a keyboard on the screen (panel.ts).

export const CHAT_STYLES = `
.panel{--above:0px;--below:0px;inset:auto 16px calc(16px + var(--below)) auto;width:min(380px,calc(100% - 32px));max-height:calc(100% - 32px - var(--above) - var(--below));padding:20px;display:flex;flex-direction:column;gap:14px;z-index:-1}
.panel:focus{outline:0}
.panel.talking{height:640px;overflow:hidden;padding-bottom:14px}
.panel>*{flex:none}
.panel .tools{display:flex;gap:4px;flex:none}
.panel .tools .x{margin:-5px 0 0}
.panel .tools .x:last-child{margin-inline-end:-8px}
.panel button:disabled{opacity:.5;cursor:default}
.part{display:grid;gap:14px}
.digits{font:650 40px/52px ui-monospace,"SF Mono",Menlo,Consolas,monospace;letter-spacing:.06em;text-align:center;padding:12px 0;border-radius:14px;background:var(--soft);user-select:all;white-space:nowrap}
.digits i{font-style:normal;margin-inline-end:.3em}
.talking .part{max-height:50%;overflow:auto;gap:8px}
.talking .digits{font-size:28px;line-height:36px;padding:6px 0}
.panel .talk{flex:1 1 0;min-height:90px;position:relative;margin:0 -20px;border-block:1px solid var(--line);display:flex}
.log{flex:1;min-width:0;padding:14px 20px;overflow:auto;overflow-anchor:none;overscroll-behavior:contain}
.log:focus-visible{outline-offset:-3px}
.log ol{list-style:none;margin:0;padding:0;display:flex;flex-direction:column;gap:4px}
.log li{position:relative;min-width:0;max-width:86%;display:flex;flex-direction:column;align-items:flex-start}
.log .ours{align-self:flex-end;align-items:flex-end}
.log .first{margin-top:8px}
.log .day,.log .event,.panel .line{align-self:center;max-width:100%;font-size:13px;line-height:18px;color:var(--dim);text-align:center;overflow-wrap:anywhere}
.log .day{margin:10px 0 2px;font-weight:600}
.log .event{margin:8px 0;padding:0 12px}
.panel>.line{align-self:stretch;display:flex;gap:.3em;margin:-6px 0;white-space:nowrap}
.line bdi{overflow:hidden;text-overflow:ellipsis}
.name{font-size:13px;line-height:18px;font-weight:600;margin:0 4px 3px;max-width:100%;overflow-wrap:anywhere}
.bubble{padding:8px 13px;border-radius:16px;background:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere;max-width:100%;unicode-bidi:isolate}
.ours .bubble{background:var(--accent);color:var(--on);border-end-end-radius:5px}
.theirs .bubble{border-end-start-radius:5px}
.failed .bubble{background:none;color:inherit;box-shadow:inset 0 0 0 1px #d13438}
.files{display:flex;flex-wrap:wrap;gap:4px;max-width:100%;margin-bottom:4px}
.ours .files{justify-content:flex-end}
.picture{padding:0;min-height:0;border-radius:14px;overflow:hidden;background:var(--soft);max-width:100%}
.picture canvas{width:100%;height:100%;object-fit:cover;display:block}
.file{justify-content:flex-start;text-align:start;display:inline-flex;align-items:center;gap:10px;min-height:48px;max-width:100%;padding:6px 14px 6px 12px;border-radius:14px;background:var(--soft);font-weight:500}
button.file:hover{background:var(--line)}
.file>span{min-width:0;display:grid}
.file bdi{overflow-wrap:anywhere;line-height:18px}
small{font-size:12px;line-height:16px;color:var(--dim);font-weight:400}
.way{display:flex;align-items:center}
.way .x,.chosen .x{margin:0;min-height:32px;width:32px}
progress{flex:1;min-width:60px;height:6px;accent-color:var(--accent)}
.chosen{display:flex;flex-wrap:wrap;gap:6px;max-height:120px;overflow:auto}
.chosen .file{min-height:36px;padding:0 0 0 10px;max-width:100%}
.chosen bdi{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;max-width:190px}
.chosen .failed{box-shadow:inset 0 0 0 1px #d13438}
.panel.over{outline:3px dashed var(--accent);outline-offset:-8px}
.deleted .bubble{background:none;color:var(--dim);font-style:italic;box-shadow:inset 0 0 0 1px var(--line)}
.bubble a{color:inherit;text-underline-offset:2px}
.bubble a:focus-visible{outline:2px solid;outline-offset:1px}
.log .about{display:flex;flex-wrap:wrap;align-items:center;gap:0 5px;margin:1px 4px 0;font-size:12px;line-height:18px;color:var(--dim)}
.log .about svg{width:15px;height:15px}
.log [data-state=read] svg{color:var(--accent)}
.log .about button{min-height:32px;padding:4px 8px;font-size:13px;color:var(--fg);text-decoration:underline}
.ahead{margin:-8px 0 0}
.panel.talking .ahead{margin:-10px 0 -4px;font-size:13px;line-height:18px}
.reach{display:grid;gap:8px;max-height:60%;overflow:auto}
.reach label{display:grid;gap:3px;font-size:13px;line-height:18px}
.reach input{all:unset;box-sizing:border-box;min-width:0;min-height:40px;padding:8px 12px;border-radius:12px;background:var(--soft);box-shadow:inset 0 0 0 1px var(--line);font-size:16px;cursor:text}
.reach input:focus-visible{outline:2px solid var(--accent)}
.reach input[aria-invalid=true]{box-shadow:inset 0 0 0 2px #d13438}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.newest{position:absolute;inset:auto auto 10px 50%;translate:-50%;min-height:36px;padding:6px 16px;font-size:14px;background:var(--accent);color:var(--on);box-shadow:0 2px 8px #0004}
.composer{display:flex;gap:8px;align-items:flex-end}
.composer textarea{all:unset;box-sizing:border-box;flex:1;min-width:0;min-height:44px;padding:10px 14px;border-radius:14px;background:var(--soft);box-shadow:inset 0 0 0 1px var(--line);overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;cursor:text;font-size:16px}
.composer textarea::placeholder{color:var(--dim);opacity:1}
.composer textarea:focus-visible{outline:2px solid var(--accent);outline-offset:0}
.composer button{width:44px;padding:0;flex:none}
.composer .bare{width:36px;margin-inline-end:-4px}
.composer .send{background:var(--accent);color:var(--on)}
@media(max-width:500px){.panel.talking{inset:var(--above) 0 var(--below);width:100%;height:auto;max-height:none;border-radius:0;border:0}}
@media(max-width:380px){.digits{font-size:34px}}
@media(max-height:420px){.panel.talking{padding-block:12px 10px;gap:8px}}
@media(max-height:300px){.panel.talking{overflow:auto}}
@media(forced-colors:active){.bubble,.reach input,.composer textarea{border:1px solid}}
`;

/** Of what stands on the launcher, in a shadow root of its own (launcher.ts). */
export const UNREAD_STYLE =
  'position:absolute;inset:-7px -7px auto auto;min-width:22px;height:22px;padding:0 6px;box-sizing:border-box;border:2px solid #fff;border-radius:11px;background:#c62f33;color:#fff;font:700 12px/18px system-ui;text-align:center;pointer-events:none';
export const SAID_STYLE =
  'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap';
