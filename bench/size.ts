import type { Bench } from './report.ts';
export const size: Bench = { name: 'size', question: '?', async run() {} };
