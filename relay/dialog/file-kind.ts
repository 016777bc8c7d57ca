// What a file is, by its first bytes, whatever it is called: its media type, the kind that a site allows or does not, and
// whether it is a picture that may be shown once it has been drawn anew (picture.ts). Pure.
//
// Easy to get wrong: only pictures of these types are ever shown in place. Everything else is fetched as a download, so a
// wrong guess here costs a sign beside a name and no more. A name only decides where bytes say nothing, or only that it is
// an archive (office documents are).

/* eslint-disable no-control-regex -- what files begin with */

import { FILE_KINDS, type FileKind } from '../../protocol/files.ts';
import { LIMITS } from '../../protocol/limits.ts';
import { list, object, oneOf, whole, type Infer } from '../../protocol/schema.ts';

/** What visitors and operators may send in a site's conversations. */
export const filePolicy = object({
  maxBytes: whole(LIMITS.maxFileBytes),
  kinds: list(oneOf(FILE_KINDS), FILE_KINDS.length),
});
export type FilePolicy = Infer<typeof filePolicy>;

/** Programs are what people are talked into opening. */
export const USUAL_FILES: FilePolicy = {
  maxBytes: LIMITS.maxFileBytes,
  kinds: FILE_KINDS.filter((kind) => kind !== 'program'),
};

/** As many of the first bytes as `kindOf` looks at. */
export const SNIFFED_BYTES = 4096;

export type Sniffed = { readonly type: string; readonly kind: FileKind };

/** By a file's beginning, in Latin-1. */
const MARKS: readonly (readonly [RegExp, string, FileKind])[] = [
  [/^\x89PNG\r\n\x1a\n/, 'image/png', 'image'],
  [/^\xff\xd8\xff/, 'image/jpeg', 'image'],
  [/^GIF8[79]a/, 'image/gif', 'image'],
  [/^RIFF[^]{4}WEBP/, 'image/webp', 'image'],
  [/^[^]{4}ftypavi[fs]/, 'image/avif', 'image'],
  [/^[^]{4}ftyp(hei[cfsmx]|mif1|msf1)/, 'image/heic', 'image'],
  [/^(II\*\0|MM\0\*)/, 'image/tiff', 'image'],
  [/^BM[^]{4}\0\0\0\0/, 'image/bmp', 'image'],
  [/^OggS/, 'audio/ogg', 'sound'],
  [/^(ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb])/, 'audio/mpeg', 'sound'],
  [/^\xff[\xf1\xf9]/, 'audio/aac', 'sound'],
  [/^RIFF[^]{4}WAVE/, 'audio/wav', 'sound'],
  [/^fLaC/, 'audio/flac', 'sound'],
  [/^[^]{4}ftypM4[AB]/, 'audio/mp4', 'sound'],
  [/^\x1aE\xdf\xa3/, 'video/webm', 'video'],
  [/^[^]{4}ftypqt/, 'video/quicktime', 'video'],
  [/^[^]{4}ftyp/, 'video/mp4', 'video'],
  [/^RIFF[^]{4}AVI /, 'video/x-msvideo', 'video'],
  [/^%PDF-/, 'application/pdf', 'document'],
  [/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, 'application/x-ole-storage', 'document'],
  [/^\{\\rtf/, 'application/rtf', 'document'],
  [/^MZ/, 'application/vnd.microsoft.portable-executable', 'program'],
  [/^\x7fELF/, 'application/x-elf', 'program'],
  [/^(\xfe\xed\xfa[\xce\xcf]|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe)/, 'application/x-mach-binary', 'program'],
  [/^#!/, 'text/x-script', 'program'],
  [/^(PK\x03\x04|PK\x05\x06)/, 'application/zip', 'archive'],
  [/^Rar!\x1a\x07/, 'application/vnd.rar', 'archive'],
  [/^7z\xbc\xaf\x27\x1c/, 'application/x-7z-compressed', 'archive'],
  [/^\x1f\x8b/, 'application/gzip', 'archive'],
  [/^BZh[1-9]/, 'application/x-bzip2', 'archive'],
  [/^\xfd7zXZ\0/, 'application/x-xz', 'archive'],
  [/^[^]{257}ustar/, 'application/x-tar', 'archive'],
];

/** Endings of what runs when it is opened, whatever its bytes look like. */
const PROGRAMS =
  /\.(exe|com|scr|pif|bat|cmd|ps1|psm1|vbs?|vbe|jse?|wsf|wsh|hta|msi|msp|msc|cpl|jar|lnk|reg|url|scf|inf|dll|sys|drv|apk|app|dmg|pkg|deb|rpm|sh|command|action|workflow|iso|img|vhdx?)\.*$/i;
/** Archives that are documents, and text that is one. */
const DOCUMENTS =
  /\.(doc[xm]?|xls[xmb]?|ppt[xm]?|od[tspg]|pages|numbers|key|epub|txt|csv|tsv|md|log|rtf|ics|vcf|eml)$/i;

/** `announced`: the media type that the sender's system gave it. */
export function sniff(first: Uint8Array, name: string, announced: string): Sniffed {
  const start = Buffer.from(first.subarray(0, SNIFFED_BYTES)).toString('latin1');
  const [, type = 'application/octet-stream', kind = 'other'] = MARKS.find(([mark]) => mark.test(start)) ?? [];
  if (kind === 'program' || PROGRAMS.test(name)) return { type, kind: 'program' };
  // One container for both.
  if (kind === 'video' && /^audio\//i.test(announced)) return { type: type.replace('video', 'audio'), kind: 'sound' };
  if (kind === 'sound' && type === 'audio/ogg' && /^video\//i.test(announced))
    return { type: 'video/ogg', kind: 'video' };
  if ((kind === 'archive' || kind === 'other') && DOCUMENTS.test(name)) return { type, kind: 'document' };
  return { type, kind };
}

/** Pictures that are drawn anew, and shown in place. */
const DRAWN = /^image\/(jpeg|png|webp|gif|avif)$/;
export const isDrawn = (type: string): boolean => DRAWN.test(type);

/** Marks that turn the direction of text, or nothing that is seen. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029\ufff9-\uffff]/gu;

/** A name that may be shown, and under which a file may be kept: no way to elsewhere, one line, nothing that turns it round.
 * Its ending stays when it is cut. */
export function safeName(given: string): string {
  const last = given.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .normalize('NFC')
    .replace(UNSEEN, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  if (clean.length <= LONGEST_NAME) return clean || 'file';
  const ending = /\.\w{1,10}$/.exec(clean)?.[0] ?? '';
  return `${clean.slice(0, LONGEST_NAME - ending.length - 1).replace(UNSEEN, '')}…${ending}`;
}
const LONGEST_NAME = 120;
