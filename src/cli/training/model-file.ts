/** Model files: weights as safetensors, with notes of all that an evaluation and a prediction need. */
import { join } from 'node:path';
import { z } from 'zod';
import { isFile, isFolder, readBytes } from '#files';
import { FileError, FormatError, HoneError, printable } from '../../errors.js';
import { save } from '../../formats/files/files.js';
import { decodeSafetensors } from '../../formats/safetensors.js';
import type { ModuleWithOutput } from '../../nn/module/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import { plainTransform } from '../data/pictures.js';
import type { Input, Task } from '../data/prepared.js';
import { buildModel, type ModelSpec } from './models.js';

/** The file of a run with the weights of its best epoch. */
export const MODEL_FILE = 'best.safetensors';
/** The key of the notes among those of the file. */
const NOTES = 'hone';

/** What a model file says beside its weights. */
export interface ModelNotes {
  readonly format: 1;
  readonly task: Task;
  /** The names of the classes, by number. */
  readonly classes?: readonly string[] | undefined;
  readonly model: ModelSpec;
  /** How pictures or rows become inputs. */
  readonly input: Input;
  /** What it was trained on. */
  readonly data: string;
  /** The epoch of the weights, and its scores. */
  readonly epoch: number;
  readonly scores: Readonly<Record<string, number | null>>;
  /** `hone 0.1.0`. */
  readonly made: string;
}

const MOST_CLASSES = 100_000;
const numbers = z.array(z.number()).max(100_000);
const names = z.array(z.string()).max(MOST_CLASSES);
const side = z.int().min(1).max(16_384);
const notesSchema = z.object({
  format: z.literal(1),
  task: z.enum(['classification', 'regression']),
  classes: names.optional(),
  model: z.object({ name: z.string(), options: z.looseObject({ numClasses: z.int().min(1).max(MOST_CLASSES) }) }),
  input: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('image'),
      channels: z.union([z.literal(1), z.literal(3)]),
      height: side,
      width: side,
      resize: side,
      mean: numbers.nullable(),
      std: numbers.nullable(),
    }),
    z.object({
      kind: z.literal('table'),
      numbers: z.object({ names, mean: numbers, scale: numbers }),
      words: z.object({ names, categories: z.array(names) }),
      target: z.string(),
      output: z.object({ mean: z.number(), scale: z.number() }).nullable(),
    }),
  ]),
  data: z.string(),
  epoch: z.number(),
  scores: z.record(z.string(), z.number().nullable()),
  made: z.string(),
});

/** Writes a model's weights with its notes. The file appears whole or not at all. */
export function saveModelFile(path: string, state: Readonly<Record<string, Tensor>>, about: ModelNotes): void {
  // Numbers that JSON does not know (a loss that is not finite) become null.
  save(state, path, { metadata: { [NOTES]: JSON.stringify(about), epoch: String(about.epoch) } });
}

/** The path of a model's file: itself, or that of a run's folder. @throws {FileError} where there is none. */
export function modelPath(given: string): string {
  if (isFolder(given)) {
    const path = join(given, MODEL_FILE);
    if (isFile(path)) return path;
    throw new FileError(
      `The folder ${given} holds no ${MODEL_FILE}, which a run writes after its first epoch. Name the folder of a run, or a model file.`,
    );
  }
  if (isFile(given)) return given;
  throw new FileError(`There is no file or folder ${given}. Name a model file that hone train wrote, or the folder of a run.`);
}

/** Whether a path leads to a model that {@link loadModelFile} may read. */
export const isModelPath = (path: string): boolean =>
  isFolder(path) ? isFile(join(path, MODEL_FILE)) : /\.safetensors$/i.test(path) && isFile(path);

/** A model and what its file says. @throws {FormatError} for files that `hone train` did not write. */
export function loadModelFile(given: string): { model: ModuleWithOutput; notes: ModelNotes; path: string } {
  const path = modelPath(given);
  if (!/\.safetensors$/i.test(path))
    throw new FormatError(
      `${path} is not a model file of hone train: those are .safetensors with notes of model, classes and inputs. See what it holds: hone convert ${path} --list.`,
    );
  const { tensors, metadata } = decodeSafetensors(readBytes(path, 'hone'), path);
  const text = metadata[NOTES];
  if (text === undefined)
    throw new FormatError(
      `${path} holds weights alone, without the notes of model, classes and inputs that hone train writes. Train on from them with hone train --pretrained ${path}, or load them in a program of your own.`,
    );
  let notes: ModelNotes;
  try {
    notes = notesSchema.parse(JSON.parse(text)) as ModelNotes;
    checkNotes(notes);
  } catch (cause) {
    throw new FormatError(`${path}: its notes are damaged: ${printable(firstLine(cause))}. Train it again.`, { cause });
  }
  try {
    const model = buildModel(notes.model);
    model.loadStateDict(tensors);
    model.eval();
    return { model, notes, path };
  } catch (cause) {
    if (!(cause instanceof HoneError)) throw cause;
    throw new FormatError(
      `${path}: its weights do not fit the model ${printable(notes.model.name)} that its notes name: ${cause.message}`,
      {
        cause,
      },
    );
  }
}

/** @throws for notes that contradict each other. */
function checkNotes({ task, classes, model, input }: ModelNotes): void {
  if ((task === 'classification') !== (classes !== undefined))
    throw new HoneError(`${task} with${classes === undefined ? 'out' : ''} classes`);
  if (classes !== undefined && classes.length !== model.options.numClasses)
    throw new HoneError(`${classes.length} names for ${model.options.numClasses} classes`);
  if (input.kind === 'image') {
    const { mean, std, channels } = input;
    if ((mean === null) !== (std === null) || [mean, std].some((list) => list !== null && list.length !== channels))
      throw new HoneError('mean and std are not one number for each channel');
    plainTransform(input);
  } else {
    const { numbers: columns, words } = input;
    if (columns.names.length !== columns.mean.length || columns.names.length !== columns.scale.length)
      throw new HoneError('columns of numbers without their mean and scale');
    if (words.names.length !== words.categories.length) throw new HoneError('columns of words without their categories');
  }
}

const firstLine = (error: unknown) =>
  error instanceof z.ZodError
    ? `${error.issues[0]?.path.join('.')}: ${error.issues[0]?.message}`
    : (error as Error).message.split('\n', 1)[0]!;
