/** Files that are read side by side, while what is done to them afterwards happens in the order in which they were asked for. */

/**
 * Loads several things at once, and finishes them in order: transforms draw their random numbers as they would if one image were read after
 * the other, and no more images wait in memory than may be loaded at once.
 */
export class Turns {
  private free: number;
  private readonly waiting: (() => void)[] = [];
  private before: Promise<unknown> = Promise.resolve();

  /** @param most how many may be loaded at once. */
  constructor(most: number) {
    this.free = most;
  }

  /** Calls `load`, and with what it loads `finish`, when all that were asked for before are finished. */
  async take<Loaded, Out>(load: () => Promise<Loaded>, finish: (loaded: Loaded) => Out): Promise<Out> {
    const { before } = this;
    let done!: () => void;
    this.before = new Promise<void>((resolve) => {
      done = resolve;
    });
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      const loading = load();
      loading.catch(() => {}); // waited for below
      await before;
      return finish(await loading);
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
      done();
    }
  }
}
