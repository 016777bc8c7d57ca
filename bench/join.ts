import type { Bench } from './report.ts';
export const join: Bench = { name: 'join', question: '?', async run() {} };
