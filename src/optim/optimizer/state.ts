/** What an optimizer remembers of a parameter. It is declared where it is made, by `newState`; names and shapes follow from that. */
import { check, kernels } from '../../engine/engine.js';
import { DTypeError, type HoneError, ShapeError, StateDictError, showShape } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { emptyStrided } from '../../tensor/raw.js';
import { isDense, numel, type Shape, sameShape } from '../../tensor/shape.js';
import { escapeScope } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';
import { type DType, dtypes } from '../../tensor/values/dtype.js';

/** What an optimizer remembers of one parameter. */
export type ParamState = Record<string, Tensor | number>;

/** An uninitialised tensor that outlives every scope; row-major where `strides` is null. */
function lasting(shape: Shape, dtype: DType, strides: Shape | null): Tensor {
  const out = emptyStrided(shape, strides, dtype);
  escapeScope(out.storage, null);
  return out;
}

function fill(state: Tensor, value: number): Tensor {
  check(kernels.fill(dtypes[state.dtype].code, state.ptr, numel(state.shape), value), 'step');
  return state;
}

/** Uninitialised state that is laid out as its parameter: kernels walk both memories side by side. */
export function stateLike(param: Tensor): Tensor {
  return lasting(param.shape, param.dtype, isDense(param.shape, param.strides) ? param.strides : null);
}

/** A zero for each element of a parameter. */
export function zeroState(param: Tensor): Tensor {
  return fill(stateLike(param), 0);
}

/** `value` for each element of a parameter. */
export function filledState(param: Tensor, value: number): Tensor {
  return fill(stateLike(param), value);
}

/** Zeros in row-major order, of the parameter's shape or another one: for kernels that take the parameter in that order. */
export function rowMajorState(param: Tensor, shape: Shape = param.shape): Tensor {
  return fill(lasting(shape, param.dtype, null), 0);
}

/** Which state a parameter of one shape has. State that is not in it is optional, and if it is a tensor has the parameter's shape. */
export interface StateLayout {
  /** The shape of the parameter. */
  readonly paramShape: Shape;
  /** The names, in their order. */
  readonly names: readonly string[];
  /** The shapes of tensors, by name; null for a number. */
  readonly shapes: Readonly<Record<string, Shape | null>>;
}

/** Which state a parameter of `paramShape` has, read from a state that was just made. */
export function layoutOf(state: ParamState, paramShape: Shape): StateLayout {
  const shapes = Object.create(null) as Record<string, Shape | null>;
  for (const [name, value] of Object.entries(state)) shapes[name] = typeof value === 'number' ? null : value.shape;
  return { paramShape, names: Object.keys(state), shapes };
}

/** The first name whose value a step cannot use, or that is missing; null where all is well. */
export function misfit(state: ParamState, param: Tensor, { names, shapes }: StateLayout): string | null {
  let found = 0;
  for (const name in state) {
    const value: unknown = state[name];
    const shape = shapes[name];
    if (shape !== undefined) found++;
    if (typeof value === 'number') {
      if (shape === null || shape === undefined) continue;
    } else if (
      shape !== null &&
      value instanceof Tensor &&
      value.dtype === param.dtype &&
      sameShape(value.shape, shape === undefined ? param.shape : shape)
    )
      continue;
    return name;
  }
  return found === names.length ? null : names.find((name) => !(name in state))!;
}

/** The error of a {@link misfit}. */
export function misfitError(op: string, name: string, state: ParamState, param: Tensor, layout: StateLayout, which: string): HoneError {
  if (!(name in state)) return new StateDictError(`${op}.step: the state of ${which}, has no ${name}.`);
  const value: unknown = state[name];
  const shape = layout.shapes[name];
  if (shape === null || !(value instanceof Tensor))
    return new StateDictError(
      `${op}.step: ${name} of ${which}, is ${show(value)}, expected a ${shape === null ? 'number' : 'Tensor'}. Take over state with loadStateDict.`,
    );
  const message =
    `${op}.step: ${name} of ${which}, is ${value.dtype} ${showShape(value.shape)}, expected ${param.dtype} ${showShape(shape ?? param.shape)}. ` +
    'Was the model converted after the first step? optimizer.loadStateDict(optimizer.stateDict()) converts the state, too.';
  return value.dtype === param.dtype ? new ShapeError(message) : new DTypeError(message);
}
