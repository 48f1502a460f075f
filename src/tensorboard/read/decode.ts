/** Events, of the bytes of their records. */
import { fromBinary } from '@bufbuild/protobuf';
import { type Event, EventSchema, SessionLog_SessionStatus, type Summary_Value, type TensorProto } from '../proto/event.gen.js';
import { GraphDefSchema } from '../proto/graph.gen.js';
import { HParamsPluginDataSchema } from '../proto/hparams.gen.js';
import type { LoggedBase, LoggedEvent } from './logged.js';
import { textsOf, valuesOf } from './tensor-values.js';

/** The plugin of each tag: TensorFlow may say it with the first value only. */
export type Plugins = Map<string, string>;

/** The events of a record: one for each value of a summary. @throws for bytes that are no event. */
export function decodeEvents(bytes: Uint8Array, run: string, plugins: Plugins): LoggedEvent[] {
  const event: Event = fromBinary(EventSchema, bytes);
  const base: LoggedBase = { run, wallTime: event.wallTime, step: Number(event.step) };
  const { what } = event;
  switch (what.case) {
    case 'summary':
      return what.value.value.flatMap((value) => decodeValue(base, value, plugins));
    case 'sessionLog':
      if (what.value.status === SessionLog_SessionStatus.START) return [{ ...base, kind: 'start' }];
      return [{ ...base, kind: 'other', what: 'sessionLog' }];
    case 'graphDef': {
      const graph = fromBinary(GraphDefSchema, what.value);
      return [{ ...base, kind: 'graph', nodes: graph.node.map(({ name, op, input }) => ({ name, op, inputs: input })) }];
    }
    default:
      return [{ ...base, kind: 'other', what: what.case ?? 'nothing' }];
  }
}

function decodeValue(base: LoggedBase, { tag, metadata, value }: Summary_Value, plugins: Plugins): LoggedEvent[] {
  const named = metadata?.pluginData?.pluginName;
  if (named) plugins.set(tag, named);
  const plugin = named || plugins.get(tag) || '';
  if (plugin === 'hparams' && metadata?.pluginData) return [decodeHparams(base, metadata.pluginData.content)];
  switch (value.case) {
    case 'simpleValue':
      return [{ ...base, kind: 'scalar', tag, value: value.value }];
    case 'histo': {
      const { min, max, num, sum, sumSquares, bucketLimit, bucket } = value.value;
      return [{ ...base, kind: 'histogram', tag, min, max, num, sum, sumSquares, bucketLimits: bucketLimit, bucketCounts: bucket }];
    }
    case 'image': {
      const { width, height, encodedImageString } = value.value;
      return [{ ...base, kind: 'image', tag, width, height, bytes: encodedImageString }];
    }
    case 'audio':
      return [{ ...base, kind: 'audio', tag, sampleRate: value.value.sampleRate, bytes: value.value.encodedAudioString }];
    case 'tensor':
      return decodeTensor(base, tag, plugin, value.value);
    default:
      return [{ ...base, kind: 'other', what: value.case ?? 'nothing' }];
  }
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Values of TensorFlow 2, which are all tensors; what the plugin does not explain stays one. */
function decodeTensor(base: LoggedBase, tag: string, plugin: string, tensor: TensorProto): LoggedEvent[] {
  const read = valuesOf(tensor);
  const numbers = read.dtype === 'DT_STRING' ? [] : (read.values as readonly number[]);
  const texts = textsOf(tensor);
  if (plugin === 'scalars' && numbers.length === 1) return [{ ...base, kind: 'scalar', tag, value: numbers[0]! }];
  if (plugin === 'text' && read.dtype === 'DT_STRING')
    return [{ ...base, kind: 'text', tag: tag.replace(/\/text_summary$/, ''), text: texts.map(textOf).join('\n') }];
  if (plugin === 'images' && texts.length > 2) {
    const [width, height] = texts.slice(0, 2).map((text) => Number(textOf(text))) as [number, number];
    return texts.slice(2).map((bytes) => ({ ...base, kind: 'image', tag, width, height, bytes }));
  }
  if (plugin === 'audio' && texts.length > 0) {
    // [clips, 2]: sound and label
    const clips = read.shape[1] === 2 ? texts.filter((_, i) => i % 2 === 0) : texts;
    return clips.map((bytes) => ({ ...base, kind: 'audio', tag, sampleRate: Number.NaN, bytes }));
  }
  if (plugin === 'histograms' && read.shape.length === 2 && read.shape[1] === 3 && numbers.length % 3 === 0) {
    const column = (k: number) => numbers.filter((_, i) => i % 3 === k);
    const [lefts, rights, counts] = [column(0), column(1), column(2)];
    const num = counts.reduce((sum, n) => sum + n, 0);
    const [min, max] = [lefts[0] ?? Number.NaN, rights.at(-1) ?? Number.NaN];
    return [
      {
        ...base,
        kind: 'histogram',
        tag,
        min,
        max,
        num,
        sum: Number.NaN,
        sumSquares: Number.NaN,
        bucketLimits: rights,
        bucketCounts: counts,
      },
    ];
  }
  return [{ ...base, kind: 'tensor', tag, plugin, ...read }];
}

function decodeHparams(base: LoggedBase, content: Uint8Array): LoggedEvent {
  const { data } = fromBinary(HParamsPluginDataSchema, content);
  const metrics = data.case === 'experiment' ? data.value.metricInfos.map(({ name }) => name?.tag ?? '') : undefined;
  if (data.case !== 'sessionStartInfo') return { ...base, kind: 'hparams', hparams: undefined, metrics };
  const entries = Object.entries(data.value.hparams).flatMap(([name, { kind }]) =>
    kind.case === 'numberValue' || kind.case === 'stringValue' || kind.case === 'boolValue' ? [[name, kind.value] as const] : [],
  );
  return { ...base, kind: 'hparams', hparams: Object.fromEntries(entries), metrics };
}
