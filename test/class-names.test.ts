/** Names of classes survive minifiers: no text and no decision depends on what a class is called in the code that runs. */
import * as hone from 'hone';
import { HoneError, nn, ones, optim, rand, summary } from 'hone';
import * as data from 'hone/data';
import * as formats from 'hone/formats';
import * as report from 'hone/report';
import * as study from 'hone/study';
import * as tensorboard from 'hone/tensorboard';
import * as train from 'hone/train';
import * as vision from 'hone/vision';
import { describe, expect, test } from 'vitest';

type Class = { new (...args: never[]): object; readonly className?: string; readonly kind?: string | null; readonly prototype: object };

/** Every exported class, by the names it is exported under. */
function exportedClasses(): Map<Class, string[]> {
  const found = new Map<Class, string[]>();
  const seen = new Set<unknown>();
  const walk = (namespace: object): void => {
    if (seen.has(namespace)) return;
    seen.add(namespace);
    for (const [name, value] of Object.entries(namespace)) {
      if (typeof value === 'function' && /^class\b/.test(Function.prototype.toString.call(value)))
        found.set(value as Class, [...(found.get(value as Class) ?? []), name]);
      else if (typeof value === 'object' && value !== null && Object.prototype.toString.call(value) === '[object Module]') walk(value);
    }
  };
  for (const entry of [hone, data, formats, report, study, tensorboard, train, vision]) walk(entry);
  return found;
}

const classes = exportedClasses();

describe('exported classes', () => {
  test('are found', () => {
    const names = [...classes.values()].flat();
    expect(names.length).toBeGreaterThan(180);
    for (const name of ['Linear', 'Adam', 'StepLR', 'TensorDataset', 'ShapeError', 'NonFiniteLossError', 'AveragedModel'])
      expect(names).toContain(name);
  });

  test.each([...classes].map(([type, names]) => [names[0]!, type] as const))('%s has its name written in it', (name, type) => {
    if (type.prototype instanceof HoneError || (type as unknown) === HoneError)
      expect((Object.getOwnPropertyDescriptor(type.prototype, 'name')?.get?.call(Object.create(type.prototype)) as string) ?? null).toBe(
        name,
      );
    else expect(Object.hasOwn(type, 'className') && type.className).toBe(name);
  });
});

/** Texts, errors and numbers that a program may show. */
function shown(): string[] {
  const out: string[] = [];
  const failing = (body: () => unknown) => {
    try {
      body();
      out.push('no error');
    } catch (error) {
      out.push(`${(error as Error).name}: ${(error as Error).message}`);
    }
  };
  const model = new nn.Sequential(
    new nn.Conv2d(3, 8, 3, { padding: 1 }),
    new nn.BatchNorm2d(8),
    new nn.ReLU(),
    new nn.Flatten(),
    new nn.Linear(8 * 16, 4),
  );
  const info = summary(model, [2, 3, 4, 4], { verbose: 0 });
  out.push(String(model), String(info), String(info.totalMultAdds));
  out.push(
    nn.utils
      .weightParameters(model)
      .map(([name]) => name)
      .join(),
  );
  out.push(Object.keys(model.stateDict()).join());
  out.push(String(new nn.TransformerEncoderLayer(4, 2)), String(new nn.LSTM(2, 3)), String(new nn.ModuleList([new nn.GELU()])));
  out.push(String(new optim.AdamW(model.parameters())));
  failing(() => new nn.LSTM(4, 8, { dropout: 3 }));
  failing(() => new optim.SGD(model.parameters(), { lrr: 1 } as never));
  failing(() => new optim.Adam(model.parameters(), { lr: -1 }));
  failing(() => new optim.lrScheduler.StepLR(model as never, 1));
  failing(() => model.forward(ones([1, 2, 4, 4])));
  failing(() => new nn.Sequential(nn.ReLU as never));
  failing(() => new nn.Sequential(new nn.Linear(2, 2)).forward(nn.Linear as never));
  failing(() => new nn.BatchNorm1d(3).forward(rand([2, 3, 4, 5])));
  failing(() => new nn.Dropout(2));
  failing(() => new nn.ConstantPad1d([1, 2, 3] as never, 0));
  failing(() => model.loadStateDict({}));
  failing(() => model.getSubmodule('0.x'));
  failing(() => new optim.SGD(new nn.Linear(1, 1) as never));
  failing(() => new data.DataLoader(new nn.Linear(1, 1) as never));
  return out;
}

test('renaming every class changes no text, no error and no number', () => {
  hone.manualSeed(0);
  const before = shown();
  const names = [...classes.keys()].map((type) => [type, Object.getOwnPropertyDescriptor(type, 'name')!] as const);
  for (const [type] of names) Object.defineProperty(type, 'name', { value: 'Zz', configurable: true });
  try {
    hone.manualSeed(0);
    const after = shown();
    expect(after).toEqual(before);
    expect(after.join('\n')).not.toContain('Zz');
    expect(after).not.toContain('no error');
  } finally {
    for (const [type, descriptor] of names) Object.defineProperty(type, 'name', descriptor);
  }
});

test('a subclass goes by its own name, in texts and in errors', () => {
  class Wide extends nn.Linear {}
  class Named extends nn.Linear {
    static override readonly className: string = 'Narrow';
  }
  expect(String(new Wide(2, 3))).toBe('Wide(in_features=2, out_features=3, bias=True)');
  expect(String(new Named(2, 3))).toBe('Narrow(in_features=2, out_features=3, bias=True)');
  expect(() => new Wide(-1, 3)).toThrow(/^Wide: inFeatures is -1/);
  expect(() => new Named(2, 3, { bia: true } as never)).toThrow(/^Narrow: there is no option "bia"/);
  class Plain extends optim.SGD {}
  expect(String(new Plain([ones([1]).requiresGrad_()]))).toMatch(/^Plain \(/);
  class Net extends nn.Module {
    fc = new Wide(2, 3);
    forward(x: hone.Tensor): hone.Tensor {
      return this.fc.forward(x);
    }
  }
  expect(() => new Net().forward(ones([1, 3]))).toThrow(/^fc \(Wide\): input has 3 features/);
  expect(summary(new Net(), [1, 2], { verbose: 0 }).summaryList.map((layer) => layer.className)).toEqual(['Net', 'Wide']);
});

test('norm layers and convolutions are known by their kind, in subclasses too', () => {
  class Scale extends nn.Module {
    static override readonly kind = 'norm' as const;
    weight = new nn.Parameter(ones([2, 2]));
    forward(x: hone.Tensor): hone.Tensor {
      return x.mul(this.weight);
    }
  }
  class Edge extends nn.Conv2d {}
  const model = new nn.Sequential(new Edge(1, 2, 3), new nn.GroupNorm(1, 2), new Scale());
  expect(nn.utils.weightParameters(model).map(([name]) => name)).toEqual(['0.weight']);
  expect(summary(new nn.Sequential(new Edge(1, 2, 3)), [1, 1, 5, 5], { verbose: 0 }).totalMultAdds).toBe((18 + 2) * 9);
});
