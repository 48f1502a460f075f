/** PyTorch's names beside Hone's: what is here, and where. */
import { readFileSync } from 'node:fs';
import * as hone from 'hone';
import { nn, optim, Tensor } from 'hone';
import { groupBy } from './group-by.js';
import { reasonFor, renamed } from './missing.js';

export interface Line {
  /** As PyTorch has it: `torch.nn.Linear`. */
  readonly torch: string;
  /** As Hone has it: `nn.Linear`; null where it lacks it. */
  readonly hone: string | null;
  /** Why it is missing; null where nobody said. */
  readonly reason: string | null;
}

const { torch: torchVersion, names } = JSON.parse(
  readFileSync(new URL('../../conformance/fixtures/torch-names.json', import.meta.url), 'utf8'),
) as {
  torch: string;
  names: Record<string, readonly string[]>;
};

/** `leaky_relu` as `leakyRelu`; names that begin with a capital stay. */
export const camel = (name: string): string =>
  /^[A-Z]/.test(name) ? name : name.replace(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_, c: string) => c.toUpperCase());

type Space = Readonly<Record<string, unknown>>;
const utils = (nn.utils ?? {}) as Space;
const has = (space: Space | undefined, name: string) => space?.[name] !== undefined;
const method = (prototype: object, name: string) => name in prototype;

/** Where Hone keeps what each of PyTorch's modules has: the first of the given that has the name. */
const spaces: Readonly<Record<string, readonly (readonly [prefix: string, has: (name: string) => boolean])[]>> = {
  'torch.nn': [['nn.', (n) => has(nn as Space, n)]],
  'torch.nn.functional': [
    ['F.', (n) => has(nn.functional as Space, n)],
    ['', (n) => has(hone as Space, n)],
    ['Tensor.', (n) => method(Tensor.prototype, n)],
  ],
  'torch.nn.init': [['nn.init.', (n) => has(nn.init as Space, n)]],
  'torch.nn.utils': [['nn.utils.', (n) => has(utils, n)]],
  'torch.nn.utils.rnn': [
    ['nn.utils.rnn.', (n) => has(utils.rnn as Space, n)],
    ['nn.utils.', (n) => has(utils, n)],
  ],
  'torch.nn.Module': [['Module.', (n) => method(nn.Module.prototype, n)]],
  'torch.optim': [['optim.', (n) => has(optim as Space, n)]],
  'torch.optim.lr_scheduler': [['optim.lrScheduler.', (n) => has(optim.lrScheduler as Space, n)]],
  'torch.optim.swa_utils': [
    ['optim.swaUtils.', (n) => has((optim as Space).swaUtils as Space, n)],
    ['nn.swaUtils.', (n) => has((nn as Space).swaUtils as Space, n)],
    ['optim.lrScheduler.', (n) => has(optim.lrScheduler as Space, n)],
    ['nn.utils.', (n) => has(utils, n)],
    ['nn.', (n) => has(nn as Space, n)],
  ],
  torch: [
    ['', (n) => has(hone as Space, n)],
    ['F.', (n) => has(nn.functional as Space, n)],
    ['Tensor.', (n) => method(Tensor.prototype, n)],
  ],
  'torch.linalg': [['linalg.', (n) => has(hone.linalg as Space, n)]],
  'torch.Tensor': [
    ['Tensor.', (n) => method(Tensor.prototype, n)],
    ['', (n) => has(hone as Space, n)],
    ['F.', (n) => has(nn.functional as Space, n)],
  ],
};

function line(module: string, name: string): Line {
  const full = `${module}.${name}`;
  const other = renamed[full];
  if (other !== undefined) return { torch: full, hone: other, reason: null };
  for (const [prefix, contains] of spaces[module]!) {
    const own = camel(name);
    if (contains(own)) return { torch: full, hone: prefix + own, reason: null };
  }
  return { torch: full, hone: null, reason: reasonFor(full) };
}

/** Every name of every module, in PyTorch's order. */
export const modules: readonly { readonly name: string; readonly lines: readonly Line[] }[] = Object.entries(names).map(([name, list]) => ({
  name,
  lines: list.map((n) => line(name, n)),
}));

const table = (rows: readonly (readonly string[])[]) => rows.map((row) => `| ${row.join(' | ')} |`).join('\n');

/** docs/coverage.md. */
export function page(): string {
  const parts = modules.map(({ name, lines }) => {
    const here = lines.filter((l) => l.hone !== null);
    const byReason = groupBy(
      lines.filter((l) => l.hone === null),
      (l) => l.reason ?? '?',
    );
    const short = (l: Line) => `\`${l.torch.slice(name.length + 1)}\``;
    const missing = [...byReason].map(([reason, missed]) => [missed.map(short).join(', '), reason]);
    return `## ${name}

${here.length} of ${lines.length}.

${table([['PyTorch', 'Hone'], ['---', '---'], ...here.map((l) => [short(l), `\`${l.hone}\``])])}
${missing.length ? `\nMissing on purpose:\n\n${table([['PyTorch', 'why'], ['---', '---'], ...missing])}\n` : ''}`;
  });
  return `# What PyTorch has, and what Hone has

Written by \`HONE_WRITE_COVERAGE=1 npx vitest run test/coverage.test.ts\` from the names of PyTorch ${torchVersion} (\`conformance/names.py\`). \`nn\`, \`F\` and \`optim\` are imported from
'hone', as are the functions without a prefix; \`Tensor.\` stands for a method of every tensor.

${parts.join('\n')}`;
}
