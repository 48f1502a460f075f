import { nn, ones, zeros } from 'hone';
import { expect, it } from 'vitest';

const linear = () => new nn.Linear(2, 2);

// print() of the same in torch.
it.each<[nn.Module, string]>([
  [
    new nn.ModuleList<nn.Module>([linear(), linear(), new nn.ReLU()]),
    'ModuleList(\n  (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)\n  (2): ReLU()\n)',
  ],
  [new nn.ModuleList(), 'ModuleList()'],
  [new nn.Sequential(), 'Sequential()'],
  [
    new nn.ModuleDict<nn.Module>({ a: new nn.ReLU(), b: new nn.Linear(1, 2) }),
    'ModuleDict(\n  (a): ReLU()\n  (b): Linear(in_features=1, out_features=2, bias=True)\n)',
  ],
  [
    new nn.ParameterList([ones([2, 3]), zeros([2])]),
    'ParameterList(\n    (0): Parameter containing: [torch.float32 of size 2x3]\n    (1): Parameter containing: [torch.float32 of size 2]\n)',
  ],
  [
    new nn.Sequential(
      new nn.Linear(2, 3),
      new nn.Sequential(new nn.ReLU(), new nn.ModuleList([new nn.Sequential(linear()), new nn.Sequential(linear())])),
    ),
    'Sequential(\n  (0): Linear(in_features=2, out_features=3, bias=True)\n  (1): Sequential(\n    (0): ReLU()\n    (1): ModuleList(\n      (0-1): 2 x Sequential(\n        (0): Linear(in_features=2, out_features=2, bias=True)\n      )\n    )\n  )\n)',
  ],
])('containers print as in torch: %#', (module, text) => {
  expect(String(module)).toBe(text);
});
