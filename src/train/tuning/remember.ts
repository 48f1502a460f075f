/** Remembering all that a trial may change, so that nothing of it is left afterwards: model, optimizer, loader, random numbers. */
import { clearGradient } from '../../autograd/clear-gradient.js';
import { noGrad } from '../../autograd/modes/mode.js';
import { generatorsIn, type RandomSnapshot, restoreSnapshot, takeSnapshot } from '../../data/loader/state/random-snapshot.js';
import type { Module } from '../../nn/module/module.js';
import { copy_ } from '../../ops/elementwise/inplace.js';
import { clone } from '../../ops/view/copy.js';
import { Generator } from '../../tensor/create/generator.js';
import { restoreRandomStates } from '../../tensor/create/random-streams.js';
import { escapeScope } from '../../tensor/storage.js';
import { Tensor } from '../../tensor/tensor.js';

/** Gives back what was noted. */
type Undo = () => void;

/**
 * What a model, its optimizer and a loader are made of, as they are now: values of tensors, bit by bit, gradients, fields, options, state.
 * {@link rewind} makes them so again, as often as it is called; {@link restore} does so for good.
 */
export class Remembered {
  private readonly undo: Undo[] = [];
  private readonly copies: Tensor[] = [];
  private readonly gradients: { readonly tensor: Tensor; readonly ownGrad: Tensor; readonly gradExposed: boolean }[] = [];
  private readonly seen = new Set<object>();
  private readonly random: RandomSnapshot;

  constructor(
    model: Module,
    optimizer: object,
    private readonly loader: unknown,
  ) {
    for (const module of model.modules()) this.noteFields(module);
    this.noteFields(optimizer);
    this.random = takeSnapshot({ loader });
    // Of the loader the fields alone: data is not copied, and workers that it has started go on.
    if (!Array.isArray(loader)) this.noteNames(loader as object, ['pool']);
  }

  /** Starts all random numbers, the loader's own among them, from a seed. */
  seed(seed: number): void {
    const state = new Generator(seed).getState();
    restoreRandomStates({ default: state });
    for (const generator of generatorsIn({ loader: this.loader }).values()) generator.setState(state);
  }

  /** Makes everything as it was, but for gradients, of which there are none. */
  rewind(): void {
    for (const undo of this.undo) undo();
    restoreSnapshot(this.random, { loader: this.loader });
  }

  /** Makes everything as it was, and gives the memory of the copies back. */
  restore(): void {
    this.rewind();
    for (const { tensor, ownGrad, gradExposed } of this.gradients) Object.assign(tensor, { ownGrad, gradExposed });
    for (const copy of this.copies) copy.dispose();
  }

  /** Notes the fields of an object, and what stands in them. */
  private noteFields(object: object): void {
    if (this.seen.has(object)) return;
    this.seen.add(object);
    this.noteNames(object);
    for (const value of Object.values(object)) this.noteValue(value);
  }

  /** Notes which fields an object has, and which values. @param except which ones not. */
  private noteNames(object: object, except: readonly string[] = []): void {
    const target = object as Record<string, unknown>;
    const fields = Object.entries(target).filter(([name]) => !except.includes(name));
    const names = new Set([...fields.map(([name]) => name), ...except]);
    this.undo.push(() => {
      for (const name of Object.keys(target)) if (!names.has(name)) delete target[name];
      for (const [name, value] of fields) if (!Object.is(target[name], value)) target[name] = value;
    });
  }

  private noteValue(value: unknown): void {
    if (typeof value !== 'object' || value === null || this.seen.has(value)) return;
    if (value instanceof Tensor) this.noteTensor(value);
    else if (Array.isArray(value)) this.noteList(value);
    else if (value instanceof Map) this.noteMap(value);
    else if (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null) this.noteFields(value);
  }

  private noteTensor(tensor: Tensor): void {
    this.seen.add(tensor);
    const copy = noGrad(() => clone(tensor.detach()));
    escapeScope(copy.storage, null);
    this.copies.push(copy);
    const { ownGrad, gradExposed } = tensor;
    if (ownGrad !== null) {
      this.gradients.push({ tensor, ownGrad, gradExposed });
      tensor.grad = null; // else the trial would write into it, or free it
    }
    this.undo.push(() => {
      noGrad(() => copy_(tensor, copy));
      clearGradient(tensor, true);
    });
  }

  private noteList(list: unknown[]): void {
    this.seen.add(list);
    const items = [...list];
    this.undo.push(() => {
      if (!Object.isFrozen(list)) list.splice(0, list.length, ...items);
    });
    for (const item of items) this.noteValue(item);
  }

  private noteMap(map: Map<unknown, unknown>): void {
    this.seen.add(map);
    const entries = [...map];
    this.undo.push(() => {
      map.clear();
      for (const [key, value] of entries) map.set(key, value);
    });
    for (const [, value] of entries) this.noteValue(value);
  }
}
