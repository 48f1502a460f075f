/** The presets by name: the documents' own experiments. */
import type { StudyPreset } from './base/preset.js';
import { modelSize } from './dense/model-size.js';

const list = [modelSize] as const;

/** The presets, by the names that `hone study` takes: an experiment of a document each, with the claim that it looks at. */
export const studies: Readonly<Record<string, StudyPreset>> = Object.freeze(
  Object.fromEntries(list.map((preset) => [preset.name, preset])),
);
