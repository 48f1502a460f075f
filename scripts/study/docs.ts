/**
 * Writes docs/study.md of what the presets came to: `npm run study:docs -- --root runs/docs` takes the studies in that folder's folders into docs/studies/
 * first, whenever each was run; without `--root` the page is made of what is there. A study that has not ended is left out.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { StudyFigures } from 'hone/report';
import { studies, studyVerdict } from 'hone/study';
import { keep, pageOf, writeKept } from './kept.js';

const { root } = parseArgs({ options: { root: { type: 'string' } } }).values;
const docs = join(import.meta.dirname, '../../docs');
const kept = join(docs, 'studies');
mkdirSync(kept, { recursive: true });

if (root !== undefined)
  for (const [name, { judge }] of Object.entries(studies)) {
    const path = join(root, name, 'figures.json');
    if (!existsSync(path)) {
      console.log(`${name}: ${path} is not there; what docs/studies/ has of it stays.`);
      continue;
    }
    const figures = JSON.parse(readFileSync(path, 'utf8')) as StudyFigures;
    if (figures.stopped !== undefined) {
      console.log(`${name}: ${figures.stopped} Left out.`);
      continue;
    }
    const verdict = await studyVerdict(figures, { judge });
    writeFileSync(join(kept, `${name}.json`), writeKept(keep(name, figures, verdict)));
    console.log(`${name}: ${verdict.claim?.verdict}`);
  }

const { page, names } = pageOf(kept, Object.keys(studies));
writeFileSync(join(docs, 'study.md'), page);
console.log(`docs/study.md has ${names.length} of ${Object.keys(studies).length} presets.`);
