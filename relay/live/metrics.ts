// Counters of the live part and how they are written for Prometheus. Created once and handed in.

import { REASONS } from '../../protocol/hand.ts';

/** A class and not closures over a number: some are added to for every frame, and a captured number that outgrows 31 bits
 * is allocated anew each time. */
export class Counter {
  value = 0;
  add(n: number): void {
    this.value += n;
  }
}
export type Histogram = { observe(value: number): void };

type Metric = { name: string; help: string; lines(): string[] };

export type LiveMetrics = ReturnType<typeof createLiveMetrics>;

/** Upper bounds in seconds, for latencies from a memory copy to a bad mobile line. */
const BOUNDS = [0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createLiveMetrics() {
  const metrics: Metric[] = [];
  const counter = (name: string, help: string): Counter => {
    const made = new Counter();
    metrics.push({ name, help, lines: () => [`# TYPE ${name} counter`, `${name} ${made.value}`] });
    return made;
  };
  /** One counter for each value of a label. */
  const counters = <T extends string>(name: string, help: string, label: string, values: readonly T[]) => {
    const made = values.map((value) => [value, new Counter()] as const);
    metrics.push({
      name,
      help,
      lines: () => [
        `# TYPE ${name} counter`,
        ...made.map(([value, counter]) => `${name}{${label}="${value}"} ${counter.value}`),
      ],
    });
    // It has every one of them.
    return Object.fromEntries(made) as Readonly<Record<T, Counter>>;
  };
  const histogram = (name: string, help: string): Histogram => {
    const counts = new Array<number>(BOUNDS.length).fill(0);
    let count = 0;
    let sum = 0;
    metrics.push({
      name,
      help,
      lines: () => [
        `# TYPE ${name} histogram`,
        ...BOUNDS.map((bound, index) => `${name}_bucket{le="${bound}"} ${counts[index] ?? 0}`),
        `${name}_bucket{le="+Inf"} ${count}`,
        `${name}_sum ${sum}`,
        `${name}_count ${count}`,
      ],
    });
    return {
      observe(value) {
        count += 1;
        sum += value;
        for (let index = BOUNDS.length - 1; index >= 0; index--) {
          if (value > (BOUNDS[index] ?? 0)) break;
          counts[index] = (counts[index] ?? 0) + 1;
        }
      },
    };
  };
  const gauge = (name: string, help: string, read: () => number) => {
    metrics.push({ name, help, lines: () => [`# TYPE ${name} gauge`, `${name} ${read()}`] });
  };
  return {
    framesIn: counter('tandem_frames_in_total', 'Live-view frames taken from visitors'),
    bytesIn: counter('tandem_frame_bytes_in_total', 'Bytes of live-view frames taken from visitors'),
    framesOut: counter('tandem_frames_out_total', 'Live-view frames given to operators, one per receiver'),
    bytesOut: counter('tandem_frame_bytes_out_total', 'Bytes of live-view frames given to operators'),
    framesRefused: counter('tandem_frames_refused_total', 'Frames that came while nothing was to be captured'),
    framesDropped: counter('tandem_frames_dropped_total', 'Frames not given to a slow operator (repaired later)'),
    resyncs: counter('tandem_resyncs_total', 'Holes that mirrors asked to have repaired'),
    snapshotsAsked: counter('tandem_snapshots_asked_total', 'Fresh snapshots asked of pages'),
    protocolErrors: counter('tandem_protocol_errors_total', 'Connections closed for malformed input'),
    refusedLogins: counter('tandem_logins_refused_total', 'Operator logins that were wrong or throttled'),
    handActs: counters('tandem_hand_acts_total', 'Acts of operators by hand, by what became of them', 'outcome', [
      'done',
      ...REASONS,
    ]),
    handAnswersDropped: counter('tandem_hand_answers_dropped_total', 'Answers of pages to acts that nobody waits for'),
    relayTime: histogram('tandem_frame_relay_seconds', 'From a frame in hand to its fan-out done, one frame in 16'),
    visitorRtt: histogram('tandem_visitor_round_trip_seconds', 'Round trip as viewed visitors measure it'),
    listTime: histogram('tandem_list_update_seconds', 'From a change in the live list to its sending'),
    gauge,
    /** Prometheus text format, version 0.0.4. */
    write(): string {
      return metrics.flatMap((metric) => [`# HELP ${metric.name} ${metric.help}`, ...metric.lines()]).join('\n') + '\n';
    },
  };
}
