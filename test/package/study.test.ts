/** `hone study` of the package as it is installed: in a project of CommonJS, with a study in TypeScript, in processes of its own. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { StudyFigures } from 'hone/report';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { root, type Stage, stagePackage } from '../browser/stage.js';

const run = promisify(execFile);
let stage: Stage;

beforeAll(async () => {
  stage = await stagePackage({ forNode: true });
  const home = join(stage.folder, 'node_modules/hone');
  for (const part of ['dist/wasm', 'dist/native'])
    if (existsSync(join(root, part))) cpSync(join(root, part), join(home, part), { recursive: true });
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies)) {
    const place = join(stage.folder, 'node_modules', name);
    if (existsSync(place)) continue;
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(realpathSync(join(root, 'node_modules', name)), place);
  }
}, 120_000);
afterAll(() => stage?.remove());

const STUDY = `import { nn, randint, randn, Tensor } from 'hone';
import { TensorDataset } from 'hone/data';
import { defineStudy, StudyOptions } from 'hone/study';
import { hidden } from './model.js';

enum Width { Narrow = 2, Wide = 4 }
class Net extends nn.Module {
  private readonly first: nn.Linear;
  private readonly out: nn.Linear;
  constructor(readonly width: Width) {
    super();
    this.first = hidden(this.width);
    this.out = new nn.Linear(this.width, 2);
  }
  override forward(x: Tensor): Tensor {
    return this.out.forward(this.first.forward(x).relu());
  }
}
interface Setting { width: Width }
const options: Omit<StudyOptions<Setting>, 'model'> = {
  title: 'Packed',
  data: { train: new TensorDataset(randn([60, 2]), randint(0, 2, [60])) },
  baseline: { width: Width.Narrow },
  factors: { width: [Width.Wide] },
  epochs: 1,
  repeats: 2,
};
export default defineStudy<Setting>({ ...options, model: ({ width }) => new Net(width) });
`;

it('reads TypeScript with the Hone that is installed, and runs it in processes', { timeout: 120_000 }, async () => {
  writeFileSync(join(stage.folder, 'package.json'), '{ "name": "own", "type": "commonjs" }');
  writeFileSync(join(stage.folder, 'my-study.ts'), STUDY);
  writeFileSync(
    join(stage.folder, 'model.ts'),
    "import { nn } from 'hone';\nexport const hidden = (width: number): nn.Linear => new nn.Linear(2, width);\n",
  );
  const cli = join(stage.folder, 'node_modules/hone/dist/node/cli.js');
  const { stdout, stderr } = await run(process.execPath, [cli, 'study', 'my-study.ts', '--processes', '2'], { cwd: stage.folder });
  expect(stderr).toContain('2 variants: baseline, width 4; 2 repeats of 1 epoch each, 4 runs, 2 at once');
  expect(stdout).toContain(`Report: ${join('runs', 'my-study', 'report.html')}`);
  const { variants } = JSON.parse(readFileSync(join(stage.folder, 'runs/my-study/figures.json'), 'utf8')) as StudyFigures;
  expect(variants.map(({ runs }) => runs.map((one) => one.failed))).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ]);
});
