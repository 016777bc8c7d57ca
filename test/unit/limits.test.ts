import { expect, test } from 'vitest';
import { LIMITS } from '../../protocol/limits.ts';
import { RECONNECT } from '../../protocol/reconnect.ts';

test('[W9] limits that lean on each other hold together', () => {
  // Two beats may be lost before a link calls the relay silent.
  expect(RECONNECT.silenceMs).toBeGreaterThan(2 * LIMITS.beatMs);
  // A lost visitor has time for the slowest retry, more than once.
  expect(LIMITS.graceMs).toBeGreaterThan(4 * RECONNECT.longestMs);
  // A resume token must outlive the grace time from the moment before it would be renewed.
  expect(LIMITS.resumeTokenMs).toBeGreaterThan(LIMITS.graceMs + 2 * LIMITS.resumeEveryMs);
  // What the relay keeps as history must hold at least one snapshot of the longest payload.
  expect(LIMITS.historyHardBytes).toBeGreaterThanOrEqual(LIMITS.maxPayloadBytes);
  // A page that animates is asked for a fresh snapshot, and once more, before what is kept of it is dropped.
  expect(LIMITS.historyHardFrames).toBeGreaterThan(LIMITS.historySoftFrames + 300 * (LIMITS.snapshotEveryMs / 1000));
  // A tab that resends everything it kept fits the relay's rate for frames.
  expect(LIMITS.visitorFramesBurst).toBeGreaterThanOrEqual(LIMITS.visitorFramesPerSec);
  // A page of the live list, at the longest rows, is a legal message: URL and title may be cut, not the page size.
  expect(LIMITS.listPageRows * 1000).toBeLessThan(LIMITS.maxTextBytes);
  // A batch of asset offers with ordinary addresses (under 1,000 characters) is a legal message.
  expect(LIMITS.maxAssetsPerMessage * 1200).toBeLessThan(LIMITS.maxTextBytes);
  // Acknowledgements come long before the resend buffer is full of ordinary frames.
  expect(4 * (LIMITS.ackEveryBytes + LIMITS.maxFrameBytes)).toBeLessThanOrEqual(LIMITS.resendBytes);
  expect(LIMITS.askMs).toBeLessThan(LIMITS.unwatchedMs);
});
