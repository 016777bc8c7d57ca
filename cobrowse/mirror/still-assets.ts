// Pictures and fonts of a still picture as data addresses: from the relay, or from this window's memory (blob addresses of
// canvases and videos). Any other address becomes nothing, so that a page's picture can never make the console ask somebody.
//
// Easy to get wrong: the console's policy lets `fetch` have assets but no blobs; those are read through an image.

/** Larger ones are drawn smaller. */
const MAX_RAW_BYTES = 1_500_000;
const MAX_RAW_SIDE = 1600;
/** Of all in one picture. */
const MAX_TOTAL_CHARS = 24_000_000;

export type StillAssets = {
  /** Undefined: there is none, or it may not be loaded. */
  load(address: string): Promise<string | undefined>;
  /** So many have been loaded. */
  readonly count: number;
};

export function createStillAssets(page: Document, assetUrl: (hash: string) => string): StillAssets {
  const known = new Map<string, Promise<string | undefined>>();
  const home = new URL(assetUrl('0'), page.baseURI).href.slice(0, -1);
  let total = 0;

  const drawn = async (address: string): Promise<string | undefined> => {
    const image = page.createElement('img');
    image.src = address;
    await image.decode();
    const { naturalWidth: width, naturalHeight: height } = image;
    if (width === 0 || height === 0) return undefined;
    const by = Math.min(1, MAX_RAW_SIDE / Math.max(width, height));
    const canvas = page.createElement('canvas');
    canvas.width = Math.max(1, Math.round(width * by));
    canvas.height = Math.max(1, Math.round(height * by));
    canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/png');
  };

  const read = async (address: string): Promise<string | undefined> => {
    if (address.startsWith('blob:')) return drawn(address);
    const url = new URL(address, page.baseURI);
    url.hash = '';
    if (!url.href.startsWith(home)) return undefined;
    const answer = await fetch(url.href, { credentials: 'same-origin', redirect: 'error' });
    if (!answer.ok) return undefined;
    const blob = await answer.blob();
    if (blob.size > MAX_RAW_BYTES && /^image\/(png|jpeg|webp|avif|gif)/.test(blob.type)) return drawn(url.href);
    return dataOf(blob);
  };

  return {
    get count() {
      return known.size;
    },
    load(address) {
      if (address.startsWith('data:')) return Promise.resolve(address);
      let loading = known.get(address);
      if (!loading) {
        loading = read(address).then(
          (data) => {
            total += data?.length ?? 0;
            return total > MAX_TOTAL_CHARS ? undefined : data;
          },
          // It can't be had: the picture is drawn without it.
          () => undefined,
        );
        known.set(address, loading);
      }
      return loading;
    },
  };
}

function dataOf(blob: Blob): Promise<string | undefined> {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(typeof reader.result === 'string' ? reader.result : undefined);
    reader.onerror = () => done(undefined);
    reader.readAsDataURL(blob);
  });
}
