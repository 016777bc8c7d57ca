import type { Bench } from './report.ts';
export const idle: Bench = { name: 'idle', question: '?', async run() {} };
