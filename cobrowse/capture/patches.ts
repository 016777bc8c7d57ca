// The page's own functions, listened to: what no event and no observer tells (values that script sets, rules that it puts
// in). A stand-in answers every question as the browser's own function would, and is taken away when capture ends.
//
// Easy to get wrong: the page's call has its own result and its own exceptions; ours must neither throw nor be seen. Who
// has put another function over ours keeps it: then ours stays below it, and only falls silent.

import type { Listening, Task } from './listening.ts';

export type Patches = {
  /** `heard` is called after each successful call of the method. */
  method(owner: object | undefined, name: string, heard: (self: object, given: readonly unknown[]) => void): void;
  /** The same for a property's setter. */
  setter(owner: object | undefined, name: string, heard: (self: object) => void): void;
  /** `met` is called before each use of what is called so: a method, a setter, and, if it `gives` something by which more
   * can be changed, a getter. */
  before(owner: object | undefined, name: string, met: (self: object) => void, gives?: boolean): void;
};

type Native = (...given: unknown[]) => unknown;

const isNative = (task: Native): boolean => /\[native code]/.test(Function.prototype.toString.call(task));

export function createPatches(listening: Listening, safe: <A extends unknown[]>(task: Task<A>) => Task<A>): Patches {
  const listened = (
    native: Native,
    heard: (self: object, given: readonly unknown[]) => void,
    isBefore?: boolean,
  ): Native => {
    // A page may have put something else there.
    if (typeof native !== 'function') return native;
    const tell = safe((self: object, given: readonly unknown[]) => {
      if (!listening.isStopped) heard(self, given);
    });
    const call = (target: Native, self: object, given: unknown[]) => {
      if (isBefore) tell(self, given);
      const result = Reflect.apply(target, self, given);
      if (!isBefore) tell(self, given);
      return result;
    };
    // A proxy looks like a function of the browser, and must not make one of the page's look like one: the widget goes
    // round those.
    if (isNative(native)) return new Proxy(native, { apply: call });
    return function (this: object, ...given) {
      return call(native, this, given);
    };
  };

  const put = (owner: object, name: string, mine: PropertyDescriptor, before: PropertyDescriptor) => {
    Object.defineProperty(owner, name, mine);
    // A field may go long before.
    const held = new WeakRef(owner);
    listening.whenStopped(() => {
      const there = held.deref();
      const now = there && Object.getOwnPropertyDescriptor(there, name);
      const isMine = now && now.value === mine.value && now.set === mine.set && now.get === mine.get;
      if (isMine) Object.defineProperty(there, name, before);
    });
  };

  const change = (
    owner: object | undefined,
    name: string,
    make: (native: PropertyDescriptor) => PropertyDescriptor,
  ) => {
    const native = owner && Object.getOwnPropertyDescriptor(owner, name);
    if (owner && native?.configurable) put(owner, name, make({ ...native }), native);
  };

  return {
    method: (owner, name, heard) =>
      change(owner, name, (mine) => ({ ...mine, value: listened(mine.value as Native, heard) })),
    setter: (owner, name, heard) =>
      change(owner, name, (mine) => ({ ...mine, set: listened(mine.set as Native, heard) })),
    before: (owner, name, met, gives) =>
      change(owner, name, (mine) => {
        if (mine.value) mine.value = listened(mine.value as Native, met, true);
        if (mine.set) mine.set = listened(mine.set as Native, met, true);
        if (mine.get && gives) mine.get = listened(mine.get as Native, met, true) as () => unknown;
        return mine;
      }),
  };
}
