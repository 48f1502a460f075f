/** Writes what conformance/tensorboard_reads.py reads with TensorBoard: `tsx --tsconfig tsconfig.tools.json conformance/tensorboard_writes.ts FOLDER`. */
import { arange, full, manualSeed, nn, rand, randn, tensor } from 'hone';
import { SummaryWriter } from 'hone/tensorboard';

const folder = process.argv[2];
if (folder === undefined) throw new Error('Give the folder to write to.');

manualSeed(0);
const broken = new SummaryWriter(folder);
for (let step = 0; step < 8; step++) broken.addScalar('purged', step, step);
broken.close();

const writer = new SummaryWriter(folder, { purgeStep: 5, filenameSuffix: '.second' });
for (let step = 5; step < 10; step++) writer.addScalar('purged', -step, step);
for (const [step, value] of [0.5, Number.NaN, Number.POSITIVE_INFINITY, -1].entries()) writer.addScalar('values', value, 5 + step);
writer.addScalar('new style', 0.25, 5, { newStyle: true });
writer.addScalars('both', { train: 1, valid: tensor(2) }, 5);
writer.addHistogram('histogram', [1, 2, 2, 3], 5);
writer.addImage('image', full([3, 4, 6], 1), 5);
writer.addText('text', 'A **bold** word', 5);
writer.addAudio('audio', arange(800).mul(0.1).sin(), 5, 8000);
writer.addPrCurve('pr', [0, 1, 1], [0.2, 0.6, 1], 5, 11);
writer.addEmbedding(randn([5, 3]), { metadata: ['a', 'b', 'c', 'd', 'e'], labelImg: rand([5, 1, 4, 4]) });
writer.addMesh('mesh', rand([1, 4, 3]), { globalStep: 5 });
writer.addCustomScalars({ group: { lines: ['Multiline', ['values']], margin: ['Margin', ['values', 'values', 'values']] } });
writer.addGraph(new nn.Sequential(new nn.Linear(3, 4), new nn.ReLU()), rand([2, 3]));
for (const lr of [0.1, 0.01]) writer.addHparams({ lr, kind: 'small' }, { 'hparam/score': lr * 2 }, { runName: `lr${lr}` });
writer.close();
