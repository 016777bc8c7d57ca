// Reads the settings, starts the relay and the demo shop, says where everything is, stops cleanly. Nothing else.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from './config.ts';
import { makeDataDir } from './data-dir.ts';
import { createLogger, reasonOf } from './log.ts';
import { startRelay } from './relay.ts';

/** What dist/demo/server.js exports (demo/server.ts); not imported, because a part never imports the demo. */
type Demo = {
  startDemo(options: {
    port: number;
    host: string;
    relayUrl: string;
    siteKey: string;
  }): Promise<{ port: number; close(): Promise<void> }>;
};

const settings = readConfig();
if ('errors' in settings) {
  for (const error of settings.errors) console.error(error);
  process.exit(2);
}
const { config } = settings;
const log = createLogger(config.logLevel, (line) => process.stderr.write(line + '\n'));
const dist = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

try {
  makeDataDir(config.dataDir);
  const relay = await startRelay(config, log, {
    widget: path.join(dist, 'widget'),
    console: path.join(dist, 'console'),
  });
  let demo: { port: number; close(): Promise<void> } | undefined;
  let shop: string | undefined;
  if (config.demoPort !== undefined) {
    const { startDemo } = (await import(new URL('../demo/server.js', import.meta.url).href)) as Demo;
    demo = await startDemo({ port: config.demoPort, host: config.host, relayUrl: relay.url, siteKey: 'demo' });
    shop = `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${demo.port}`;
    await relay.allowDemo([shop, `http://localhost:${demo.port}`]);
  }

  const lines = ['', '  Tandem is running.', '', `  Console    ${relay.url}/`];
  if (shop !== undefined) lines.push(`  Demo shop  ${shop}/`);
  const { firstOperator } = relay;
  if (firstOperator) {
    lines.push(
      '',
      `  Log in as  ${firstOperator.login}`,
      `  Password   ${firstOperator.password}   (once: the console then asks for your own)`,
    );
    if (firstOperator.again) lines.push('  The password shown before was never used; this one replaces it.');
  }
  lines.push(
    '',
    '  Next: open the demo shop in one window and the console in another, pick the visitor',
    '  in the live list, ask to see the page, and allow it in the shop.',
    '',
  );
  console.log(lines.join('\n'));
  // For whoever started us as a child: one line that a program can read.
  process.send?.({ url: relay.url, shop, firstOperator });

  const stop = (signal: string) => {
    log.info('stopping', { signal });
    void Promise.all([relay.close(), demo?.close()]).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('did not stop cleanly', { error: reasonOf(error) });
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
} catch (error) {
  log.error('could not start', { error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
