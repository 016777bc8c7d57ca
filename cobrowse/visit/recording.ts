// What a page loads once somebody watches it, as one file: capture, and the stream that makes frames of what it sees.
// Two files would cost a visitor another half kilobyte and another request.

import { startCapture } from '../capture.ts';
import { createStream } from './stream.ts';

export const recording = { startCapture, createStream } as const;
