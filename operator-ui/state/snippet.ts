// What a customer pastes into a site's pages.

/** The demo shop's site carries this key; its snippet works nowhere else (relay/store/accounts.ts). */
export const DEMO_SITE_KEY = 'demo';

export function snippetFor(relay: string, siteKey: string): string {
  // In two pieces: a whole end tag would end an inline script that this file might one day be part of.
  return `<script async src="${relay}/widget/loader.js" data-site="${siteKey}"></` + 'script>';
}

/** What a Content-Security-Policy must let the widget do. */
export function policyFor(relay: string): string {
  return `script-src ${relay}; connect-src ${relay} ${relay.replace(/^http/, 'ws')}`;
}
