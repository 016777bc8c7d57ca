// What a customer pastes into a site's pages.

/** The demo shop's site carries this key; its snippet works nowhere else (relay/store/accounts.ts). */
export const DEMO_SITE_KEY = 'demo';

/** The text of widget/snippet.html, put in by the build: README and docs show the same. */
declare const SNIPPET: string;

export function snippetFor(relay: string, siteKey: string): string {
  return SNIPPET.replace('https://RELAY', relay).replace('SITE_KEY', siteKey);
}

/** What a Content-Security-Policy must let the widget do. */
export function policyFor(relay: string): string {
  return `script-src ${relay}; connect-src ${relay} ${relay.replace(/^http/, 'ws')}`;
}
