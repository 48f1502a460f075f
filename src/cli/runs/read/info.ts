/** What is known of runs, as their files say it. Whatever a file lacks is missing, or has the value of nothing. */

/** How a run stands. `dropped`: successive halving ended it. `killed`: it has not ended, and nobody works on it. */
export type RunState = 'done' | 'running' | 'stopped' | 'dropped' | 'failed' | 'killed' | 'damaged';

/** The loss and metrics by name. */
export type Scores = Readonly<Record<string, number>>;

export interface EpochInfo {
  readonly epoch: number;
  readonly train: Scores;
  readonly validation: Scores;
  readonly seconds: number;
  readonly lr: number;
}

export interface MetricInfo {
  readonly name: string;
  readonly better: 'max' | 'min';
}

/** What all kinds have. */
interface Base {
  /** What it is called: its folder within the root, a study's runs without the folder `runs` between. */
  readonly name: string;
  /** Its folder. */
  readonly folder: string;
  readonly state: RunState;
  /** Why it failed, or what is wrong with its files. */
  readonly reason?: string | undefined;
  /** When its files were written last, in milliseconds since 1970. */
  readonly changed: number;
}

/** A training: by `hone train`, or one repeat of a variant of a study. */
export interface RunInfo extends Base {
  readonly kind: 'train' | 'run';
  readonly title: string;
  readonly epochs: readonly EpochInfo[];
  /** The epoch whose weights count; 0 for none. */
  readonly chosen: number;
  /** Scores of those weights. */
  readonly scores: { readonly train?: Scores; readonly validation?: Scores; readonly test?: Scores };
  readonly metric: MetricInfo;
  readonly seconds: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly model?: { readonly description: string; readonly parameters: number; readonly architecture: string } | undefined;
  readonly command?: string | undefined;
  /** As `2026-05-01T12:00:00.000Z`. */
  readonly started?: string | undefined;
  /** Of a run of a study: the study's name, and what it is of it. */
  readonly study?: string;
  readonly variant?: string;
  readonly repeat?: number;
  /** The seed of each source; of `hone train` and old studies, one. */
  readonly seeds: Readonly<Record<string, number>>;
  readonly extra: Readonly<Record<string, number | readonly number[]>>;
}

export interface StudyInfo extends Base {
  readonly kind: 'study';
  readonly title: string;
  readonly metric: MetricInfo;
  /** What `figures.json` holds, checked by nobody yet: whoever reads it further does. */
  readonly figures?: Readonly<Record<string, unknown>> | undefined;
  /** Its variants' names, the baseline first. */
  readonly variants: readonly string[];
  readonly runs: readonly RunInfo[];
  /** How many runs there are to be; 0 where nothing says it. */
  readonly planned: number;
  readonly settings: Readonly<Record<string, string>>;
  readonly command?: string | undefined;
  /** As `2026-05-01T12:00:00.000Z`. */
  readonly started?: string | undefined;
}

/** A folder of other files: of a log for TensorBoard, of `hone eval` or `hone lr-find`, or one whose files are damaged. */
export interface OtherInfo extends Base {
  readonly kind: 'log' | 'eval' | 'lr-find' | 'damaged';
}

export type Info = RunInfo | StudyInfo | OtherInfo;

/** The score that a run is told by: of test data where there is some, else of validation data, else of training data. */
export function scoreOf({ scores, metric }: RunInfo): { side: string; value: number } {
  for (const side of ['test', 'validation', 'train'] as const) {
    const value = scores[side]?.[metric.name];
    if (value !== undefined) return { side, value };
  }
  return { side: '', value: Number.NaN };
}
