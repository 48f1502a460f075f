/** Trainings that end early: stopped, aborted. */
import { earlyStopping, fit } from 'hone/train';
import { describe, expect, it } from 'vitest';
import { scripted, setting } from '../../../test/helpers/training.js';

describe('fit ends early', () => {
  it('when the validation loss has not improved for `patience` epochs, as the seed counts', async () => {
    // best at epoch 2; then 3 epochs that are not better, the equal one included
    const { model, options } = scripted([5, 3, 4, 3, 3.5, 1, 0]);
    const history = await fit(model, { ...options, earlyStopping: { patience: 3 } });
    expect(history.values('validation.loss')).toEqual([5, 3, 4, 3, 3.5]);
    expect(history.stopped).toMatchObject({
      reason: 'stopped',
      epoch: 5,
      message: 'no better validation.loss than 3.0000 (epoch 2) for 3 epochs',
    });
    expect(model.weight.item()).toBe(5);
    // The callback starts anew with each training.
    const stopping = earlyStopping({ patience: 1 });
    for (const values of [
      [2, 1, 1],
      [9, 8, 7, 8],
    ]) {
      const again = scripted(values);
      expect((await fit(again.model, { ...again.options, callbacks: [...again.options.callbacks, stopping] })).epochs).toHaveLength(
        values.length,
      );
    }
  });

  it('by minDelta, mode and NaN', async () => {
    const epochs = async (values: number[], stopping: Parameters<typeof earlyStopping>[0]) => {
      const { model, options } = scripted(values);
      return (await fit(model, { ...options, earlyStopping: stopping! })).epochs.length;
    };
    expect(await epochs([1, 0.95, 0.9, 0.2], { patience: 2, minDelta: 0.2 })).toBe(3);
    expect(await epochs([1, 2, 3, 2, 9], { patience: 1, mode: 'max' })).toBe(4);
    const { model, options } = scripted([Number.NaN, 1, Number.NaN, Number.NaN, 0]);
    const history = await fit(model, { ...options, earlyStopping: { patience: 2 } });
    expect(history.epochs).toHaveLength(4);
  });

  it('with the best state restored', async () => {
    for (const way of [{ earlyStopping: { patience: 2, restoreBest: true } }, { earlyStopping: { patience: 2 }, restoreBest: true }]) {
      const { model, options } = scripted([5, 3, 4, 4]);
      const history = await fit(model, { ...options, ...way });
      expect(model.weight.item()).toBe(2);
      expect(history.best).toMatchObject({ epoch: 2, value: 3, monitor: 'validation.loss' });
      expect(JSON.parse(JSON.stringify(history)).best).toEqual({ epoch: 2, value: 3, monitor: 'validation.loss' });
    }
  });

  it('on a signal, after the running step', async () => {
    const { model, options } = setting(5);
    const abort = new AbortController();
    const weightAt: number[] = [];
    const history = await fit(model, {
      ...options,
      signal: abort.signal,
      callbacks: [
        {
          onStep(event) {
            weightAt.push(model.stateDict()['0.weight']!.toTypedArray()[0] as number);
            if (event.epoch === 2 && event.step === 3) abort.abort();
          },
        },
      ],
    });
    expect(history.epochs).toHaveLength(1);
    expect(history.stopped).toEqual({ reason: 'aborted', message: 'aborted in epoch 2 after step 3', epoch: 2, step: 3 });
    expect(history.steps).toBe(7);
    expect(model.stateDict()['0.weight']!.toTypedArray()[0]).toBe(weightAt.at(-1));
    const before = await fit(model, { ...options, signal: AbortSignal.abort() });
    expect([before.epochs.length, before.steps, before.stopped!.reason]).toEqual([0, 0, 'aborted']);
  });

  it('during validation, without a record', async () => {
    const { model, options } = setting(5);
    const abort = new AbortController();
    const history = await fit(model, {
      ...options,
      signal: abort.signal,
      callbacks: [{ onStep: ({ phase }) => void (phase === 'validation' && abort.abort()) }],
    });
    expect([history.epochs.length, history.steps, history.stopped!.reason]).toEqual([0, 4, 'aborted']);
  });

  it('when a callback says so', async () => {
    const { model, options } = setting(5);
    const history = await fit(model, { ...options, callbacks: [{ onEpochEnd: (_, run) => run.stop('enough') }] });
    expect(history.epochs).toHaveLength(1);
    expect(history.stopped).toMatchObject({ reason: 'stopped', message: 'enough' });
  });
});
