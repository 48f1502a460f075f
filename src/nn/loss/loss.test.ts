import { DTypeError, nn, ones, randn, type Tensor, tensor } from 'hone';
import { expect, test } from 'vitest';

test('weights are buffers: in the state dict, and converted with the module', () => {
  for (const Loss of [nn.CrossEntropyLoss, nn.NLLLoss, nn.BCELoss, nn.BCEWithLogitsLoss, nn.MultiLabelSoftMarginLoss]) {
    expect(Object.keys(new Loss(ones([3])).stateDict())).toEqual(['weight']);
    expect(new Loss({ weight: ones([3]) }).double().weight!.dtype).toBe('float64');
    expect(new Loss().stateDict()).toEqual({});
    expect(new Loss(null).weight).toBeNull();
  }
  expect(Object.keys(new nn.BCEWithLogitsLoss(ones([3]), { posWeight: ones([3]) }).stateDict())).toEqual(['weight', 'pos_weight']);
});

test('a distance that is a module is part of the loss', () => {
  class Learned extends nn.Module {
    scale = new nn.Parameter(tensor([2]));
    forward(a: Tensor, b: Tensor): Tensor {
      return a.sub(b).abs().sum(-1).mul(this.scale);
    }
  }
  const loss = new nn.TripletMarginWithDistanceLoss({ distanceFunction: new Learned(), margin: 5 });
  expect(Object.keys(loss.stateDict())).toEqual(['distance_function.scale']);
  expect(String(loss)).toBe('TripletMarginWithDistanceLoss(\n  (distance_function): Learned()\n)');
  loss.forward(randn([2, 3]), randn([2, 3]), randn([2, 3])).backward();
  expect(loss.parameters()[0]!.grad).not.toBeNull();
  expect(loss.children()).toHaveLength(1);
});

test('what the constructor is given wrong is said by the class, what forward is given by the function', () => {
  expect(() => new nn.CrossEntropyLoss({ labelSmoothing: 2 })).toThrow(
    'CrossEntropyLoss: labelSmoothing is 2, expected a number from 0 to 1.',
  );
  expect(() => new nn.CrossEntropyLoss({ labelsmoothing: 0.1 } as object)).toThrow(
    'CrossEntropyLoss: there is no option "labelsmoothing".',
  );
  expect(() => new nn.HuberLoss({ delta: 0 })).toThrow('HuberLoss: delta is 0, expected a number above 0.');
  expect(() => new nn.MultiMarginLoss(3 as 2)).toThrow('MultiMarginLoss: p is 3, expected 1 or 2.');
  expect(() => new nn.KLDivLoss({ reduction: 'batch' as 'mean' })).toThrow(`KLDivLoss: reduction is "batch", expected 'none', 'batchmean'`);
  expect(() => new nn.CrossEntropyLoss().forward(randn([2, 3]), tensor([0, 1]))).toThrow(DTypeError);
});
