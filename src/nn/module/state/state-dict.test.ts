import { nn } from 'hone';
import { expect, test } from 'vitest';

test('the result of loadStateDict prints as in PyTorch', () => {
  const layer = new nn.Linear(2, 3);
  const state = layer.stateDict();
  expect(`${layer.loadStateDict(state)}`).toBe('<All keys matched successfully>');
  const { bias, ...rest } = state;
  const result = layer.loadStateDict({ ...rest, b: bias!, c: bias! }, { strict: false });
  expect(`${result}`).toBe("_IncompatibleKeys(missing_keys=['bias'], unexpected_keys=['b', 'c'])");
  expect(result).toStrictEqual({ missingKeys: ['bias'], unexpectedKeys: ['b', 'c'] });
});
