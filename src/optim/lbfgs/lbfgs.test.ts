import { ArgumentError, F, nn, optim, randn, StateDictError, type Tensor, tensor } from 'hone';
import { expect, it } from 'vitest';

const quadratic = (x: Tensor) => x.sub(3).pow(2).sum();
const start = () => tensor([1, -2, 0.5], { requiresGrad: true });

function closure(optimizer: optim.LBFGS, x: Tensor, sign = 1) {
  return () => {
    optimizer.zeroGrad();
    const loss = quadratic(x).mul(sign);
    loss.backward();
    return loss;
  };
}

it('prints as in torch', () => {
  expect(String(new optim.LBFGS([start()]))).toBe(
    'LBFGS (\nParameter Group 0\n    history_size: 100\n    line_search_fn: None\n    lr: 1\n    max_eval: 25\n    max_iter: 20\n    maximize: False\n    tolerance_change: 1e-09\n    tolerance_grad: 1e-07\n)',
  );
  expect(new optim.LBFGS([start()], { maxIter: 7 }).defaults.maxEval).toBe(8);
  expect(new optim.LBFGS([start()], { maxIter: 7, maxEval: null }).defaults.maxEval).toBe(8);
});

it('finds the minimum of a quadratic in one step, in float32 too, and returns the first loss', () => {
  const x = start();
  const optimizer = new optim.LBFGS([x], { lineSearchFn: 'strong_wolfe' });
  expect(optimizer.step(closure(optimizer, x)).item()).toBe(35.25);
  for (const v of x.toArray() as number[]) expect(v).toBeCloseTo(3, 5);
  expect(optimizer.hasStepped).toBe(true);
});

it('takes a loss that is a number, and parameters that are strided views', () => {
  const x = tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
    .t()
    .requiresGrad_();
  const optimizer = new optim.LBFGS([x]);
  optimizer.step(() => closure(optimizer, x)().item());
  for (const v of (x.toArray() as number[][]).flat()) expect(v).toBeCloseTo(3, 5);
});

it('fits a small network, and a new one goes on from its state exactly', () => {
  const [x, y] = [randn([20, 3], { dtype: 'float64' }), randn([20, 1], { dtype: 'float64' })];
  const make = () => new nn.Sequential(new nn.Linear(3, 5), new nn.Tanh(), new nn.Linear(5, 1)).double();
  const step = (model: nn.Sequential, optimizer: optim.LBFGS) =>
    optimizer
      .step(() => {
        optimizer.zeroGrad();
        const loss = F.mseLoss(model.forward(x), y);
        loss.backward();
        return loss;
      })
      .item();
  const model = make();
  const options = { lineSearchFn: 'strong_wolfe', maxIter: 3, historySize: 4 } as const;
  const optimizer = new optim.LBFGS(model.parameters(), options);
  const first = step(model, optimizer);
  step(model, optimizer);
  const again = make();
  again.loadStateDict(model.stateDict());
  const resumed = new optim.LBFGS(again.parameters(), options);
  resumed.loadStateDict(optimizer.stateDict());
  for (let i = 0; i < 4; i++) expect(step(again, resumed)).toBe(step(model, optimizer));
  expect(step(model, optimizer)).toBeLessThan(first / 2);
});

it('says what is wrong', () => {
  const x = start();
  const optimizer = new optim.LBFGS([x]);
  expect(() => (optimizer as { step(): void }).step()).toThrow('LBFGS: step() needs a closure that computes the loss again');
  expect(() => optimizer.step(() => undefined)).toThrow('LBFGS: the closure returned nothing, expected the loss');
  expect(() => optimizer.step(async () => 1)).toThrow('LBFGS: the closure returned a Promise');
  expect(() => optimizer.addParamGroup({ params: start() })).toThrow('LBFGS: it has one parameter group');
  expect(() => new optim.LBFGS([{ params: [start()] }, { params: [start()] }])).toThrow(ArgumentError);
  expect(() => new optim.LBFGS([start()], { lineSearchFn: 'armijo' as 'strong_wolfe' })).toThrow('LBFGS: lineSearchFn is "armijo"');
  expect(() => new optim.LBFGS([start()], { maxIter: 0 })).toThrow('LBFGS: maxIter is 0');
  expect(() => new optim.LBFGS([start()], { lr: -1 })).toThrow('LBFGS: lr is -1');
});

it('refuses a state that does not fit, and changes nothing', () => {
  const x = start();
  const optimizer = new optim.LBFGS([x], { maxIter: 3, lr: 0.1 });
  optimizer.step(closure(optimizer, x));
  const saved = optimizer.stateDict();
  const other = new optim.LBFGS([tensor([1, 2], { requiresGrad: true })]);
  expect(() => other.loadStateDict(saved)).toThrow(
    new StateDictError('LBFGS.loadStateDict: d has 3 elements, the parameters have 2. Nothing was changed.'),
  );
  const { d: _, ...partial } = saved.state[0]!;
  expect(() => optimizer.loadStateDict({ ...saved, state: { 0: { ...partial, d: 3 } } })).toThrow('d is number, expected a Tensor.');
  expect(other.stateDict().state).toEqual({});
});

it('with maximize it climbs', () => {
  const x = start();
  const optimizer = new optim.LBFGS([x], { maximize: true });
  optimizer.step(closure(optimizer, x, -1));
  for (const v of x.toArray() as number[]) expect(v).toBeCloseTo(3, 5);
});
