/** docs/lessons and docs/ko/lessons are one course in two languages: the same pages with the same programs and figures. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { expect, test } from 'vitest';
import { fencesOf } from '../../docs/.vitepress/run/program.js';

const docs = join(import.meta.dirname, '../../docs');
const folders = { english: join(docs, 'lessons'), korean: join(docs, 'ko/lessons') };
const pagesOf = (folder: string) => readdirSync(folder).filter((file) => file.endsWith('.md'));
const lessons = pagesOf(folders.english);
const read = (language: keyof typeof folders, page: string) => readFileSync(join(folders[language], page), 'utf8');

/** Code without what is said in one language or the other: comments, texts, and what stands in templates around their expressions. */
function bare(code: string): string {
  const { code: script } = transformSync(code, { loader: 'ts', tsconfigRaw: '{}', charset: 'utf8', minifyWhitespace: true });
  return script
    .replaceAll(/[;{]/g, '$&\n')
    .replace(/`(?:[^`\\]|\\.)*`/g, (template) => [...template.matchAll(/\$\{[^}]*\}/g)].join(' '))
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, (text) => (/^.(hone|\.{1,2}\/|[\w./-]*\.\w+.$)/.test(text) ? text : "''"));
}

test('there are five, in both', () => {
  expect(lessons.filter((page) => /^\d/.test(page))).toHaveLength(5);
  expect(pagesOf(folders.korean)).toEqual(lessons);
});

test('texts and comments are all that languages may differ in', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: programs with such texts in them
  expect(bare("const a = f('one'); // what it is\nlog(`${a} of it`);")).toBe(bare("const a = f('하나'); // 무엇\nlog(`그중 ${a}`);"));
  expect(bare("f('one', 1);")).not.toBe(bare("f('one', 2);"));
  expect(bare("await chart.save('a.svg');")).not.toBe(bare("await chart.save('b.svg');"));
});

test.each(lessons)('%s has the same programs in both languages', (page) => {
  const programs = (language: keyof typeof folders) =>
    fencesOf(read(language, page))
      .filter(({ language: of }) => of === 'ts')
      .map(({ words, code }) => ({ words, code: bare(code) }));
  expect(programs('korean')).toEqual(programs('english'));
});

test.each(lessons)('%s has the same headings and tables in both, and leads to the other', (page) => {
  const shape = (language: keyof typeof folders) => {
    const text = read(language, page).replace(/^```[\s\S]*?^```/gm, '');
    return { headings: [...text.matchAll(/^#+/gm)].map(String), rows: [...text.matchAll(/^\|/gm)].length };
  };
  expect(shape('korean')).toEqual(shape('english'));
  expect(read('english', page)).toContain(`[한국어](../ko/lessons/${page})`);
  expect(read('korean', page)).toContain(`[English](../../lessons/${page})`);
});

test.each(Object.keys(folders) as (keyof typeof folders)[])('every figure is shown, well formed, and described: %s', (language) => {
  const shown = lessons.flatMap((page) => [...read(language, page).matchAll(/!\[([^\]]*)\]\(figures\/([^)]+)\)/g)]);
  expect(shown.map(([, , file]) => file!).sort()).toEqual(readdirSync(join(folders[language], 'figures')).sort());
  for (const [, words, file] of shown) {
    expect(words!.length, file).toBeGreaterThan(10);
    expect(existsSync(join(folders.english, 'figures', file!)), file).toBe(true);
    const svg = readFileSync(join(folders[language], 'figures', file!), 'utf8');
    expect(svg).toMatch(/^<svg xmlns.*class="hone-chart".*<\/svg>$/s);
    expect(svg, file).toContain('prefers-color-scheme:dark');
    expect(svg.length, file).toBeLessThan(80_000);
    expect(svg.replace(/base64,[^"]*/g, ''), file).not.toMatch(/NaN|undefined|<script|href="(?!data:image\/png)/);
  }
});
