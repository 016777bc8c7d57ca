// What a customer is told to paste is the same wherever it is told. The console's settings are held to it in
// browser/console-settings.test.ts.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

test.each(['README.md', 'docs/widget.md'])('%s shows widget/snippet.html', (file) => {
  expect(read(file)).toContain('```html\n' + read('widget/snippet.html').trim() + '\n```');
});
