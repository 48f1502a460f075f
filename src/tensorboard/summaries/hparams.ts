/** Hyperparameters and the scores that they led to. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { ValueSchema } from '@bufbuild/protobuf/wkt';
import { ArgumentError } from '../../errors.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { DataType, type HParamInfoSchema, HParamsPluginDataSchema, Status } from '../proto/hparams.gen.js';
import { plugin, type SummaryValue } from './scalar.js';
import { type NumberLike, numberOf } from './values.js';

type Value = MessageInitShape<typeof ValueSchema>;

/** The kind of a setting and its value; as in PyTorch, yes and no are 1 and 0. */
function valueOf(op: string, name: string, given: unknown): { type: DataType; value: Value } {
  if (typeof given === 'string') return { type: DataType.STRING, value: { kind: { case: 'stringValue', value: given } } };
  if (typeof given !== 'number' && typeof given !== 'boolean' && !(given instanceof Tensor))
    throw unexpected(op, name, given, 'a number, a string, true or false, a tensor of one element, or null');
  return { type: DataType.FLOAT64, value: { kind: { case: 'numberValue', value: numberOf(op, name, given) } } };
}

/** Three notes: which settings and scores there are, the settings' values, and that the run has ended well. */
export function hparamsSummaries(op: string, params: unknown, metrics: unknown, discrete: unknown): SummaryValue[] {
  if (!isOptions(params)) throw unexpected(op, 'hparamDict', params, 'an object of names and values');
  if (!isOptions(metrics)) throw unexpected(op, 'metricDict', metrics, 'an object of names and numbers');
  if (discrete !== null && !isOptions(discrete)) throw unexpected(op, 'hparamDomainDiscrete', discrete, 'an object of names and lists');
  const domains = discrete ?? {};
  for (const [name, domain] of Object.entries(domains)) {
    const own = params[name];
    if (!Object.hasOwn(params, name) || !Array.isArray(domain) || !domain.every((value) => typeof value === typeof own))
      throw new ArgumentError(
        `${op}: hparamDomainDiscrete.${name} is ${show(domain)}, expected a list of values like ${Object.hasOwn(params, name) ? `hparamDict.${name}, ${show(own)}` : `those of hparamDict, which has no ${name}`}.`,
      );
  }

  const hparams: Record<string, Value> = {};
  const hparamInfos: MessageInitShape<typeof HParamInfoSchema>[] = [];
  for (const [name, given] of Object.entries(params)) {
    if (given === null || given === undefined) continue;
    const { type, value } = valueOf(op, `hparamDict.${name}`, given);
    hparams[name] = value;
    const domain = domains[name] as unknown[] | undefined;
    hparamInfos.push({
      name,
      type,
      ...(domain === undefined
        ? {}
        : { domain: { case: 'domainDiscrete', value: { values: domain.map((each) => valueOf(op, name, each).value) } } }),
    });
  }
  const metricInfos = Object.keys(metrics).map((tag) => ({ name: { tag } }));
  return [
    note('_hparams_/experiment', { case: 'experiment', value: { hparamInfos, metricInfos } }),
    note('_hparams_/session_start_info', { case: 'sessionStartInfo', value: { hparams } }),
    note('_hparams_/session_end_info', { case: 'sessionEndInfo', value: { status: Status.SUCCESS } }),
  ];
}

function note(tag: string, data: MessageInitShape<typeof HParamsPluginDataSchema>['data']): SummaryValue {
  const content = toBinary(HParamsPluginDataSchema, create(HParamsPluginDataSchema, { version: 0, ...(data ? { data } : {}) }));
  return { tag, metadata: plugin('hparams', content) };
}

/** The scores, to be written beside. */
export function scoresOf(op: string, metrics: Readonly<Record<string, NumberLike>>): [name: string, value: number][] {
  return Object.entries(metrics).map(([name, value]) => [name, numberOf(op, `metricDict.${name}`, value)]);
}
