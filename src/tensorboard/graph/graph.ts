/** The graph of a model, as TensorBoard draws it. */
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Node } from '../../autograd/node.js';
import { ArgumentError } from '../../errors.js';
import { Module } from '../../nn/module/module.js';
import { describe, show } from '../../tensor/arguments/show.js';
import { Tensor } from '../../tensor/tensor.js';
import { type GraphDef, GraphDefSchema, type NodeDefSchema } from '../proto/graph.gen.js';
import { shapeProto } from '../summaries/scalar.js';
import { type Source, trace } from './trace.js';

type NodeDef = MessageInitShape<typeof NodeDefSchema>;

/** `maxPool2d` as PyTorch's graphs say it: `max_pool2d`. */
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/^_/, '');

/** What an operation is called: by PyTorch's name, where it is made of others here; layers by their own, which says more than `addmm`. */
function nameOf({ name, label }: Node): string {
  const known = label?.replace(/Backward\d*$/, '');
  const own = known === undefined || known === 'Convolution' || known === 'UnsafeView' || (known === 'Addmm' && name === 'linear');
  return snake(own ? name : known);
}

/** The operations of a model, and a text of them, a line each. */
export function graphOf(op: string, model: unknown, input: unknown): { graph: GraphDef; text: string } {
  if (!(model instanceof Module)) throw new ArgumentError(`${op}: model is ${describe(model)}, expected a Module.`);
  if (!(input instanceof Tensor) && !Array.isArray(input))
    throw new ArgumentError(`${op}: inputToModel is ${show(input)}, expected a tensor, or a list of what forward takes.`);
  const traced = trace(op, model, Array.isArray(input) ? (input as unknown[]) : [input]);

  const taken = new Set<string>();
  const names = new Map<Source, string>();
  const name = (scope: string, own: string, source?: Source): string => {
    let out = `${scope}/${own}`;
    for (let i = 1; taken.has(out); i++) out = `${scope}/${own}_${i}`;
    taken.add(out);
    if (source !== undefined) names.set(source, out);
    return out;
  };
  for (const leaf of traced.leaves) name(leaf.scope, leaf.name, leaf);
  for (const call of traced.calls) name(call.scope, call.name, call);
  for (const [node, scope] of traced.nodes) name(scope, nameOf(node), node);

  /** Which output of what. */
  const reference = (source: Source, index = 0): string | undefined => {
    const own = names.get(source) ?? names.get(traced.leafOf(source as Node) as Source);
    return own === undefined || index === 0 ? own : `${own}:${index}`;
  };
  const known = (list: readonly (string | undefined)[]) => list.filter((each) => each !== undefined);

  const defs: NodeDef[] = [];
  const define = (own: string, kind: string, input: readonly string[], shapes: readonly (readonly number[])[], note = '{}'): void => {
    defs.push({
      name: own,
      op: kind,
      input: [...input],
      attr: {
        attr: { value: { case: 's', value: new TextEncoder().encode(note) } },
        _output_shapes: { value: { case: 'list', value: { shape: shapes.map(shapeProto) } } },
      },
    });
  };
  for (const leaf of traced.leaves) {
    if (leaf.kind === 'input') define(names.get(leaf)!, 'IO Node', [], [leaf.shape], '');
  }
  traced.outputs.forEach(({ source, shape }, i) => {
    define(name('output', `output.${i + 1}`), 'IO Node', known([source === undefined ? undefined : reference(source)]), [shape], '');
  });
  for (const leaf of traced.leaves) {
    if (leaf.kind === 'parameter') define(names.get(leaf)!, 'prim::GetAttr', [], [leaf.shape], `{ name :  ${leaf.name} }`);
  }
  for (const call of traced.calls) define(names.get(call)!, call.name, known(call.inputs.map((source) => reference(source))), [call.shape]);
  for (const [node] of traced.nodes) {
    const inputs = node.edges.map((edge) => (edge === null ? undefined : reference(edge.node, edge.index)));
    const others = (traced.others.get(node) ?? []).map((source) => reference(source));
    define(
      names.get(node)!,
      `aten::${nameOf(node)}`,
      known([...others, ...inputs]),
      node.outputs.map(({ shape }) => shape),
    );
  }
  const text = defs.map(({ name: own, op: kind, input: from }) => `${own} = ${kind}(${(from ?? []).join(', ')})`).join('\n');
  return { graph: create(GraphDefSchema, { node: defs, versions: { producer: 22 } }), text };
}
