// Writes src/report/study/page/live.gen.ts: the script of a study's page, src/report/study/page/live.ts with what it imports, as one text.
//
//   node scripts/gen-study-page.mjs            writes the file
//   node scripts/gen-study-page.mjs --print    prints it: the test compares
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = join(root, 'src/report/study/page');

const { outputFiles } = await build({
  entryPoints: [join(folder, 'live.ts')],
  bundle: true,
  minify: true,
  write: false,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  charset: 'ascii',
  legalComments: 'none',
  logLevel: 'warning',
  // Of the modules only what is used: none of them does anything when it is loaded.
  plugins: [
    {
      name: 'used',
      setup({ onResolve }) {
        onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => ({
          path: join(resolveDir, path.replace(/\.js$/, '.ts')),
          sideEffects: false,
        }));
      },
    },
  ],
});
// No end of a script within it.
const script = outputFiles[0].text.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
const hash = createHash('sha256').update(script).digest('base64');
const text = `// Written by scripts/gen-study-page.mjs: npm run gen makes it anew.

/** The script of a study's page: live.ts and what it imports. */
export const liveScript = ${JSON.stringify(script)};

/** By which the page allows this script, and no other, to run. */
export const liveHash = 'sha256-${hash}';
`;
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(join(folder, 'live.gen.ts'), text);
