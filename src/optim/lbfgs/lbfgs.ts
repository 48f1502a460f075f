/** L-BFGS: a quasi-Newton method for full batches. */
import { ArgumentError, ShapeError, StateDictError } from '../../errors.js';
import { realNumber, unexpected, wholeNumber } from '../../tensor/arguments/checks.js';
import { fromTypedArray } from '../../tensor/create/create.js';
import { numel } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { item, toTypedArray } from '../../tensor/values/transfer.js';
import { atLeastZero } from '../optimizer/checks.js';
import { Optimizer } from '../optimizer/optimizer.js';
import type { OptionsInput, ParamGroup, ParamGroupInput, ParamsInput } from '../optimizer/param-groups.js';
import type { OptimizerStateDict } from '../optimizer/state-dict.js';
import { direction, type Memory, newMemory, remember } from './memory.js';
import { strongWolfe } from './strong-wolfe.js';
import { dot, flatGrad, flatType, largest, move, values } from './vectors.js';

/** The options of {@link LBFGS}. */
export interface LBFGSOptions {
  /** The length of a step, or the first one that a line search tries. Default: 1. */
  lr: number;
  /** The most iterations of a step. Default: 20. */
  maxIter: number;
  /** The most evaluations of the closure in a step. Default: `maxIter * 1.25`, rounded down. */
  maxEval: number | null;
  /** Stops where no element of the gradient is larger. Default: 1e-7. */
  toleranceGrad: number;
  /** Stops where neither the loss nor a parameter changes by more. Default: 1e-9. */
  toleranceChange: number;
  /** How many of the last changes are remembered. Default: 100. */
  historySize: number;
  /** Looks for a good step length along each direction: more evaluations, but it converges. Default: null. */
  lineSearchFn: 'strong_wolfe' | null;
  /** Ascends instead. Default: false. */
  maximize: boolean;
}

/**
 * Limited-memory BFGS: each iteration goes along `-H g`, H being an estimate of the inverse Hessian from the last `historySize` changes of
 * parameters and gradient. One `step(closure)` makes up to `maxIter` iterations; the closure clears the gradients, computes the loss, calls
 * `backward()` and returns the loss, and must compute the same function each time. It has one parameter group. The arithmetic is in
 * float64 whatever the parameters are.
 * @throws {ArgumentError} for several groups, bad options, and a step without closure.
 * @see Liu and Nocedal 1989, https://doi.org/10.1007/BF01589116; https://pytorch.org/docs/stable/generated/torch.optim.LBFGS.html
 * @example
 * const optimizer = new optim.LBFGS(model.parameters(), { lineSearchFn: 'strong_wolfe' });
 * optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = criterion.forward(model.forward(x), y);
 *   loss.backward();
 *   return loss;
 * });
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  static override readonly className: string = 'LBFGS';
  #memory: Memory | null = null;

  constructor(params: ParamsInput<LBFGSOptions>, options: OptionsInput<LBFGSOptions> = {}) {
    const maxIter = options?.maxIter ?? 20;
    const defaults: LBFGSOptions = {
      lr: 1,
      maxIter: 20,
      maxEval: Math.floor((maxIter * 5) / 4),
      toleranceGrad: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearchFn: null,
      maximize: false,
    };
    super(params, defaults, options?.maxEval === null ? { ...options, maxEval: defaults.maxEval } : options);
  }

  protected checkOptions({ lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn }: LBFGSOptions): void {
    atLeastZero(this.name, { lr });
    realNumber(this.name, 'toleranceGrad', toleranceGrad);
    realNumber(this.name, 'toleranceChange', toleranceChange);
    for (const [name, value] of Object.entries({ maxIter, maxEval, historySize })) wholeNumber(this.name, name, value, { min: 1 });
    if (lineSearchFn !== null && lineSearchFn !== 'strong_wolfe')
      throw unexpected(this.name, 'lineSearchFn', lineSearchFn, '"strong_wolfe" or null');
  }

  override addParamGroup(input: ParamGroupInput<LBFGSOptions>): void {
    if (this.paramGroups.length > 0)
      throw new ArgumentError(`${this.name}: it has one parameter group, and options that hold for all parameters. Pass them in one list.`);
    super.addParamGroup(input);
  }

  /**
   * Makes up to `maxIter` iterations.
   * @param closure clears the gradients, computes the loss, calls `backward()` and returns the loss: a number or a tensor of one element.
   * @returns what the closure returned first.
   * @throws {ArgumentError} without a closure, or for one that returns something else.
   */
  override step(): never;
  override step<T>(closure: () => T): T;
  override step<T>(closure?: () => T): T {
    return super.step(closure as () => T);
  }

  protected override takeStep<T>(closure?: () => T): T {
    if (typeof closure !== 'function')
      throw new ArgumentError(
        `${this.name}: step() needs a closure that computes the loss again: step(() => { optimizer.zeroGrad(); const loss = …; loss.backward(); return loss; }).`,
      );
    this.hasStepped = true;
    const group = this.paramGroups[0]!;
    if (group.params.length === 0) return closure();
    let first: { value: T } | null = null;
    this.minimize(group, () => {
      const value = closure();
      first ??= { value };
      return value;
    });
    return first!.value;
  }

  /** Its parameters are stepped together, by {@link step}. */
  protected stepGroup(): void {
    this.step();
  }

  private minimize(group: ParamGroup<LBFGSOptions>, closure: () => unknown): void {
    const { lr, maxIter, toleranceGrad, toleranceChange, historySize, lineSearchFn, maximize } = group;
    const maxEval = group.maxEval!;
    const { params } = group;
    const sign = maximize ? -1 : 1;
    const evaluate = () => {
      const f = sign * this.lossOf(closure());
      this.assertReady(group);
      return { f, g: flatGrad(params, sign) };
    };

    this.#memory ??= newMemory();
    const memory = this.#memory;
    let { f: loss, g: grad } = evaluate();
    let evals = 1;
    memory.funcEvals++;
    if (largest(grad) <= toleranceGrad) return;
    if (memory.prevGrad !== null && memory.prevGrad.length !== grad.length)
      throw new ShapeError(
        `${this.name}.step: the parameters have ${grad.length} elements, but had ${memory.prevGrad.length} in the last step. Make a new optimizer.`,
      );

    let d = memory.d!;
    let { t } = memory;
    for (let iteration = 1; iteration <= maxIter; iteration++) {
      memory.nIter++;
      if (memory.nIter === 1) {
        d = grad.map((v) => -v);
        Object.assign(memory, { changes: [], steps: [], ro: [], hDiag: 1 });
      } else {
        remember(memory, grad, d, t, historySize);
        d = direction(memory, grad, historySize);
      }
      memory.prevGrad = grad;
      const prevLoss = loss;
      memory.prevLoss = loss;
      t = memory.nIter === 1 ? Math.min(1, 1 / grad.reduce((sum, v) => sum + Math.abs(v), 0)) * lr : lr;
      Object.assign(memory, { d, t });

      const slope = dot(grad, d);
      if (slope > -toleranceChange) break;
      const start = params.map(values);
      let used = 0;
      if (lineSearchFn !== null) {
        const look = (distance: number) => {
          move(params, start, distance, d);
          const found = evaluate();
          move(params, start, 0, d);
          return found;
        };
        const found = strongWolfe(look, t, d, { f: loss, g: grad, slope }, toleranceChange, maxEval - evals);
        ({ t, f: loss, g: grad, evals: used } = found);
        move(params, start, t, d);
      } else {
        move(params, start, t, d);
        if (iteration !== maxIter) {
          ({ f: loss, g: grad } = evaluate());
          used = 1;
        }
      }
      memory.t = t;
      evals += used;
      memory.funcEvals += used;
      if (iteration === maxIter || evals >= maxEval) break;
      if (largest(grad) <= toleranceGrad || largest(d) * Math.abs(t) <= toleranceChange) break;
      if (Math.abs(loss - prevLoss) < toleranceChange) break;
    }
  }

  private lossOf(value: unknown): number {
    const loss = value instanceof Tensor ? item(value) : value;
    if (typeof loss === 'number') return loss;
    const given = value instanceof Promise ? 'a Promise' : value === undefined ? 'nothing' : typeof value;
    throw new ArgumentError(`${this.name}: the closure returned ${given}, expected the loss: a tensor of one element, or a number.`);
  }

  /** State of all parameters together, kept for the first one, as PyTorch does. */
  protected override collectState(): OptimizerStateDict {
    const { param_groups } = super.collectState();
    const memory = this.#memory;
    if (memory === null) return { state: {}, param_groups };
    const dtype = flatType(this.paramGroups[0]!.params);
    const vector = (v: Float64Array, shape = [v.length]) => fromTypedArray(dtype === 'float32' ? Float32Array.from(v) : v, shape);
    const scalar = (v: number) => vector(Float64Array.of(v), []);
    const { funcEvals, nIter, d, t, changes, steps, ro, hDiag, prevGrad, prevLoss, al } = memory;
    const state: Record<string, unknown> = { func_evals: funcEvals, n_iter: nIter };
    if (d !== null && prevGrad !== null) {
      if (al !== null) state.al = al.map((a) => (a === null ? null : scalar(a)));
      Object.assign(state, {
        d: vector(d),
        t,
        old_dirs: changes.map((v) => vector(v)),
        old_stps: steps.map((v) => vector(v)),
        ro: ro.map(scalar),
        H_diag: scalar(hDiag),
        prev_flat_grad: vector(prevGrad),
        prev_loss: prevLoss,
      });
    }
    return { state: { 0: state as Record<string, Tensor | number> }, param_groups };
  }

  protected override restoreState(dict: OptimizerStateDict): void {
    const saved = dict?.state?.[0] as Record<string, unknown> | undefined;
    const memory = saved ? this.read(saved) : null;
    super.restoreState({ ...dict, state: dict?.state && {} });
    this.#memory = memory;
  }

  private read(saved: Record<string, unknown>): Memory {
    const fail = (message: string): never => {
      throw new StateDictError(`${this.name}.loadStateDict: ${message} Nothing was changed.`);
    };
    const count = this.paramGroups[0]!.params.reduce((sum, p) => sum + numel(p.shape), 0);
    const number = (value: unknown, key: string): number => {
      const got = value instanceof Tensor && numel(value.shape) === 1 ? item(value) : value;
      return typeof got === 'number' ? got : fail(`${key} is ${value === undefined ? 'missing' : typeof value}, expected a number.`);
    };
    const vector = (value: unknown, key: string): Float64Array => {
      if (!(value instanceof Tensor)) return fail(`${key} is ${value === undefined ? 'missing' : typeof value}, expected a Tensor.`);
      const got = Float64Array.from(toTypedArray(value) as Float64Array);
      return got.length === count ? got : fail(`${key} has ${got.length} elements, the parameters have ${count}.`);
    };
    const list = <V>(key: string, read: (value: unknown, key: string) => V): V[] =>
      Array.isArray(saved[key]) ? saved[key].map((v, i) => read(v, `${key}[${i}]`)) : fail(`${key} is not a list.`);
    const counts = { funcEvals: number(saved.func_evals, 'func_evals'), nIter: number(saved.n_iter, 'n_iter') };
    if (saved.d == null) return { ...newMemory(), ...counts };
    return {
      ...counts,
      d: vector(saved.d, 'd'),
      t: number(saved.t, 't'),
      changes: list('old_dirs', vector),
      steps: list('old_stps', vector),
      ro: list('ro', number),
      hDiag: number(saved.H_diag, 'H_diag'),
      prevGrad: vector(saved.prev_flat_grad, 'prev_flat_grad'),
      prevLoss: number(saved.prev_loss, 'prev_loss'),
      al: Array.isArray(saved.al) ? saved.al.map((a) => (a === null ? null : number(a, 'al'))) : null,
    };
  }
}
