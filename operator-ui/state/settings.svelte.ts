// Sites, operators, teams and tokens of the account, for admins: loaded when the screen is opened, changed one by one. Owns what was
// typed into a site's form and not saved: looking at a visitor meanwhile must not cost it. What each answer means for
// the field on screen is the screen's business.

import type { PresenceRules } from '../../protocol/routing.ts';
import type {
  CabinetAnswer,
  NewOperator,
  NewToken,
  OperatorChange,
  OperatorEntry,
  RelayHttp,
  SiteEntry,
  SiteForm,
  TeamEntry,
  TeamForm,
  Teams,
  TokenEntry,
} from '../relay-http.ts';
import type { SiteDraft } from './site-form.ts';

export type Loaded<T> =
  { kind: 'loading' } | { kind: 'here'; list: readonly T[] } | { kind: 'forbidden' } | { kind: 'unreachable' };

export type SettingsDoor = {
  http: RelayHttp;
  /** The relay no longer knows the session. */
  loggedOut(): void;
  sitesChanged(sites: readonly SiteEntry[]): void;
};

export class Settings {
  #door: SettingsDoor;
  #sites = $state.raw<Loaded<SiteEntry>>({ kind: 'loading' });
  #operators = $state.raw<Loaded<OperatorEntry>>({ kind: 'loading' });
  #teams = $state.raw<Loaded<TeamEntry>>({ kind: 'loading' });
  #tokens = $state.raw<Loaded<TokenEntry>>({ kind: 'loading' });
  #rules = $state.raw<PresenceRules | undefined>();
  /** By site id, or `new`. */
  #drafts = $state.raw<Readonly<Record<string, SiteDraft>>>({});

  constructor(door: SettingsDoor) {
    this.#door = door;
  }

  /** For the ledger, which keeps its own state. */
  get door(): Pick<SettingsDoor, 'http' | 'loggedOut'> {
    return this.#door;
  }
  get sites(): Loaded<SiteEntry> {
    return this.#sites;
  }
  get operators(): Loaded<OperatorEntry> {
    return this.#operators;
  }

  get teams(): Loaded<TeamEntry> {
    return this.#teams;
  }
  get tokens(): Loaded<TokenEntry> {
    return this.#tokens;
  }
  /** Undefined: not loaded. */
  get rules(): PresenceRules | undefined {
    return this.#rules;
  }

  draft(site: string): SiteDraft | undefined {
    return this.#drafts[site];
  }
  /** Undefined: as it is saved. */
  setDraft(site: string, draft: SiteDraft | undefined): void {
    const { [site]: _, ...others } = this.#drafts;
    this.#drafts = draft ? { ...others, [site]: draft } : others;
  }

  /** What was loaded before stays on screen until the answer is here. */
  async loadSites(): Promise<void> {
    if (this.#sites.kind !== 'here') this.#sites = { kind: 'loading' };
    this.#sites = this.#loaded(await this.#door.http.sites(), this.#sites);
  }
  async loadOperators(): Promise<void> {
    if (this.#operators.kind !== 'here') this.#operators = { kind: 'loading' };
    this.#operators = this.#loaded(await this.#door.http.operators(), this.#operators);
  }

  async loadTeams(): Promise<void> {
    if (this.#teams.kind !== 'here') this.#teams = { kind: 'loading' };
    const answer = await this.#door.http.teams();
    if (answer.kind === 'done') this.#rules = answer.value.rules;
    const listOf = (value: Teams) => value.teams;
    this.#teams = this.#loaded(
      answer.kind === 'done' ? { kind: 'done', value: listOf(answer.value) } : answer,
      this.#teams,
    );
  }

  async loadTokens(): Promise<void> {
    if (this.#tokens.kind !== 'here') this.#tokens = { kind: 'loading' };
    this.#tokens = this.#loaded(await this.#door.http.tokens(), this.#tokens);
  }

  async addToken(form: NewToken): Promise<CabinetAnswer<{ id: string; secret: string }>> {
    const answer = this.#heard(await this.#door.http.addToken(form));
    if (answer.kind === 'done') await this.loadTokens();
    return answer;
  }

  async revokeToken(id: string): Promise<CabinetAnswer<unknown>> {
    const answer = this.#heard(await this.#door.http.revokeToken(id));
    if (answer.kind === 'done') await this.loadTokens();
    return answer;
  }

  async saveTeam(form: TeamForm): Promise<CabinetAnswer<TeamEntry>> {
    const answer = this.#heard(await this.#door.http.saveTeam(form));
    if (answer.kind === 'done') await this.loadTeams();
    return answer;
  }

  /** Sites of it are everybody's then. */
  async dropTeam(id: string): Promise<CabinetAnswer<unknown>> {
    const answer = this.#heard(await this.#door.http.dropTeam(id));
    if (answer.kind === 'done') await Promise.all([this.loadTeams(), this.loadSites()]);
    return answer;
  }

  async saveRules(rules: PresenceRules): Promise<CabinetAnswer<PresenceRules>> {
    const answer = this.#heard(await this.#door.http.saveRules(rules));
    if (answer.kind === 'done') this.#rules = answer.value;
    return answer;
  }

  async saveSite(form: SiteForm): Promise<CabinetAnswer<SiteEntry>> {
    const answer = this.#heard(await this.#door.http.saveSite(form));
    if (answer.kind === 'done' && this.#sites.kind === 'here') {
      const site = answer.value;
      const { list } = this.#sites;
      const isKnown = list.some((each) => each.id === site.id);
      const after = isKnown ? list.map((each) => (each.id === site.id ? site : each)) : [...list, site];
      this.#sites = { kind: 'here', list: after };
      this.#door.sitesChanged(after);
    }
    return answer;
  }

  async addOperator(form: NewOperator): Promise<CabinetAnswer<{ id: string; password: string }>> {
    const answer = this.#heard(await this.#door.http.addOperator(form));
    if (answer.kind === 'done') await this.loadOperators();
    return answer;
  }

  async changeOperator(change: OperatorChange): ReturnType<RelayHttp['changeOperator']> {
    const answer = this.#heard(await this.#door.http.changeOperator(change));
    if (answer.kind === 'done') await this.loadOperators();
    return answer;
  }

  /** `forget`: somebody else may log in next. Without it what was typed is still there after the next login. */
  clear(options: { forget: boolean }): void {
    this.#sites = { kind: 'loading' };
    this.#operators = { kind: 'loading' };
    this.#teams = { kind: 'loading' };
    this.#tokens = { kind: 'loading' };
    this.#rules = undefined;
    if (options.forget) this.#drafts = {};
  }

  #heard<T>(answer: CabinetAnswer<T>): CabinetAnswer<T> {
    if (answer.kind === 'out') this.#door.loggedOut();
    return answer;
  }

  #loaded<T>(answer: CabinetAnswer<readonly T[]>, before: Loaded<T>): Loaded<T> {
    this.#heard(answer);
    switch (answer.kind) {
      case 'done':
        return { kind: 'here', list: answer.value };
      case 'forbidden':
        return { kind: 'forbidden' };
      case 'refused':
      case 'unreachable':
        // An old list is better than none; the next action tells that the relay is away.
        return before.kind === 'here' ? before : { kind: 'unreachable' };
      case 'out':
        return before;
    }
  }
}
