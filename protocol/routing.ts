// Who answers whom, in the words that relay, console and forms share: presence, teams, working hours, and how conversations
// are handed out. What follows from them is decided by the relay (relay/dialog/routing.ts).

import { LIMITS } from './limits.ts';
import { list, maybe, object, oneOf, orNull, text, whole, type Infer } from './schema.ts';
import { ms, name, uuid } from './terms.ts';

/** What operators say of themselves. Away and invisible are both given nothing new; of the invisible, visitors hear no more
 * than of those who are not there. */
export const DECLARED = ['online', 'away', 'invisible'] as const;
export type Declared = (typeof DECLARED)[number];

/** How it is. Gone: none of their consoles is connected. */
export const PRESENCES = ['online', 'away', 'invisible', 'gone'] as const;
export type Presence = (typeof PRESENCES)[number];

/** Why it is not as they said: nobody has touched their consoles; the screen is locked; too many visitors wrote to them. */
export const PRESENCE_CAUSES = ['idle', 'locked', 'load'] as const;
export type PresenceCause = (typeof PRESENCE_CAUSES)[number];

/** An operator, as colleagues see them. */
export const colleague = /* @__PURE__ */ object({
  id: uuid,
  name,
  presence: oneOf(PRESENCES),
  declared: oneOf(DECLARED),
  cause: maybe(oneOf(PRESENCE_CAUSES)),
  /** Since then. */
  since: ms,
  /** None of their teams works just now. */
  off: maybe(oneOf(['hours'])),
  /** Open conversations that are theirs, and how many they are given at most. */
  load: whole(0xffffff),
  limit: whole(LIMITS.maxConversationLimit),
  teams: list(uuid, LIMITS.maxTeams),
});
export type Colleague = Infer<typeof colleague>;

export const teamName = /* @__PURE__ */ object({ id: uuid, name });

const MINUTES_OF_DAY = 1440;

/** Minutes from the day's beginning; `to` is after `from`. */
const stretch = /* @__PURE__ */ object({ from: whole(MINUTES_OF_DAY), to: whole(MINUTES_OF_DAY) });
export type Stretch = Infer<typeof stretch>;

/** When a team works, by the clocks of its zone. */
export const workingHours = /* @__PURE__ */ object({
  /** As the IANA calls it. */
  zone: text(64, 1),
  /** Seven, from Monday. */
  days: list(list(stretch, LIMITS.maxStretches), 7),
  /** On these, nobody works: YYYY-MM-DD. */
  holidays: list(text(10, 10, /^\d{4}-\d\d-\d\d$/), LIMITS.maxHolidays),
});
export type WorkingHours = Infer<typeof workingHours>;

/** What becomes of a site's new conversations. By hand: whoever takes one has it. */
export const siteRouting = /* @__PURE__ */ object({
  /** Null: everybody's. */
  team: orNull(uuid),
  mode: oneOf(['hand', 'auto']),
  /** What is not answered within this is offered to the next; 0: never. */
  answerSec: whole(LIMITS.maxAnswerSec),
});
export type SiteRouting = Infer<typeof siteRouting>;

export const BY_HAND: SiteRouting = { team: null, mode: 'hand', answerSec: 90 };

/** When operators of an account stop being online by themselves; 0: never. */
export const presenceRules = /* @__PURE__ */ object({
  /** Nobody touched any of their consoles for so long: away. */
  idleMinutes: whole(LIMITS.maxRuleMinutes),
  /** So many of their visitors wrote within `busyMinutes`: invisible, until fewer did. */
  busyVisitors: whole(LIMITS.maxConversationLimit),
  busyMinutes: whole(LIMITS.maxRuleMinutes),
});
export type PresenceRules = Infer<typeof presenceRules>;

export const USUAL_PRESENCE: PresenceRules = { idleMinutes: 10, busyVisitors: 0, busyMinutes: 10 };

/** Of open conversations that an operator is given. */
export const USUAL_LIMIT = 8;
