/** Summaries of texts, curves of precision and recall, hyperparameters, meshes, and the layout of charts. */
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { DataType } from '../proto/event.gen.js';
import { LayoutSchema, TextPluginDataSchema } from '../proto/plugins.gen.js';
import { plugin, type SummaryValue } from './scalar.js';

const bytes = (text: string) => new TextEncoder().encode(text);

/** A text, Markdown. */
export function textSummary(tag: string, text: string): SummaryValue {
  return {
    tag: `${tag}/text_summary`,
    metadata: plugin('text', toBinary(TextPluginDataSchema, create(TextPluginDataSchema, { version: 0 }))),
    value: { case: 'tensor', value: { dtype: DataType.DT_STRING, stringVal: [bytes(text)], tensorShape: { dim: [{ size: 1n }] } } },
  };
}

/** Which charts the tab "Custom scalars" has. */
export function layoutSummary(layout: MessageInitShape<typeof LayoutSchema>): SummaryValue {
  const stringVal = [toBinary(LayoutSchema, create(LayoutSchema, layout))];
  return {
    tag: 'custom_scalars__config__',
    metadata: plugin('custom_scalars'),
    value: { case: 'tensor', value: { dtype: DataType.DT_STRING, stringVal, tensorShape: {} } },
  };
}
