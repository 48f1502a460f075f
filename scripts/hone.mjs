#!/usr/bin/env node
// The command in a clone. Where npm linked the folder and ran no script of it, nothing was built yet: this says what builds it.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = new URL('../dist/node/cli.js', import.meta.url);
if (existsSync(program)) await import(program.href);
else {
  const folder = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
  console.error(
    `hone: it is not built yet, since npm ran no script of it when it installed it. This builds it: npm run build --prefix "${folder}"`,
  );
  process.exitCode = 1;
}
