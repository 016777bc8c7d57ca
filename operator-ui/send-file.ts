// Sends a file of the operator's to the relay, where it waits for the visitor of one room. Not by fetch(), which tells
// nothing of how far it has come. Never throws: a network failure is `unreachable`.

export type SentFile = { kind: 'done'; id: string } | { kind: 'too-many' | 'too-large' | 'not-here' | 'unreachable' };
/** `cancel` settles it as unreachable. */
export type SendFile = (
  room: string,
  file: Blob,
  progress: (share: number) => void,
) => { answer: Promise<SentFile>; cancel(): void };

/** For a line of 1 Mbit/s and the largest file. */
const PATIENCE_MS = 90_000;

export const sendFile: SendFile = (room, file, progress) => {
  const request = new XMLHttpRequest();
  const answer = new Promise<SentFile>((resolve) => {
    request.onloadend = () => resolve(read(request));
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.open('POST', `/api/hand/file?room=${encodeURIComponent(room)}`);
    request.timeout = PATIENCE_MS;
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.send(file);
  });
  return { answer, cancel: () => request.abort() };
};

function read({ status, responseText }: XMLHttpRequest): SentFile {
  if (status === 413) return { kind: 'too-large' };
  if (status === 429) return { kind: 'too-many' };
  if (status === 404 || status === 403) return { kind: 'not-here' };
  if (status !== 200) return { kind: 'unreachable' };
  try {
    const { id } = JSON.parse(responseText) as { id?: unknown };
    return typeof id === 'string' ? { kind: 'done', id } : { kind: 'unreachable' };
  } catch {
    // A proxy's page.
    return { kind: 'unreachable' };
  }
}
