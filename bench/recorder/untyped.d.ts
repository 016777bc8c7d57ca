// Packages that bring no types, as far as the workloads use them.

declare module 'alpinejs' {
  const Alpine: { data(name: string, make: () => object): void; start(): void };
  export default Alpine;
}

declare module 'mithril' {
  type Child = object | string | number | boolean | null | undefined;
  type Children = Child | readonly Child[];
  const m: {
    (selector: string, attributes: Readonly<Record<string, unknown>>, children?: Children): object;
    (selector: string, children?: Children): object;
    mount(root: Element, component: { view(): Children }): void;
  };
  export default m;
}

declare module 'vue/dist/vue.esm-bundler.js' {
  export { createApp, defineComponent } from 'vue';
}
