/** Ready models by name, for programs whose users choose. */
import { ArgumentError } from '../../errors.js';
import { show } from '../../tensor/arguments/show.js';
import { camelCase, meantName } from '../../tensor/arguments/spelling.js';
import type { Layer } from './layers.js';
import { lenet } from './lenet.js';
import { mlp } from './mlp.js';
import { mobilenetV2 } from './mobilenet-v2.js';
import { resnet18, resnet34, resnet50, resnet101, resnet152 } from './resnet.js';
import { vgg11, vgg11Bn, vgg13, vgg13Bn, vgg16, vgg16Bn, vgg19, vgg19Bn } from './vgg.js';

const MODELS = {
  ...{ lenet, mlp, mobilenetV2, resnet18, resnet34, resnet50, resnet101, resnet152 },
  ...{ vgg11, vgg11Bn, vgg13, vgg13Bn, vgg16, vgg16Bn, vgg19, vgg19Bn },
};

/** The name of a ready model. */
export type ModelName = keyof typeof MODELS;

/** The options of the model of that name. */
export type GetModelOptions<N extends ModelName = ModelName> = Parameters<(typeof MODELS)[N]>[0];

/** The names of all ready models, as {@link getModel} takes them. */
export function listModels(): ModelName[] {
  return Object.keys(MODELS) as ModelName[];
}

/**
 * The ready model of a name.
 * @param name one of {@link listModels}; torchvision's spelling (`vgg11_bn`, `mobilenet_v2`) works, too.
 * @param options those of the model's own function.
 * @throws {ArgumentError} for a name that there is not.
 * @see https://pytorch.org/vision/stable/generated/torchvision.models.get_model.html
 * @example
 * models.getModel('resnet18', { numClasses: 10, stem: 'cifar' }).forward(randn([1, 3, 32, 32])).shape; // [1, 10]
 */
export function getModel<N extends ModelName>(name: N, options?: GetModelOptions<N>): ReturnType<(typeof MODELS)[N]>;
export function getModel(name: string, options?: object): Layer;
export function getModel(name: string, options?: unknown): unknown {
  if (typeof name !== 'string') throw new ArgumentError(`getModel: the name is ${show(name)}, expected one of ${listModels().join(', ')}.`);
  const own = camelCase(name);
  if (Object.hasOwn(MODELS, own)) return (MODELS as Record<string, (options?: unknown) => Layer>)[own]!(options);
  const meant = meantName(own, listModels());
  throw new ArgumentError(
    `getModel: there is no model ${show(name)}; there are ${listModels().join(', ')}.${meant === undefined ? '' : ` Did you mean ${meant}?`}`,
  );
}
