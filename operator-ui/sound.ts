// Sound in the console: records what the operator says, and plays what anybody sent. Played from decoded bytes and not by
// address: the console's policy, which mirrors of strangers' pages inherit, allows no media.
//
// Easy to get wrong: the microphone stays open, with the browser's sign for it, until its tracks are stopped.

export type Recording = {
  /** Settles with what was said. */
  stop(): Promise<File>;
  cancel(): void;
};

/** The first that the browser can. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

export const canRecord = (): boolean => 'mediaDevices' in navigator && 'MediaRecorder' in window;

/** Throws when there is no microphone, or the browser does not allow it. */
export async function startRecording(name: string): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
  const recorder = new MediaRecorder(stream, type === undefined ? {} : { mimeType: type });
  const pieces: Blob[] = [];
  recorder.ondataavailable = ({ data }) => pieces.push(data);
  recorder.start(1000);
  const free = () => stream.getTracks().forEach((track) => track.stop());
  return {
    stop: () =>
      new Promise((resolve) => {
        recorder.onstop = () => {
          const kind = recorder.mimeType || (type ?? '');
          const ending = /mp4|ogg/.exec(kind)?.[0] ?? 'webm';
          resolve(new File(pieces, `${name}.${ending}`, { type: kind }));
        };
        recorder.stop();
        free();
      }),
    cancel() {
      if (recorder.state !== 'inactive') recorder.stop();
      free();
    },
  };
}

const TICK_MS = 200;

/** What sounds in this console: one at a time, another one ends it. */
export class Player {
  #context: AudioContext | undefined;
  #stop = () => {};

  stop(): void {
    this.#stop();
  }

  /** `moved` hears where it is, and with undefined that it is over. Throws on what this browser can't play. */
  async play(blob: Blob, moved: (atMs: number | undefined, lengthMs: number) => void): Promise<void> {
    this.#stop();
    const context = (this.#context ??= new AudioContext());
    await context.resume();
    const decoded = await context.decodeAudioData(await blob.arrayBuffer());
    this.#stop();
    const source = context.createBufferSource();
    source.buffer = decoded;
    source.connect(context.destination);
    const began = context.currentTime;
    const lengthMs = decoded.duration * 1000;
    const tick = () => moved((context.currentTime - began) * 1000, lengthMs);
    const timer = setInterval(tick, TICK_MS);
    const stop = () => {
      clearInterval(timer);
      source.onended = null;
      source.disconnect();
      this.#stop = () => {};
      moved(undefined, lengthMs);
    };
    this.#stop = stop;
    source.onended = stop;
    source.start();
    tick();
  }
}

export function soundClock(ms: number): string {
  return `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
}
