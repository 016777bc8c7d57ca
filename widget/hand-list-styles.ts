// What the list of things done adds to the widget's style sheet (styles.ts, whose colours and rules hold here too).

export const LIST_STYLES = `
.did{inset:12px 12px 12px auto;width:min(420px,calc(100% - 24px));padding:18px 18px 16px;display:flex;flex-direction:column;gap:10px;overflow:hidden;z-index:-1}
.did:focus{outline:0}
.did ol{flex:1;min-height:0;margin:0 -18px;padding:0 18px;overflow:auto;overscroll-behavior:contain;list-style:none;border-block:1px solid var(--line)}
.did ol:focus-visible{outline-offset:-3px}
.did li{padding:12px 0}
.did li+li{border-top:1px solid var(--line)}
.did li p{overflow-wrap:anywhere}
.did li p+p{font-weight:550}
.did li .dim{font-size:13px;line-height:18px;font-weight:400}
.did dl{display:grid;grid-template-columns:auto 1fr;gap:2px 10px;margin:6px 0 0}
.did dl:empty{display:none}
.did dt{color:var(--dim)}
.did dd{margin:0;padding:0 8px;border-radius:6px;background:var(--soft);white-space:pre-wrap;overflow-wrap:anywhere;max-height:110px;overflow:auto}
.did li .dim+dl,.did li [role=status]{margin-top:6px}
.did .refused p:nth-child(2){color:var(--dim)}
.did li button{min-height:36px;margin-top:8px;padding:6px 14px;font-size:14px}
.did .x{font-size:22px}
@media(max-width:500px){.did{inset:8px;width:auto}}
`;
