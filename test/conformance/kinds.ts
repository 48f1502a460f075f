/** How each kind of fixture is replayed, and in which dtypes it is compared. */
import { type AverageCase, type ClipCase, type PenaltyCase, replayAverage, replayClip, replayPenalty } from './averages.js';
import { type CallCase, replayCall } from './calls.js';
import { type GradNameCase, replayGradName } from './grad-names.js';
import { type LayoutCase, replayLayout } from './layouts.js';
import { type LbfgsCase, replayLbfgs } from './lbfgs.js';
import { type ModuleCase, replayModule } from './modules.js';
import type { Floating } from './numbers.js';
import { type OptimizerCase, replayOptimizer } from './optimizers.js';
import { type Case, type Replayed, replay } from './replay.js';
import { replayTrace, type TraceCase } from './schedules.js';
import { type PromotionRow, replayPromotion } from './tables.js';
import { replayWalk, type WalkCase } from './walks.js';

/** What every case has. */
export interface AnyCase {
  readonly n: string;
  readonly err?: string;
  readonly only64?: boolean;
}

interface Kind {
  /** The columns of the table: what is compared, and the dtype that `replay` gets. */
  readonly compared: readonly (readonly [label: string, floating: Floating])[];
  readonly replay: (c: never, floating: Floating) => Replayed;
}

const both: Kind['compared'] = [
  ['float64', 'float64'],
  ['float32', 'float32'],
];

export const kinds: Readonly<Record<string, Kind>> = {
  program: { compared: both, replay: (c: Case, floating) => replay(c, floating) },
  bits: { compared: [['bit for bit', 'float64']], replay: (c: Case) => replay(c, 'float64') },
  module: { compared: both, replay: (c: ModuleCase, floating) => replayModule(c, floating) },
  gradName: { compared: [['text', 'float64']], replay: (c: GradNameCase) => replayGradName(c) },
  call: { compared: [['results', 'float64']], replay: (c: CallCase) => replayCall(c) },
  promotion: { compared: [['all pairs', 'float64']], replay: (row: PromotionRow) => replayPromotion(row) },
  optimizer: { compared: both, replay: (c: OptimizerCase, floating) => replayOptimizer(c, floating) },
  walk: { compared: [['float64', 'float64']], replay: (c: WalkCase) => replayWalk(c) },
  layout: { compared: [['strides', 'float32']], replay: (c: LayoutCase) => replayLayout(c) },
  trace: { compared: [['float64', 'float64']], replay: (c: TraceCase) => replayTrace(c) },
  lbfgs: { compared: [['float64', 'float64']], replay: (c: LbfgsCase) => replayLbfgs(c) },
  average: { compared: both, replay: (c: AverageCase, floating) => replayAverage(c, floating) },
  clip: { compared: [['float32', 'float32']], replay: (c: ClipCase) => replayClip(c) },
  penalty: { compared: both, replay: (c: PenaltyCase, floating) => replayPenalty(c, floating) },
};
