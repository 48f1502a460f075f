/** Processes beside the one that runs the program, where the host has any: what `#processes` starts, and what a started one knows of its parent. */

/** A process that this one started. */
export interface StudyProcess {
  readonly pid: number;
  /** Sends a message, as structured clone copies it. Nothing happens where the process has ended. */
  post(message: unknown): void;
  /** Tells it that nothing more is to come: it ends. */
  leave(): void;
  /** Ends it at once. */
  kill(): void;
}

/** How a process ended. */
export interface ProcessEnd {
  /** `SIGKILL`; or `exit code 134`. */
  readonly how: string;
  /** The last lines that it wrote to its standard error. */
  readonly lines: readonly string[];
}

/** What is told about a process. */
export interface ProcessEvents {
  message(message: unknown): void;
  /** A line of text that its program wrote, without the break. */
  line(text: string): void;
  /** It has ended; called once, after its last message. */
  end(end: ProcessEnd): void;
}

/** The process that started this one. */
export interface ParentProcess {
  /** Sends a message. */
  post(message: unknown): void;
  receive(take: (message: unknown) => void): void;
  /** Called once when the parent has gone, or leaves this process alone. */
  gone(take: () => void): void;
  /** Called when the system asks this process to end. */
  asked(take: () => void): void;
  /** Called when this process ends by an error that nothing caught: thrown by a timer, of a promise. */
  crashed(take: (error: unknown) => void): void;
  /** Ends this process; what was sent has arrived by then. */
  end(): void;
}
