/** How each kind of fixture is replayed, and in which dtypes it is compared. */

import type { Floating } from '../numbers.js';
import { type AverageCase, type ClipCase, type PenaltyCase, replayAverage, replayClip, replayPenalty } from './averages.js';
import { type CallCase, replayCall } from './calls.js';
import { type GradNameCase, replayGradName } from './grad-names.js';
import { type LayoutCase, replayLayout } from './layouts.js';
import { type LbfgsCase, replayLbfgs } from './lbfgs.js';
import { type ModuleCase, replayModule } from './modules.js';
import { type OptimizerCase, replayOptimizer } from './optimizers.js';
import { type Case, type Replayed, replay } from './programs.js';
import { replayTrace, type TraceCase } from './schedules.js';
import { type PromotionRow, replayPromotion } from './tables.js';
import { replayWalk, type WalkCase } from './walks.js';

/** What every case has. */
export interface AnyCase {
  readonly n: string;
  readonly err?: string;
  readonly only64?: boolean;
}

/** The test files that share the families out. */
export type Part = 'functions' | 'layers' | 'training';

interface Kind {
  readonly part: Part;
  /** The columns of the table: what is compared, and the dtype that `replay` gets. */
  readonly compared: readonly (readonly [label: string, floating: Floating])[];
  readonly replay: (c: never, floating: Floating) => Replayed;
}

const both: Kind['compared'] = [
  ['float64', 'float64'],
  ['float32', 'float32'],
];

export const kinds: Readonly<Record<string, Kind>> = {
  program: { part: 'functions', compared: both, replay: (c: Case, floating) => replay(c, floating) },
  bits: { part: 'functions', compared: [['bit for bit', 'float64']], replay: (c: Case) => replay(c, 'float64') },
  module: { part: 'layers', compared: both, replay: (c: ModuleCase, floating) => replayModule(c, floating) },
  gradName: { part: 'functions', compared: [['text', 'float64']], replay: (c: GradNameCase) => replayGradName(c) },
  call: { part: 'functions', compared: [['results', 'float64']], replay: (c: CallCase) => replayCall(c) },
  promotion: { part: 'functions', compared: [['all pairs', 'float64']], replay: (row: PromotionRow) => replayPromotion(row) },
  optimizer: { part: 'training', compared: both, replay: (c: OptimizerCase, floating) => replayOptimizer(c, floating) },
  walk: { part: 'training', compared: [['float64', 'float64']], replay: (c: WalkCase) => replayWalk(c) },
  layout: { part: 'layers', compared: [['strides', 'float32']], replay: (c: LayoutCase) => replayLayout(c) },
  trace: { part: 'training', compared: [['float64', 'float64']], replay: (c: TraceCase) => replayTrace(c) },
  lbfgs: { part: 'training', compared: [['float64', 'float64']], replay: (c: LbfgsCase) => replayLbfgs(c) },
  average: { part: 'training', compared: both, replay: (c: AverageCase, floating) => replayAverage(c, floating) },
  clip: { part: 'training', compared: [['float32', 'float32']], replay: (c: ClipCase) => replayClip(c) },
  penalty: { part: 'training', compared: both, replay: (c: PenaltyCase, floating) => replayPenalty(c, floating) },
};
