// What the bench asks of a system under test, in the page: to begin, and to tell what came of it.

export type Tally = {
  /** Whatever it puts out: events, batches, pictures. */
  outputs: number;
  /** Whole pages, or the part of one that comes first. */
  snapshots: number;
  /** What would go over the line, if it is made in this thread. */
  bytes: number;
  /** Milliseconds from the call that began it to the first snapshot handed out; 0: none yet. */
  firstSnapshotMs: number;
  /** To the first of it encoded. */
  firstEncodedMs: number;
  errors: string[];
};

export type System = {
  begin(): void | Promise<void>;
  tally(): Tally;
  /** Sends what is still kept. After measuring. */
  flush(): void;
  /** Elements in all that was put out since it began, and whether the first snapshot has the element with this attribute. */
  picture?(mark: { name: string; value: string }): { elements: number; isFirst: boolean };
  /** performance.now() of the newest output. */
  readonly toldAt: number;
};

declare global {
  var recorderSystem: System | undefined;
}
