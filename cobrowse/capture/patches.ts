// The page's own functions, listened to: what no event and no observer tells (values that script sets, rules that it puts
// in). A stand-in answers every question as the browser's own function would, and is taken away when capture ends.
//
// Easy to get wrong: the page's call comes first, with its own result and its own exceptions; ours must neither throw nor
// be seen. Who has put another function over ours keeps it: then ours stays below it, and only falls silent.

import type { Listening, Task } from './listening.ts';

export type Patches = {
  /** `heard` is called after each successful call of the method. */
  method(owner: object | undefined, name: string, heard: (self: object, given: readonly unknown[]) => void): void;
  /** The same for a property's setter, and for its getter, by which a page may come to what it can change. */
  property(owner: object | undefined, name: string, set: (self: object) => void, got?: (self: object) => void): void;
};

type Native = (...given: unknown[]) => unknown;

const isNative = (task: Native): boolean => /\[native code]/.test(Function.prototype.toString.call(task));

export function createPatches(listening: Listening, safe: <A extends unknown[]>(task: Task<A>) => Task<A>): Patches {
  const listened = (native: Native, heard: (self: object, given: readonly unknown[]) => void): Native => {
    const tell = safe((self: object, given: readonly unknown[]) => {
      if (!listening.isStopped) heard(self, given);
    });
    const call = (target: Native, self: object, given: unknown[]) => {
      const result = Reflect.apply(target, self, given);
      tell(self, given);
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
    listening.whenStopped(() => {
      const now = Object.getOwnPropertyDescriptor(owner, name);
      const isMine = now && now.value === mine.value && now.set === mine.set && now.get === mine.get;
      if (isMine) Object.defineProperty(owner, name, before);
    });
  };

  return {
    method(owner, name, heard) {
      const native = owner && Object.getOwnPropertyDescriptor(owner, name);
      if (!owner || !native?.configurable || typeof native.value !== 'function') return;
      put(owner, name, { ...native, value: listened(native.value as Native, heard) }, native);
    },
    property(owner, name, set, got) {
      const native = owner && Object.getOwnPropertyDescriptor(owner, name);
      if (!owner || !native?.configurable || !native.get) return;
      const mine = { ...native };
      if (native.set) mine.set = listened(native.set as Native, set);
      if (got) mine.get = listened(native.get as Native, got) as () => unknown;
      put(owner, name, mine, native);
    },
  };
}
