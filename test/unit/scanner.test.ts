// The virus scanner's protocol, against a daemon that speaks as ClamAV's documentation says; and against ClamAV's own, where
// TEST_CLAMAV names one.

import net from 'node:net';
import { expect, test } from 'vitest';
import { createScanner } from '../../relay/dialog/scanner.ts';
import { EICAR, startStandInClamd } from '../support/stand-in-clamd.ts';

async function* pieces(...texts: (string | Uint8Array)[]) {
  for (const text of texts) yield await Promise.resolve(new Uint8Array(Buffer.from(text as string)));
}

const real = process.env['TEST_CLAMAV'];

for (const [name, address] of [
  ['a daemon that speaks ClamAV’s protocol', undefined],
  ['ClamAV', real],
] as const)
  test.skipIf(name === 'ClamAV' && !real)(`${name}: what is harmless is clean, and what is not is named`, async () => {
    const daemon = await startStandInClamd();
    const scan = createScanner(address ?? daemon.address);
    expect(await scan(pieces('nothing ', 'to see'))).toEqual({ kind: 'clean' });
    // In two pieces, since a file is sent in many.
    expect(await scan(pieces(EICAR.slice(0, 20), EICAR.slice(20)))).toEqual({
      kind: 'infected',
      found: expect.stringMatching(/eicar/i) as string,
    });
    await daemon.close();
  });

test('what is no verdict is none: too long for the daemon, something else, a daemon that hangs up or says nothing, none at all', async () => {
  const short = await startStandInClamd({ mostBytes: 100_000 });
  const long = Array.from({ length: 40 }, () => new Uint8Array(65_536));
  await expect(createScanner(short.address)(pieces(...long))).rejects.toThrow();
  await short.close();
  const answers: [string, RegExp][] = [
    ['\0', /says/],
    ['stream: OKAY\0', /OKAY/],
    ['stream: OK', /hung up/],
  ];
  for (const [answer, why] of answers) {
    const server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as net.AddressInfo;
    await expect(createScanner(`127.0.0.1:${port}`)(pieces('x'))).rejects.toThrow(why);
    await new Promise((resolve) => server.close(resolve));
  }
  const silent = net.createServer((socket) => void socket.resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as net.AddressInfo;
  await expect(createScanner(`127.0.0.1:${port}`, 200)(pieces('x'))).rejects.toThrow('does not answer');
  silent.close();
  await expect(createScanner('/nowhere/clamd.sock')(pieces('x'))).rejects.toThrow();
});
