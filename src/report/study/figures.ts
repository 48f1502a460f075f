/** What a study measured, as plain data: `figures.json` holds it, and reports and verdicts are made from it. */

/** Where the runs of one variant differ from each other; each source has random numbers of its own. */
export type SourceOfVariation = 'init' | 'order' | 'noise' | 'split';

/** The sources in their order: initial weights, order of the data, augmentation and dropout, split into training and validation data. */
export const sourcesOfVariation = ['init', 'order', 'noise', 'split'] as const satisfies readonly SourceOfVariation[];

/** The loss and every metric, by name. */
export interface StudyScores {
  /** The mean loss. */
  loss: number;
  /** A metric. */
  [metric: string]: number;
}

/** What one epoch of a run measured. */
export interface StudyEpoch {
  /** From 1. */
  epoch: number;
  /** Training steps since the run began. */
  steps: number;
  /** Averages over the epoch's steps, while the model was changing and dropout was on. */
  train: StudyScores;
  /** Measured after the epoch. */
  validation: StudyScores;
  /** How long the epoch took, evaluation included. */
  seconds: number;
  /** The learning rate at its end. */
  lr: number;
}

/** One repeat of one variant. */
export interface StudyRun {
  /** From 0; runs of one repeat share their seeds over all variants, and are compared with each other. */
  repeat: number;
  /** The seed of each source. */
  seeds: Record<SourceOfVariation, number>;
  /** The epochs that it went through. */
  epochs: StudyEpoch[];
  /** The epoch whose weights are judged: the best on validation data. 0: none had ended, the weights as they were are judged. */
  chosen: number;
  /** Scores of the chosen weights, in evaluation mode. Missing where the run failed before anything could be measured, or has not ended. */
  scores?: { train: StudyScores; validation: StudyScores; test: StudyScores };
  /** Training and validation, without what came before and after. */
  seconds: number;
  /** Why the run ended before its time and not by plan: it diverged, or threw. A run that diverged has scores nevertheless. */
  failed?: string;
  /** Why it ended early by plan: early stopping. */
  stoppedEarly?: string;
  /** Has not ended; its figures so far. */
  running?: boolean;
  /** Figures of other kinds, by name: mean activation by layer, weights that are zero. */
  extra?: Record<string, number | readonly number[]>;
}

/** What a study compares, and its runs. */
export interface StudyVariantFigures {
  /** Its name. */
  name: string;
  /** One line: what it is. */
  description: string;
  /** Its settings, as texts; those of the baseline where it does not differ. */
  setting: Record<string, string>;
  /** How many parameters it has. */
  parameters: number;
  /** The model as it prints. */
  architecture: string;
  /** Its runs, in the order of their repeats. */
  runs: StudyRun[];
  /** Dropped by successive halving after so many epochs. */
  droppedAfter?: number;
}

/** The score that a study compares. */
export interface StudyMetric {
  /** `accuracy`, `loss`, … */
  name: string;
  /** Which of its values are better. */
  better: 'max' | 'min';
}

/** A document's claim that a study looks at. */
export interface StudyClaim {
  /** The document that makes it, by its title. */
  document: string;
  /** The claim in one sentence, in English. */
  quote: string;
  /** The sentence in its own language, where that is another. */
  original?: string;
}

/** What a study measured. */
export interface StudyFigures {
  /** The version of this form. */
  format: 1;
  /** Its title. */
  title: string;
  /** Sentences on data and method. */
  summary: string;
  /** What it compares, measured on test data. */
  metric: StudyMetric;
  /** By which score the epoch is chosen: `validation.accuracy`. */
  chosenBy: string;
  /** Samples of each part. */
  data: { train: number; validation: number; test: number };
  /** Where the test data comes from, in a sentence. */
  testData: string;
  /** What varies between repeats. */
  varies: SourceOfVariation[];
  /** The first seed. */
  seed: number;
  /** Epochs of a run. */
  epochs: number;
  /** Repeats of each variant, as planned; `until decided` may end earlier. */
  repeats: number;
  /** The name of the variant that the others are compared with. */
  baseline: string;
  /** Pairs to compare beyond each variant with the baseline. */
  pairs: readonly (readonly [variant: string, against: string])[];
  /** A difference smaller than this matters to nobody. */
  matters?: number;
  /** After how many repeats differences are looked at, where it runs until decided: the whole plan (`plannedLooks`), made before the first and ending with the budget. */
  looks?: number[];
  /** Settings by name: batch size, optimizer, command, versions, processor. */
  settings: Record<string, string>;
  /** The variants, the baseline first. */
  variants: StudyVariantFigures[];
  /** The claim that it looks at. */
  claim?: StudyClaim;
  /** What a reader must know beside the figures. */
  remarks?: string[];
  /** One sentence, where not all runs are done. */
  stopped?: string;
}
