// Files of conversations between the console and the relay: pieces of those that are sent, and whole ones to look at.

import type { UploadRequest } from '../protocol/upload.ts';

export type FileHttp = {
  /** Undefined: no answer, or not the relay's. */
  send(request: UploadRequest, file: Blob): Promise<{ status: number; body: unknown } | undefined>;
  /** Throws when it can't be had. */
  fetch(file: string, what: 'preview' | 'content'): Promise<Blob>;
};

/** Where the browser fetches it to keep. */
export const fileAddress = (file: string): string => `/file/${file}/content`;

const PATIENCE_MS = 120_000;

export function createFileHttp(): FileHttp {
  return {
    async send({ method, path, form, piece }, file) {
      try {
        const answer = await fetch(`/file/${path}`, {
          method,
          ...(form && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(form) }),
          ...(piece && { body: file.slice(piece.from, piece.to) }),
          signal: AbortSignal.timeout(PATIENCE_MS),
        });
        return { status: answer.status, body: (await answer.json()) as unknown };
      } catch {
        // Offline, out of patience, or a proxy's page.
        return undefined;
      }
    },
    async fetch(file, what) {
      const answer = await fetch(`/file/${file}/${what}`);
      if (!answer.ok) throw new Error(`${answer.status}`);
      return answer.blob();
    },
  };
}
