// The few globals that browsers and Node share and that neither DOM-less nor Node-less typings declare.
// Nothing else may be assumed in protocol/ (M8).
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array): string;
}
