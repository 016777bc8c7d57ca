// Pictures of the conversation, small in their places and one large over all when it is asked for. Drawn, not shown by address:
// a page's policy may forbid addresses that it does not know.

import type { ChatDoor } from './chat-door.ts';
import type { MediaDoor, MediaWords } from './chat-media.ts';

/** `blob`: of one that is still on its way. */
export type Picture = { id: string; name: string; width: number; height: number; blob?: Blob | undefined };

export type Pictures = {
  /** In its place, which is a button. */
  show(place: HTMLElement, picture: Picture): void;
  /** A key in the surface. True: it was ours. */
  key(event: KeyboardEvent): boolean;
};

export function createPictures(door: ChatDoor, words: MediaWords, { fetched }: MediaDoor): Pictures {
  const { make, mark, surface, handover, focused } = door;
  const { host } = handover;
  let large: { element: HTMLElement; opener: HTMLElement | undefined } | undefined;

  const draw = async (canvas: HTMLCanvasElement, blob: Blob) => {
    const bitmap = await createImageBitmap(blob);
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    bitmap.close();
  };
  /** What can't be had stays a grey place. */
  const fill = (canvas: HTMLCanvasElement, { id, blob }: Picture, what: 'preview' | 'content') =>
    void (blob ? Promise.resolve(blob) : fetched(id, what)).then((got) => draw(canvas, got)).catch(() => {});

  const shut = () => {
    large?.element.remove();
    large?.opener?.focus({ preventScroll: true });
    large = undefined;
  };
  const open = (picture: Picture, small: HTMLCanvasElement) => {
    shut();
    const { name } = picture;
    const canvas = mark(make('canvas', ''), { role: 'img', 'aria-label': name });
    canvas.width = small.width;
    canvas.height = small.height;
    canvas.getContext('2d')?.drawImage(small, 0, 0);
    const closing = make('button', 'side', words.closePicture);
    const element = mark(make('div', 'large', canvas, closing), {
      role: 'dialog',
      'aria-modal': 'true',
      'aria-label': name,
    });
    host.listen(element, 'click', shut);
    large = { element, opener: focused() };
    surface.root.append(element);
    closing.focus({ preventScroll: true });
    fill(canvas, picture, 'content');
  };

  return {
    show(place, picture) {
      const canvas = make('canvas', '');
      place.append(canvas);
      host.listen(place, 'click', () => open(picture, canvas));
      fill(canvas, picture, 'preview');
    },
    key(event) {
      if (!large) return false;
      if (event.key === 'Escape' && event.type === 'keydown') shut();
      // Nothing else is to be reached behind it.
      else if (event.key === 'Tab' && event.type === 'keydown') event.preventDefault();
      return true;
    },
  };
}
