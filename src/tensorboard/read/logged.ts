/** What is read from files of events. */

/** What all events have. */
export interface LoggedBase {
  /** The folder of the file within the one that is read, `.` for that itself. */
  readonly run: string;
  /** Seconds since 1970. */
  readonly wallTime: number;
  /** The step of training; those beyond 2^53 lose digits. */
  readonly step: number;
}

/** A point of a curve. */
export interface LoggedScalar extends LoggedBase {
  /** What it is. */
  readonly kind: 'scalar';
  /** The name of the curve. */
  readonly tag: string;
  /** The number: of float32, unless it was written with all digits. */
  readonly value: number;
}

/** How values are spread. */
export interface LoggedHistogram extends LoggedBase {
  /** What it is. */
  readonly kind: 'histogram';
  /** Its name. */
  readonly tag: string;
  /** The least value. */
  readonly min: number;
  /** The largest. */
  readonly max: number;
  /** How many values there are. */
  readonly num: number;
  /** Their sum; NaN where the file does not say it, as TensorFlow 2's. */
  readonly sum: number;
  /** The sum of their squares; NaN where the file does not say it. */
  readonly sumSquares: number;
  /** The upper limit of each bin. */
  readonly bucketLimits: readonly number[];
  /** How many values lie in each. */
  readonly bucketCounts: readonly number[];
}

/** An image; of several that were written at once, each is an event. */
export interface LoggedImage extends LoggedBase {
  /** What it is. */
  readonly kind: 'image';
  /** Its name. */
  readonly tag: string;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** The bytes of its file, PNG mostly: `readImage` takes them. */
  readonly bytes: Uint8Array;
}

/** A sound. */
export interface LoggedAudio extends LoggedBase {
  /** What it is. */
  readonly kind: 'audio';
  /** Its name. */
  readonly tag: string;
  /** Samples a second; NaN where only the sound file says it. */
  readonly sampleRate: number;
  /** The bytes of its file, WAV mostly. */
  readonly bytes: Uint8Array;
}

/** A text. */
export interface LoggedText extends LoggedBase {
  /** What it is. */
  readonly kind: 'text';
  /** Its name, as it was given to `addText`. */
  readonly tag: string;
  /** Markdown; of a tensor of several texts, a line each. */
  readonly text: string;
}

/** A tensor: curves of precision and recall, meshes, what `addTensor` wrote. */
export interface LoggedTensor extends LoggedBase {
  /** What it is. */
  readonly kind: 'tensor';
  /** Its name. */
  readonly tag: string;
  /** The plugin of TensorBoard that it is for: `pr_curves`, `mesh`, `tensor`, …. */
  readonly plugin: string;
  /** TensorFlow's name of its dtype: `DT_FLOAT`. */
  readonly dtype: string;
  /** Its sizes. */
  readonly shape: readonly number[];
  /** Its values, row by row; bytes of each text for `DT_STRING`. */
  readonly values: readonly number[] | readonly Uint8Array[];
}

/** Hyperparameters: the names of settings and scores, the values of settings, or how a run ended. */
export interface LoggedHparams extends LoggedBase {
  /** What it is. */
  readonly kind: 'hparams';
  /** The settings' values, where this event has them. */
  readonly hparams: Readonly<Record<string, number | string | boolean>> | undefined;
  /** The scores' names, where this event has them. */
  readonly metrics: readonly string[] | undefined;
}

/** The operations of a model. */
export interface LoggedGraph extends LoggedBase {
  /** What it is. */
  readonly kind: 'graph';
  /** Each operation: its name, its kind, and the names of what it takes. */
  readonly nodes: readonly { readonly name: string; readonly op: string; readonly inputs: readonly string[] }[];
}

/** A training began, or went on, at this step: what was noted for it and later steps before counts no more. */
export interface LoggedStart extends LoggedBase {
  /** What it is. */
  readonly kind: 'start';
}

/** An event of another kind: the version at the beginning of a file, the times of a profiler, …. */
export interface LoggedOther extends LoggedBase {
  /** What it is. */
  readonly kind: 'other';
  /** Which field of the event says it: `fileVersion`, `taggedRunMetadata`, …. */
  readonly what: string;
}

/** An event, told apart by its `kind`. */
export type LoggedEvent =
  | LoggedScalar
  | LoggedHistogram
  | LoggedImage
  | LoggedAudio
  | LoggedText
  | LoggedTensor
  | LoggedHparams
  | LoggedGraph
  | LoggedStart
  | LoggedOther;
