/** All random numbers of a program that no object of its own holds: the default generator, and streams that go beside it. */
import { defaultGenerator } from './generator.js';

/** A stream beside the default generator, such as Python's `random` in transforms. */
export interface RandomStream {
  /** Where it stands; undefined where it has not begun, so that it begins where the default generator was seeded. */
  state(): Int32Array | undefined;
  /** Goes on from there. @throws {ArgumentError} for anything but a state of it. */
  restore(state: unknown): void;
}

/** Where all of them stand; each is a typed array, or a tensor where it comes out of a file. */
export interface RandomStates {
  readonly default: unknown;
  readonly [stream: string]: unknown;
}

const streams = new Map<string, RandomStream>();
/** What was restored before the module of its stream was there. */
const early = new Map<string, unknown>();

/** Makes a stream known: its module does so when it is loaded. */
export function addRandomStream(name: string, stream: RandomStream): void {
  streams.set(name, stream);
  if (early.has(name)) stream.restore(early.get(name));
  early.delete(name);
}

/** The states of the default generator and of the streams beside it, for {@link restoreRandomStates}; `save` takes them to a .pth. */
export function randomStates(): RandomStates {
  const states: Record<string, unknown> & RandomStates = { default: defaultGenerator().getState() };
  for (const [name, stream] of streams) {
    const state = stream.state();
    if (state !== undefined) states[name] = state;
  }
  return states;
}

/** All random numbers go on from where {@link randomStates} was called. @throws {ArgumentError} for anything but such a state. */
export function restoreRandomStates(states: RandomStates): void {
  defaultGenerator().setState(states.default as Uint8Array);
  for (const [name, stream] of streams) stream.restore(states[name]);
  early.clear();
  for (const [name, state] of Object.entries(states)) if (name !== 'default' && !streams.has(name)) early.set(name, state);
}
