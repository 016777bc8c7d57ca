import { expect, test } from 'vitest';
import { encodeFrames, KIND, readHeader } from '../../protocol/codec.ts';
import { createResendBuffer } from '../../protocol/resend.ts';

const change = (text: string) => {
  const [frame] = encodeFrames(KIND.Change, new TextEncoder().encode(text));
  if (!frame) throw new Error('no frame');
  return frame;
};
const ordinals = (frames: Uint8Array[] | undefined) => frames?.map((frame) => readHeader(frame).ordinal);

test('[RM5] what was not acknowledged comes again, in order, and nothing else', () => {
  const buffer = createResendBuffer();
  for (const text of ['a', 'b', 'c', 'd']) buffer.take(change(text));
  expect(ordinals(buffer.after(0))).toEqual([1, 2, 3, 4]);
  buffer.acknowledge(2);
  expect(ordinals(buffer.after(2))).toEqual([3, 4]);
  expect(ordinals(buffer.after(4))).toEqual([]);
  // It lost what had been acknowledged: only a snapshot helps.
  expect(buffer.after(1)).toBeUndefined();
  // It claims more than there ever was: another page's count.
  expect(buffer.after(9)).toBeUndefined();
});

test('[RM5] a full buffer asks for a snapshot instead of leaving a hole', () => {
  const buffer = createResendBuffer(100);
  for (let index = 0; index < 20; index++) buffer.take(change('0123456789'));
  expect(buffer.bytes).toBeLessThanOrEqual(100);
  expect(buffer.after(0)).toBeUndefined();
  expect(ordinals(buffer.after(18))).toEqual([19, 20]);
});

test('[RM5] a snapshot makes the past irrelevant, and numbers go on', () => {
  const buffer = createResendBuffer();
  buffer.take(change('old'));
  buffer.forget();
  buffer.take(change('new'));
  expect(ordinals(buffer.after(1))).toEqual([2]);
  expect(buffer.after(0)).toBeUndefined();
});

test('[RM5] an acknowledgement from the future is not believed', () => {
  const buffer = createResendBuffer();
  buffer.take(change('a'));
  buffer.acknowledge(1000);
  expect(ordinals(buffer.after(0))).toEqual([1]);
});
