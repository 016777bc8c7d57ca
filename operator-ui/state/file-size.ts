// How large a file is, in words. Pure.

export function fileSize(bytes: number, language: string): string {
  const isLarge = bytes >= 1e6;
  const unit = isLarge ? 'megabyte' : 'kilobyte';
  return new Intl.NumberFormat(language, { style: 'unit', unit, maximumFractionDigits: isLarge ? 1 : 0 }).format(
    isLarge ? bytes / 1e6 : Math.max(1, bytes / 1e3),
  );
}
