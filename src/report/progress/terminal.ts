/** Where a display is written, and who else writes there. */

/** Where the display is written: process.stderr, or anything like it. */
export interface ProgressTarget {
  /** Writes a text. */
  write(text: string): unknown;
  /** Whether it is a terminal. */
  readonly isTTY?: boolean;
  /** How wide that is. */
  readonly columns?: number;
  /** How high. */
  readonly rows?: number;
  /** Whether it takes colours; Node's terminals know, and heed NO_COLOR. */
  hasColors?(): boolean;
}

interface Host {
  readonly process?: {
    readonly stdout?: ProgressTarget;
    readonly stderr?: ProgressTarget;
    readonly env?: Readonly<Record<string, string | undefined>>;
  };
  readonly Deno?: { readonly jupyter?: unknown };
}

/** In a notebook what streams are given is not shown; what the console is given is. */
function inNotebook({ Deno }: Host): boolean {
  try {
    return Deno?.jupyter !== undefined;
  } catch {
    return false; // Deno refuses to be asked outside of one
  }
}

/** stderr, so that stdout holds results only; the console in pages and notebooks. */
export function standardTarget(): ProgressTarget {
  const host = globalThis as Host;
  const stderr = host.process?.stderr;
  return typeof stderr?.write === 'function' && !inNotebook(host) ? stderr : { write: (text) => console.log(text.replace(/\n$/, '')) };
}

/** Whether a line can be rewritten there. */
export function isTerminal(target: ProgressTarget): boolean {
  return target.isTTY === true && (globalThis as Host).process?.env?.['TERM'] !== 'dumb';
}

/** The streams that are shown where `target` is: the program's own, where that is one of them. */
function neighbours(target: ProgressTarget): ProgressTarget[] {
  const { stdout, stderr } = (globalThis as Host).process ?? {};
  return target === stderr || target === stdout
    ? [stdout, stderr].filter((stream): stream is ProgressTarget => stream?.isTTY === true)
    : [];
}

/** Tells a display of what the program, its warnings included, writes to its terminal, until it is released. */
export class Neighbours {
  /** Whether what was written last has left its line unended. */
  midLine = false;
  private undo: (() => void)[] = [];
  /** Whether it is the display that writes. */
  private own = false;

  constructor(
    private readonly target: ProgressTarget,
    private readonly before: () => void,
  ) {}

  /** Writes for the display. */
  write(text: string): void {
    this.own = true;
    try {
      this.target.write(text);
    } finally {
      this.own = false;
    }
  }

  /** Whether it watches. */
  get watching(): boolean {
    return this.undo.length > 0;
  }

  watch(): void {
    if (this.watching) return;
    for (const stream of neighbours(this.target)) {
      const owned = Object.getOwnPropertyDescriptor(stream, 'write');
      const original = stream.write;
      const watched = (...args: [text: string]) => {
        if (this.own) return Reflect.apply(original, stream, args);
        this.before();
        const [text] = args as readonly unknown[];
        this.midLine = typeof text === 'string' ? text !== '' && !text.endsWith('\n') : (text as Uint8Array).at?.(-1) !== 10;
        return Reflect.apply(original, stream, args);
      };
      stream.write = watched;
      this.undo.push(() => {
        if (stream.write !== watched) return; // somebody else has taken it over meanwhile
        if (owned) Object.defineProperty(stream, 'write', owned);
        else delete (stream as Partial<ProgressTarget>).write;
      });
    }
  }

  release(): void {
    for (const undo of this.undo) undo();
    this.undo = [];
  }
}
