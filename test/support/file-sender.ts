// Sends files of messages to a relay over HTTP as widget and console do, and as those would who mean no good.

import type { FileForm, FileStanding } from '../../protocol/files.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { newId } from '../../relay/store/id.ts';

/** `pass`: a visitor's, with the origin of their page; `cookie`: an operator's. */
export type Sender = { url: string; origin: string; pass?: string; cookie?: string };

const headersOf = ({ origin, pass, cookie }: Sender): Record<string, string> => ({
  origin,
  ...(pass === undefined ? {} : { authorization: `Bearer ${pass}` }),
  ...(cookie === undefined ? {} : { cookie }),
});

export type Answered = { status: number; body: Partial<FileStanding> & { why?: string; path?: string } };

async function answered(response: Response): Promise<Answered> {
  return { status: response.status, body: (await response.json()) as Answered['body'] };
}

export async function ask(from: Sender, path: string, form: unknown): Promise<Answered> {
  const response = await fetch(`${from.url}/file/${path}`, {
    method: 'POST',
    headers: { ...headersOf(from), 'content-type': 'application/json' },
    body: JSON.stringify(form),
  });
  return answered(response);
}

export const begin = (from: Sender, form: Partial<FileForm>): Promise<Answered> =>
  ask(from, '', { id: newId(), name: 'a.txt', bytes: 1, type: 'text/plain', ...form });

export async function piece(from: Sender, id: string, at: number, bytes: Uint8Array): Promise<Answered> {
  const response = await fetch(`${from.url}/file/${id}?at=${at}`, {
    method: 'PATCH',
    headers: headersOf(from),
    body: bytes as Uint8Array<ArrayBuffer>,
  });
  return answered(response);
}

export const get = (from: Sender, path: string): Promise<Response> =>
  fetch(`${from.url}/file/${path}`, { headers: headersOf(from) });

/** All of it, until it is ready or refused. */
export async function sendWhole(
  from: Sender,
  bytes: Uint8Array,
  form: Partial<FileForm> = {},
): Promise<{ id: string; body: Answered['body'] }> {
  const id = form.id ?? newId();
  const whole = { ...form, id, bytes: bytes.byteLength };
  let { status, body } = await begin(from, whole);
  while (body.state === 'arriving' || body.state === 'scanning') {
    const at = body.at ?? 0;
    if (body.state === 'scanning') {
      await new Promise((resolve) => setTimeout(resolve, 50));
      ({ status, body } = await begin(from, whole));
    } else ({ status, body } = await piece(from, id, at, bytes.subarray(at, at + LIMITS.fileChunkBytes)));
  }
  if (body.state === undefined) throw new Error(`${status} ${JSON.stringify(body)}`);
  return { id, body };
}
