/** `npm run bench`: every part, in one run, beside PyTorch where HONE_TORCH_PYTHON names a Python that has it. */
import { engineInfo } from '../dist/index.js';
import { benchImages } from './images.js';
import { Torch } from './measure.js';
import { benchOperations } from './operations.js';
import { benchSteps } from './step.js';

const { name, isa, threads } = engineInfo();
console.log(`hone, ${name} engine (${isa}), ${threads} threads`);
const torch = await Torch.start();
await benchSteps(torch);
await benchOperations(torch);
torch?.stop();
const torchvision = await Torch.start('torchvision_worker.py');
await benchImages(torchvision);
torchvision?.stop();
