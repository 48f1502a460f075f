/** The charts of TensorBoard's tab "Custom scalars". */
import type { MessageInitShape } from '@bufbuild/protobuf';
import { ArgumentError } from '../../errors.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { isOptions, show } from '../../tensor/arguments/show.js';
import type { LayoutSchema } from '../proto/plugins.gen.js';
import type { ScalarLayout } from './options.js';

/** A layout as TensorBoard stores it. @throws {ArgumentError} for other kinds of charts, and for margins of other than three tags. */
export function layoutOf(op: string, layout: ScalarLayout): MessageInitShape<typeof LayoutSchema> {
  if (!isOptions(layout))
    throw unexpected(op, 'layout', layout, "charts by category and title: { losses: { loss: ['Multiline', ['loss']] } }");
  return {
    category: Object.entries(layout).map(([category, charts]) => {
      if (!isOptions(charts)) throw unexpected(op, `layout.${category}`, charts, "charts by title: { loss: ['Multiline', ['loss']] }");
      return { title: category, chart: Object.entries(charts).map(([title, chart]) => chartOf(op, category, title, chart)) };
    }),
  };
}

function chartOf(op: string, category: string, title: string, chart: unknown) {
  const [kind, tags] = Array.isArray(chart) ? (chart as unknown[]) : [];
  if ((kind !== 'Multiline' && kind !== 'Margin') || !Array.isArray(tags) || !tags.every((tag) => typeof tag === 'string'))
    throw new ArgumentError(`${op}: the chart ${category}/${title} is ${show(chart)}, expected ['Multiline', tags] or ['Margin', tags].`);
  if (kind === 'Multiline') return { title, content: { case: 'multiline' as const, value: { tag: tags as string[] } } };
  if (tags.length !== 3)
    throw new ArgumentError(
      `${op}: the chart ${category}/${title} has ${tags.length} tags, expected three: the value, and below and above it.`,
    );
  const [value, lower, upper] = tags as string[];
  return { title, content: { case: 'margin' as const, value: { series: [{ value: value!, lower: lower!, upper: upper! }] } } };
}
