// Who is logged in. One state; only #set changes it. Asks the relay at the start and goes on asking while it does not
// answer. The session itself is a cookie that script can't see.

import type { Account, LoginAnswer, PasswordAnswer, RelayHttp } from '../relay-http.ts';

export type AccountState =
  | { kind: 'asking' }
  | { kind: 'unreachable' }
  | { kind: 'out'; because: 'start' | 'ended' | 'left' }
  /** `once`: the one-time password just used, so that it need not be typed again to replace it. */
  | { kind: 'in'; account: Account; once: string | undefined };

const ASK_AGAIN_MS = 3000;

export class AccountHolder {
  #http: RelayHttp;
  #state = $state.raw<AccountState>({ kind: 'asking' });
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(http: RelayHttp) {
    this.#http = http;
  }

  get state(): AccountState {
    return this.#state;
  }

  #set(state: AccountState): void {
    clearTimeout(this.#again);
    this.#state = state;
  }

  async start(): Promise<void> {
    const answer = await this.#http.me();
    // Somebody logged in by the form while the answer was on its way.
    if (this.#state.kind === 'in') return;
    switch (answer.kind) {
      case 'in':
        return this.#set({ kind: 'in', account: answer.account, once: undefined });
      case 'out':
        return this.#set({ kind: 'out', because: 'start' });
      case 'unreachable':
        this.#set({ kind: 'unreachable' });
        this.#again = setTimeout(() => void this.start(), ASK_AGAIN_MS);
    }
  }

  /** Asks again who this is: name, role and first steps may have been changed by an admin. */
  async refresh(): Promise<void> {
    const answer = await this.#http.me();
    if (this.#state.kind !== 'in') return;
    if (answer.kind === 'in') this.#set({ ...this.#state, account: answer.account });
    else if (answer.kind === 'out') this.ended();
  }

  /** The operator's own name was changed here; the relay itself remembers the old one for half a minute. */
  renamed(name: string): void {
    if (this.#state.kind !== 'in') return;
    const { account } = this.#state;
    this.#set({ ...this.#state, account: { ...account, operator: { ...account.operator, name } } });
  }

  async login(login: string, password: string): Promise<LoginAnswer> {
    const answer = await this.#http.login(login, password);
    if (answer.kind === 'in') {
      const once = answer.account.mustChange ? password : undefined;
      this.#set({ kind: 'in', account: answer.account, once });
    }
    return answer;
  }

  async changePassword(old: string, fresh: string): Promise<PasswordAnswer> {
    const answer = await this.#http.changePassword(old, fresh);
    if (answer.kind === 'out') this.ended();
    if (answer.kind === 'done' && this.#state.kind === 'in')
      this.#set({ kind: 'in', account: { ...this.#state.account, mustChange: false }, once: undefined });
    return answer;
  }

  async logout(): Promise<void> {
    await this.#http.logout();
    this.#set({ kind: 'out', because: 'left' });
  }

  /** The relay no longer knows the session. */
  ended(): void {
    this.#set({ kind: 'out', because: 'ended' });
  }
}
