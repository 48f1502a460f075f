/** When fit steps schedulers. */
import { ArgumentError, optim } from 'hone';
import { fit } from 'hone/train';
import { describe, expect, it } from 'vitest';
import { scripted, setting } from '../../../test/helpers/training.js';

describe('fit steps schedulers', () => {
  it('after each epoch, after each step, or with a score', async () => {
    const rates = async (plan: (o: optim.Adam) => object, epochs = 3) => {
      const { model, options } = setting(epochs);
      const history = await fit(model, { ...options, ...plan(options.optimizer) });
      return history.epochs.map(({ lr }) => Number(lr[0]!.toPrecision(6)));
    };
    const halve = (o: optim.Adam) => new optim.lrScheduler.StepLR(o, { stepSize: 1, gamma: 0.5 });
    expect(await rates((o) => ({ scheduler: halve(o) }))).toEqual([0.02, 0.01, 0.005]);
    expect(await rates((o) => ({ scheduler: { scheduler: halve(o), every: 'step' } }), 1)).toEqual([0.00125]);
    const told: (number | undefined)[] = [];
    const scheduler = { step: (score?: number) => void told.push(score) };
    const { model, options } = scripted([5, 3]);
    await fit(model, { ...options, scheduler });
    await fit(model, { ...options, scheduler: { scheduler, monitor: 'validation.loss' } });
    expect(told).toEqual([undefined, undefined, 5, 3]);
  });

  it('but hands no score to a schedule that would take it for an epoch, and refuses plans that never step', async () => {
    const { model, options } = scripted([1, 2]);
    const { StepLR, ReduceLROnPlateau } = optim.lrScheduler;
    const steps = () => new StepLR(options.optimizer, 1);
    const plateau = () => new ReduceLROnPlateau(options.optimizer);
    const plans: [unknown, string][] = [
      [{ scheduler: steps(), monitor: 'validation.loss' }, 'fit: StepLR follows the epochs and takes no score. Leave out monitor'],
      [{ scheduler: plateau(), every: 'step' }, 'fit: ReduceLROnPlateau steps after each step, where there is no score'],
      [{ scheduler: steps(), every: 'step', monitor: 'train.loss' }, 'fit: StepLR steps after each step, where there is no score'],
      [{ scheduler: steps(), every: 'batch' }, 'fit: every is "batch"'],
      [StepLR, 'fit: scheduler is the class StepLR, expected an object with step()'],
      [null, 'fit: scheduler is null, expected'],
    ];
    for (const [scheduler, message] of plans) {
      const training = fit(model, { ...options, scheduler: scheduler as never });
      await expect(training).rejects.toThrow(ArgumentError);
      await expect(training).rejects.toThrow(message);
    }
    expect(options.optimizer.hasStepped).toBe(false);
  });

  it('and gives ReduceLROnPlateau the validation loss', async () => {
    const { model, options } = scripted([1, 2, 2, 2]);
    const history = await fit(model, {
      ...options,
      scheduler: new optim.lrScheduler.ReduceLROnPlateau(options.optimizer, { patience: 0, factor: 0.5 }),
    });
    expect(history.epochs.map(({ lr }) => lr[0])).toEqual([1, 1, 0.5, 0.25]);
  });
});
