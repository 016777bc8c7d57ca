// What a bench is, and how its figures are written: one JSON line each on stdout, a table at the end on stderr. Owns the
// arithmetic of figures (quantiles, ratio, target met or missed); measures nothing and starts nothing.
//
// Easy to get wrong: a figure without a control has no ratio, so a target of the ratio counts as missed, not as met.
// A bench that could not check its own run (a frame missing, a process gone) throws: no figure is better than a false
// one, and main.ts then exits with 1.

/** Which number must reach what. */
export type Must = { readonly of: 'value' | 'ratio' } & ({ readonly atMost: number } | { readonly atLeast: number });

export type Measured = {
  /** Unique within the bench, for example `fan-out, 20 viewers, 128 B`. */
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  /** The same quantity of something known, measured in the same run; the ratio is ours through this. */
  readonly control?: number;
  /** What the control is. */
  readonly against?: string;
  readonly must?: Must;
  /** Has its JSON line, but would drown the table: a byte count of one input file. */
  readonly detail?: boolean;
};

export type Figure = {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly control: number | null;
  readonly ratio: number | null;
  readonly against?: string;
  readonly target?: string;
  /** Absent where nothing is demanded, and in a tiny run, whose sizes prove nothing. */
  readonly ok?: boolean;
};

export type BenchContext = {
  /** Very small sizes: shows that the bench still runs, not how fast anything is. */
  readonly tiny: boolean;
  /** The folder that holds dist/. */
  readonly root: string;
  figure(measured: Measured): void;
  /** How far the bench is, for whoever waits. */
  say(text: string): void;
};

export type Bench = {
  readonly name: string;
  readonly question: string;
  run(context: BenchContext): Promise<void>;
};

/** The smallest value that at least this part of all values does not exceed; `part` in (0, 1]. Does not need sorting. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  if (value === undefined) throw new Error('a quantile of nothing');
  return value;
}

/** Of ratios, or of values whose ratios matter: no one of them outweighs the others by being large. */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new Error('no values');
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new Error('a median of nothing');
  return (upper + lower) / 2;
}

export function figureOf(bench: string, measured: Measured, judged: boolean): Figure {
  const { metric, value, unit, control, against, must } = measured;
  for (const number of [value, control ?? 0])
    if (!Number.isFinite(number)) throw new Error(`${bench}, ${metric}: ${number} is no figure`);
  const ratio = control === undefined || control === 0 ? null : value / control;
  return {
    bench,
    metric,
    value: rounded(value),
    unit,
    control: control === undefined ? null : rounded(control),
    ratio: ratio === null ? null : rounded(ratio),
    ...(against === undefined ? {} : { against }),
    ...(must ? { target: wordsOf(must, unit) } : {}),
    // Judged before rounding.
    ...(must && judged ? { ok: isMet(must, must.of === 'value' ? value : ratio) } : {}),
  };
}

function isMet(must: Must, number: number | null): boolean {
  if (number === null) return false;
  return 'atMost' in must ? number <= must.atMost : number >= must.atLeast;
}

function wordsOf(must: Must, unit: string): string {
  const limit = 'atMost' in must ? `<= ${must.atMost}` : `>= ${must.atLeast}`;
  return must.of === 'ratio' ? `ratio ${limit}` : `${limit} ${unit}`;
}

/** More digits than these are noise. */
function rounded(number: number): number {
  return Number(number.toPrecision(5));
}

export function lineOf(figure: Figure): string {
  return JSON.stringify(figure);
}

/** For people: one row per figure, the columns padded; also valid Markdown, so that it can be kept in README.md. */
export function tableOf(figures: readonly Figure[]): string {
  const shown = (number: number | null) => (number === null ? '' : String(number));
  const rows = [
    ['bench', 'metric', 'value', 'unit', 'control', 'ratio', 'control is', 'target', ''],
    ...figures.map((figure) => [
      figure.bench,
      figure.metric,
      shown(figure.value),
      figure.unit,
      shown(figure.control),
      figure.ratio === null ? '' : figure.ratio.toFixed(2),
      figure.against ?? '',
      figure.target ?? '',
      figure.ok === undefined ? '' : figure.ok ? 'ok' : 'MISSED',
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}
