// What messages of all kinds are made of: the schemas that more than one of their files needs.

import { LIMITS } from './limits.ts';
import { number, object, text, whole } from './schema.ts';

/** Of rooms, asks, people, sites: whatever the relay or the other end made. */
export const id = /* @__PURE__ */ text(64, 1);
/** Of conversations and all that is in them: in lower case. */
export const uuid = /* @__PURE__ */ text(36, 36, /^[\da-f]{8}-([\da-f]{4}-){3}[\da-f]{12}$/);
export const name = /* @__PURE__ */ text(LIMITS.maxNameChars);
export const person = /* @__PURE__ */ object({ id, name });
export const count = /* @__PURE__ */ whole(0xffffffff);
/** Epoch milliseconds, or a length of time in them. */
export const ms = /* @__PURE__ */ number(1e14);
