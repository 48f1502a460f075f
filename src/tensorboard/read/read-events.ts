/** Reading files of events, also while they are being written. */
import { isFolder, listFolder, type OpenFile, openFile, pathOf } from '#files';
import { ArgumentError, FileError } from '../../errors.js';
import { readOptions, tooMany } from '../../tensor/arguments/arguments.js';
import { above, assertBoolean, assertFunction, unexpected } from '../../tensor/arguments/checks.js';
import { decodeEvents, type Plugins } from './decode.js';
import type { LoggedEvent, LoggedScalar } from './logged.js';
import { RecordReader } from './record-reader.js';

/** The options of {@link readEvents}. */
export interface ReadEventsOptions {
  /** Whether to wait for what is still being written, until `signal` says that it is enough. Default: false, what is there now. */
  follow?: boolean;
  /** How many seconds pass between two looks at the files, with `follow`. Default: 1. */
  every?: number;
  /** Ends the waiting. Default: null. */
  signal?: AbortSignal | null;
  /** Is told of each part that cannot be read. Default: null, a warning on the console. */
  onDamage?: ((message: string) => void) | null;
}

const DEFAULTS: Required<ReadEventsOptions> = { follow: false, every: 1, signal: null, onDamage: null };

/** What is read of one file, and how far. */
export class EventFileReader {
  private readonly records = new RecordReader();
  private readonly plugins: Plugins = new Map();

  constructor(
    private readonly open: () => OpenFile,
    private readonly name: string,
    private readonly run: string,
    private readonly report: (message: string) => void,
  ) {}

  /** The events that have come since the last time. */
  *events(): Generator<LoggedEvent> {
    const file = this.open();
    this.records.forget();
    try {
      for (;;) {
        const next = this.records.next(file);
        if (next.kind === 'end') return;
        if (next.kind === 'lost') {
          this.report(`readEvents: ${this.name} is damaged at byte ${next.at}: ${next.why}. What comes after it cannot be read.`);
          return;
        }
        if (next.kind === 'damaged') {
          this.report(`readEvents: ${this.name} has a damaged event of ${next.length} bytes at byte ${next.at}; it is left out.`);
          continue;
        }
        let events: LoggedEvent[];
        try {
          events = decodeEvents(next.data, this.run, this.plugins);
        } catch (error) {
          this.report(
            `readEvents: ${this.name} has something before byte ${this.records.offset} that is no event: ${(error as Error).message}. It is left out.`,
          );
          continue;
        }
        yield* events;
      }
    } finally {
      file.close();
    }
  }
}

const order = new Intl.Collator('en', { numeric: true });

/** Files of events in a folder and those below it, by run, the earliest of each first. */
function filesIn(folder: string, run = '.'): { path: string; run: string }[] {
  // Names begin with the time and end with a number: the tenth file of a second comes after the ninth.
  const entries = listFolder(folder, 'readEvents').sort((a, b) => order.compare(a.name, b.name));
  const own = entries
    .filter(({ name, isFolder: inner }) => !inner && name.includes('tfevents'))
    .map(({ name }) => ({ path: pathOf(folder, name), run }));
  const below = entries.filter(({ isFolder: inner }) => inner);
  return [...own, ...below.flatMap(({ name }) => filesIn(pathOf(folder, name), run === '.' ? name : `${run}/${name}`))];
}

/**
 * The events of a file, or of all files in a folder and below, as `SummaryWriter`, PyTorch and TensorFlow write them. A file may still be being
 * written: what is there is read, and with `follow` what comes. Of a damaged one it reads what can be read: an event whose checksum is wrong is
 * left out and reported, and where the length of one is wrong the rest of the file is lost, as in TensorBoard.
 * @param source a path, or the bytes of a file.
 * @throws {FileError} where there is nothing to read.
 * @example
 * import { readEvents, SummaryWriter } from 'hone/tensorboard';
 * const writer = new SummaryWriter('runs/read');
 * writer.addScalar('loss', 0.5, 1);
 * writer.close();
 * for await (const event of readEvents('runs/read')) if (event.kind === 'scalar') console.log(event.tag, event.step, event.value);
 */
export function readEvents(source: string | Uint8Array, options?: ReadEventsOptions): AsyncGenerator<LoggedEvent, void, undefined> {
  if (arguments.length > 2) tooMany('readEvents', 2, arguments);
  return eventsIn(source, settingsOf(source, options));
}

async function* eventsIn(
  source: string | Uint8Array,
  { follow, every, signal, onDamage }: Required<ReadEventsOptions>,
): AsyncGenerator<LoggedEvent, void, undefined> {
  const report = onDamage ?? ((message: string) => console.warn(`hone: ${message}`));
  if (source instanceof Uint8Array) {
    yield* new EventFileReader(() => fileOf(source), 'the file', '.', report).events();
    return;
  }
  const readers = new Map<string, EventFileReader>();
  for (;;) {
    const folder = isFolder(pathOf(source));
    const files = folder ? filesIn(pathOf(source)) : [{ path: pathOf(source), run: '.' }];
    if (files.length === 0 && !follow)
      throw new FileError(`readEvents: the folder ${source} and those below it hold no events: no file named events.out.tfevents.….`);
    for (const { path, run } of files) {
      const reader = readers.get(path) ?? new EventFileReader(() => openFile(path, 'readEvents'), path, run, report);
      readers.set(path, reader);
      yield* reader.events();
      if (signal?.aborted) return;
    }
    if (!follow || signal?.aborted) return;
    await pause(every, signal);
    if (signal?.aborted) return;
  }
}

function settingsOf(source: unknown, options: unknown): Required<ReadEventsOptions> {
  const op = 'readEvents';
  if (typeof source !== 'string' && !(source instanceof Uint8Array))
    throw unexpected(op, 'source', source, 'a path, or the bytes of a file');
  const settings = readOptions(op, DEFAULTS, options);
  const { follow, every, signal, onDamage } = settings;
  assertBoolean(op, 'follow', follow);
  above(op, 'every', every, 0);
  if (signal !== null && !(signal instanceof AbortSignal)) throw unexpected(op, 'signal', signal, 'an AbortSignal');
  if (onDamage !== null) assertFunction(op, 'onDamage', onDamage);
  if (follow && source instanceof Uint8Array)
    throw new ArgumentError(`${op}: bytes do not grow, so they cannot be followed. Give the path of a file or a folder.`);
  return settings;
}

/** Bytes as a file that is open. */
export function fileOf(bytes: Uint8Array): OpenFile {
  return { size: bytes.length, read: (start, end) => bytes.subarray(start, end), close: () => {} };
}

function pause(seconds: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      done();
    };
    const timer = setTimeout(end, seconds * 1000);
    signal?.addEventListener('abort', end);
  });
}

/** The curves of a run, by tag. */
export type RunScalars = Readonly<Record<string, readonly LoggedScalar[]>>;

/**
 * All curves of a file or a folder: run → tag → points, in the order of their steps as they were written. What a run that went on after a break had
 * noted before for the same steps is left out, as TensorBoard hides it.
 * @throws {FileError} where there is nothing to read.
 * @example
 * import { readScalars, SummaryWriter } from 'hone/tensorboard';
 * const writer = new SummaryWriter('runs/curves');
 * for (let step = 0; step < 3; step++) writer.addScalar('loss', 1 / (step + 1), step);
 * writer.close();
 * const curves = await readScalars('runs/curves');
 * curves['.'].loss.map(({ step, value }) => [step, value]); // [[0, 1], [1, 0.5], [2, 0.3333]]
 */
export async function readScalars(source: string | Uint8Array): Promise<Readonly<Record<string, RunScalars>>> {
  if (arguments.length > 1) tooMany('readScalars', 1, arguments);
  // Runs and tags are whatever the files say: nothing is inherited.
  const empty = <T>() => Object.create(null) as Record<string, T>;
  const runs = empty<Record<string, LoggedScalar[]>>();
  for await (const event of readEvents(source)) {
    if (event.kind === 'start') {
      for (const points of Object.values(runs[event.run] ?? {})) {
        const kept = points.filter(({ step }) => step < event.step);
        points.splice(0, points.length, ...kept);
      }
    } else if (event.kind === 'scalar') {
      const run = (runs[event.run] ??= empty());
      (run[event.tag] ??= []).push(event);
    }
  }
  return runs;
}
