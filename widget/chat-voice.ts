// Voice in the chat: records a message, lets it be heard before it is sent, and plays what was sent by anybody. Loaded with
// pictures (chat-media.ts).
//
// Easy to get wrong: the microphone stays open, with the browser's sign for it, until its tracks are stopped. And sound is
// played from decoded bytes, not by address, which a page's policy may forbid.

import type { ChatDoor } from './chat-door.ts';
import type { ChatIcon } from './chat-icons.ts';
import type { MediaDoor, MediaWords } from './chat-media.ts';

export type Voice = {
  /** A bar in place of the composer; `done` with what was recorded, or with nothing. */
  record(done: (file: File | undefined, why?: string) => void): HTMLElement;
  /** Plays it in this element, which becomes a player, or pauses. */
  play(element: HTMLElement, fetched: () => Promise<Blob>): void;
  /** Nothing sounds, and nothing is recorded any more. */
  close(): void;
};

/** What a message may have at 128 kbit/s, and more than anybody listens to. */
const LONGEST_MS = 300_000;
const TICK_MS = 200;
/** The first that the browser can. */
const TYPES = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

export function createVoice(door: ChatDoor, words: MediaWords, { draw }: MediaDoor): Voice {
  const { make, mark, handover } = door;
  const { host } = handover;
  let context: AudioContext | undefined;
  let stopSound = () => {};
  let stopRecording = () => {};

  const clock = (ms: number) => `${Math.floor(ms / 60_000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, '0')}`;
  const button = (icon: ChatIcon, label: string, task: () => void, className = 'bare') => {
    const element = mark(make('button', className), { 'aria-label': label, title: label });
    element.append(draw(door, icon));
    host.listen(element, 'click', task);
    return element;
  };

  /** One at a time. `moved` hears where it is, and with undefined that it is over. */
  const sound = async (blob: Blob, moved: (atMs: number | undefined, lengthMs: number) => void) => {
    stopSound();
    context ??= new AudioContext();
    await context.resume();
    const decoded = await context.decodeAudioData(await blob.arrayBuffer());
    const source = context.createBufferSource();
    source.buffer = decoded;
    source.connect(context.destination);
    const began = context.currentTime;
    const lengthMs = decoded.duration * 1000;
    let cancel = () => {};
    const tick = () => {
      moved(((context?.currentTime ?? 0) - began) * 1000, lengthMs);
      cancel = host.after(TICK_MS, tick);
    };
    stopSound = () => {
      stopSound = () => {};
      cancel();
      source.disconnect();
      moved(undefined, lengthMs);
    };
    const stop = stopSound;
    host.listen(source, 'ended', () => stopSound === stop && stop());
    source.start();
    tick();
  };

  const player = (element: HTMLElement, time: HTMLElement, fetched: () => Promise<Blob>) => {
    if (element.classList.contains('sounds')) return stopSound();
    element.classList.add('sounds');
    fetched()
      .then((blob) =>
        sound(blob, (atMs, lengthMs) => {
          element.classList.toggle('sounds', atMs !== undefined);
          time.textContent = atMs === undefined ? clock(lengthMs) : `${clock(atMs)} / ${clock(lengthMs)}`;
        }),
      )
      .catch(() => {
        element.classList.remove('sounds');
        time.textContent = words.unplayable;
      });
  };

  return {
    record(done) {
      const time = mark(make('span', 'time', '0:00'), { role: 'timer' });
      const said = mark(make('span', 'said', words.recording), { role: 'status' });
      const bar = mark(make('div', 'composer voice'), { role: 'group', 'aria-label': words.recording });
      let file: File | undefined;
      let isOver = false;
      const end = (result: File | undefined, why?: string) => {
        if (isOver) return;
        isOver = true;
        stopRecording();
        stopSound();
        done(result, why);
      };
      const stopping = button('stop', words.stop, () => stopRecording(), 'send');
      bar.append(
        button('close', words.discard, () => end(undefined)),
        make('span', 'dot'),
        time,
        said,
        stopping,
      );
      void navigator.mediaDevices.getUserMedia({ audio: true }).then(
        host.guard((stream) => {
          const free = () => stream.getTracks().forEach((track) => track.stop());
          if (isOver) return free();
          const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each)) ?? '';
          const recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
          const pieces: Blob[] = [];
          const began = Date.now();
          let cancel = () => {};
          const tick = () => {
            const ms = Date.now() - began;
            time.textContent = clock(ms);
            if (ms >= LONGEST_MS) stopRecording();
            else cancel = host.after(TICK_MS, tick);
          };
          stopRecording = () => {
            stopRecording = () => {};
            cancel();
            if (recorder.state !== 'inactive') recorder.stop();
            free();
          };
          host.listen(recorder, 'dataavailable', ({ data }: BlobEvent) => pieces.push(data));
          host.listen(recorder, 'stop', () => {
            if (isOver) return;
            const kind = recorder.mimeType || type;
            const ending = /mp4|ogg/.exec(kind)?.[0] ?? 'webm';
            file = new File(pieces, `${words.fileName} ${time.textContent?.replace(':', '.')}.${ending}`, {
              type: kind,
            });
            const recorded = file;
            const playing = button('play', words.listen, () => player(playing, time, () => Promise.resolve(recorded)));
            const sending = button('send', words.send, () => end(recorded), 'send');
            bar.replaceChildren(
              button('close', words.discard, () => end(undefined)),
              playing,
              time,
              sending,
            );
            mark(bar, { 'aria-label': words.recorded });
            sending.focus({ preventScroll: true });
          });
          recorder.start(1000);
          tick();
          stopping.focus({ preventScroll: true });
        }),
        () => end(undefined, words.noMicrophone),
      );
      return bar;
    },
    play(element, fetched) {
      const known = element.querySelector<HTMLElement>('.time');
      const time = known ?? make('small', 'time', '…');
      if (!known) element.append(time);
      player(element, time, fetched);
    },
    close() {
      stopRecording();
      stopSound();
    },
  };
}
