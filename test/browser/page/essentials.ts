/** The core in a few dozen results, as text to the bit: run by Node and by a page, which must agree. */
import {
  arange,
  autograd,
  cat,
  einsum,
  eye,
  fromTypedArray,
  load,
  manualSeed,
  nn,
  noGrad,
  optim,
  randn,
  randperm,
  save,
  scope,
  type Tensor,
  tensor,
  where,
  zeros,
} from 'hone';
import { decodeSafetensors, encodeSafetensors } from 'hone/formats';

/** Dtype, shape and every byte. */
export function bits(x: Tensor): string {
  const values = x.toTypedArray();
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return `${x.dtype} [${x.shape.join(', ')}] ${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** `ShapeError SHAPE: add: …`, as a page's console shows it. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    const { name, code, message } = error as Error & { code: string };
    return `${name} ${code}: ${message}`;
  }
  return 'nothing was thrown';
}

function operations(): Record<string, string> {
  manualSeed(7);
  const x = randn([3, 5]);
  const y = randn([5, 4], { dtype: 'float64' });
  const n = tensor(
    [
      [3, -1, 2],
      [0, 7, -5],
    ],
    { dtype: 'int64' },
  );
  return {
    randn: bits(x),
    randperm: bits(randperm(13)),
    promotion: bits(n.add(tensor(2.5)).add(tensor([true, false, true]))),
    promotionToDouble: bits(x.matmul(y.float()).add(y.slice(0, 0, 3))),
    integerDivision: bits(n.floorDivide(2)),
    trueDivision: bits(n.div(2)),
    power: bits(x.abs().pow(1.7)),
    transcendental: bits(cat([x.exp(), x.tanh(), x.sigmoid(), x.erf(), x.sin()])),
    broadcast: bits(x.unsqueeze(1).mul(x.flip([0]).unsqueeze(0))),
    view: bits(x.t().slice(0, 1, 5, 2).add(1)),
    reductions: bits(cat([x.sum(0), x.mean(1), x.var(0), x.amax(1), x.norm().unsqueeze(0)])),
    sorted: bits(x.sort(1).values) + bits(x.sort(1).indices),
    topk: bits(x.flatten().topk(4).indices),
    cumsum: bits(x.cumsum(1)),
    where: bits(where(x.gt(0), x, zeros([]))),
    masked: bits(x.maskedSelect(x.lt(0))),
    indexed: bits(x.at(tensor([2, 0]).long(), [1, null, 2])),
    einsum: bits(einsum('ij,jk->ki', x.double(), y)),
    softmax: bits(nn.functional.softmax(x, 1)),
    conv2d: bits(nn.functional.conv2d(randn([2, 4, 7, 5]), randn([6, 2, 3, 3]), randn([6]), { stride: 2, padding: 1, groups: 2 })),
    pooled: bits(nn.functional.maxPool2d(randn([1, 2, 6, 7]), 3, 2)),
    empty: bits(zeros([0, 3]).sum(0)),
    big: bits(fromTypedArray(BigInt64Array.of(2n ** 62n, -1n)).add(1)),
  };
}

function gradients(): Record<string, string> {
  manualSeed(11);
  const w = randn([4, 3], { requiresGrad: true });
  const x = randn([5, 4]);
  const target = tensor([0, 2, 1, 1, 0]).long();
  const loss = nn.functional.crossEntropy(x.matmul(w), target, { labelSmoothing: 0.1 });
  loss.backward();
  const a = randn([2, 3], { dtype: 'float64', requiresGrad: true });
  const b = randn([3], { dtype: 'float64', requiresGrad: true });
  const [first] = autograd.grad(a.mul(b).tanh().sum(), [a], { createGraph: true });
  const [second] = autograd.grad(first!.square().sum(), [b]);
  return {
    loss: bits(loss),
    weightGradient: bits(w.grad!),
    secondDerivative: bits(second!),
    gradcheck: String(autograd.gradcheck((p, q) => p!.mul(q!).sigmoid().cumsum(1), [a, b])),
    gradgradcheck: String(autograd.gradgradcheck((p, q) => p!.mul(q!).exp(), [a, b])),
    inScope: bits(scope(() => noGrad(() => a.mul(2).add(b).sum()))),
  };
}

function modelsAndFiles(): Record<string, string> {
  manualSeed(3);
  const make = () =>
    new nn.Sequential(new nn.Conv2d(1, 3, 3), new nn.BatchNorm2d(3), new nn.ReLU(), new nn.Flatten(), new nn.Linear(48, 5));
  const model = make();
  const optimizer = new optim.AdamW(model.parameters(), { lr: 0.01 });
  const batch = randn([4, 1, 6, 6]);
  for (let step = 0; step < 3; step++) {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(model.forward(batch), tensor([4, 0, 1, 3], { dtype: 'int64' })).backward();
    optimizer.step();
  }
  const bytes = encodeSafetensors(model.stateDict());
  const copy = make();
  copy.loadStateDict(decodeSafetensors(bytes).tensors);
  model.eval();
  copy.eval();
  return {
    trained: bits(model.forward(batch)),
    savedBytes: Array.from(bytes, (byte) => byte.toString(16)).join(' '),
    roundTrip: String(copy.forward(batch).equal(model.forward(batch))),
    printedModel: String(model),
  };
}

function printing(): Record<string, string> {
  return {
    floats: String(
      tensor([
        [1, -0.5],
        [1e-3, 22],
      ]),
    ),
    scientific: String(tensor([1e-9, 1e9])),
    long: String(arange(2000)),
    bools: String(eye(2).eq(1)),
    double: String(tensor([1.5], { dtype: 'float64', requiresGrad: true })),
  };
}

function refusals(): Record<string, string> {
  const x = zeros([2, 3]);
  const freed = zeros([2]);
  freed.dispose();
  return {
    shape: refusal(() => x.add(zeros([2, 4]))),
    linear: refusal(() => new nn.Linear(4, 2).forward(x)),
    dtype: refusal(() => tensor([1, 2]).requiresGrad_()),
    index: refusal(() => nn.functional.crossEntropy(x, tensor([0, 3], { dtype: 'int64' }))),
    gradient: refusal(() => x.backward()),
    freed: refusal(() => freed.add(1)),
    format: refusal(() => decodeSafetensors(new Uint8Array(3))),
  };
}

/** Everything by name; the same on every host that runs the same build of the kernels. */
export function essentials(): Record<string, string> {
  return { ...operations(), ...gradients(), ...modelsAndFiles(), ...printing(), ...refusals() };
}

/** What only browsers refuse. */
export function browserRefusals(): Record<string, string> {
  return {
    save: refusal(() => save({ x: zeros([1]) }, 'model.safetensors')),
    load: refusal(() => load('model.safetensors')),
    memory: refusal(() => zeros([1e12])),
  };
}
