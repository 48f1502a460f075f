/** The presets, as the command lists them. */
import type { StudyPreset } from '../../study/presets/base/preset.js';
import { studies } from '../../study/presets/studies.js';

/** Each preset with its claim, as plain data. */
export function presetList() {
  return Object.values(studies).map(({ name, title, description, dataset, claim, full, quick }) => ({
    name,
    title,
    description,
    dataset,
    claim,
    full,
    quick,
  }));
}

/** The presets in lines of at most so many characters. @param claims whether each is followed by the claim that it looks at. */
export function presetLines(columns: number, claims = false): string {
  const all = Object.values(studies);
  const indent = Math.max(...all.map(({ name }) => name.length)) + 4;
  const entry = ({ name, title, claim }: StudyPreset) => {
    const head = `  ${name.padEnd(indent - 2)}${wrapped(title, columns, indent)}`;
    return claims ? `${head}\n${' '.repeat(indent)}${wrapped(`"${claim.quote}"`, columns, indent)}` : head;
  };
  return claims ? byDocument(all, entry) : all.map(entry).join('\n');
}

function byDocument(all: readonly StudyPreset[], entry: (preset: StudyPreset) => string): string {
  const documents = [...new Set(all.map(({ document }) => document))];
  return documents
    .map((document) => [`${document}:`, ...all.filter((preset) => preset.document === document).map(entry)].join('\n'))
    .join('\n\n');
}

/** A text in lines, those after the first indented. */
function wrapped(text: string, columns: number, indent: number): string {
  const room = Math.max(20, columns - indent);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}
