/** Bodies and clouds of points in space. */
import { create, toBinary } from '@bufbuild/protobuf';
import { ShapeError } from '../../errors.js';
import { unexpected } from '../../tensor/arguments/checks.js';
import { isOptions } from '../../tensor/arguments/show.js';
import { DataType } from '../proto/event.gen.js';
import { MeshPluginData_ContentType as Content, MeshPluginDataSchema } from '../proto/plugins.gen.js';
import { plugin, type SummaryValue, shapeProto, single } from './scalar.js';
import { numbersOf } from './values.js';

/** One value for the vertices, and one each for faces and colours where there are any. */
export function meshSummaries(
  op: string,
  tag: string,
  vertices: unknown,
  colors: unknown,
  faces: unknown,
  config: unknown,
): SummaryValue[] {
  if (config !== null && !isOptions(config))
    throw unexpected(op, 'configDict', config, "an object of three.js's classes and their settings");
  const jsonConfig = config === null ? '{}' : pythonJson(config);
  const parts = [
    ['vertices', vertices, Content.VERTEX, 'VERTEX'],
    ['faces', faces, Content.FACE, 'FACE'],
    ['colors', colors, Content.COLOR, 'COLOR'],
  ] as const;
  const given = parts.filter(([, value]) => value !== null);
  const components = given.reduce((mask, [, , content]) => mask | (1 << content), 0);
  return given.map(([name, value, contentType, word]) => {
    const { data, shape } = numbersOf(op, name, value);
    if (shape.length !== 3 || shape[2] !== 3)
      throw new ShapeError(`${op}: ${name} has shape [${shape.join(', ')}], expected [bodies, points, 3].`);
    const content = create(MeshPluginDataSchema, { version: 0, name: tag, contentType, components, shape: [...shape], jsonConfig });
    return {
      tag: `${tag}_${word}`,
      metadata: plugin('mesh', toBinary(MeshPluginDataSchema, content)),
      value: {
        case: 'tensor',
        value: { dtype: DataType.DT_FLOAT, floatVal: Array.from(data, single), tensorShape: shapeProto(shape) },
      },
    };
  });
}

/** JSON as Python writes it: names sorted, a space after commas and colons. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, each]) => `${JSON.stringify(name)}: ${pythonJson(each)}`).join(', ')}}`;
}
