/** Gradient modes and scopes belong to the code that set them, and to what it awaits. */
import { ArgumentError, enableGrad, inferenceMode, isGradEnabled, keep, nn, noGrad, ones, scope, setGradEnabled, type Tensor } from 'hone';
import { expect, test } from 'vitest';
import { type FrameStorage, frameStorage, provideFrameStorage } from '../../engine/tasks/async-context.js';

const pause = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));

test('overlapping noGrads, whichever ends first, leave recording as it was', async () => {
  for (const [a, b] of [
    [2, 6],
    [6, 2],
  ] as const) {
    const seen: boolean[] = [];
    const one = noGrad(async () => {
      await pause(a);
      seen.push(isGradEnabled());
    });
    const two = noGrad(async () => {
      await pause(b);
      seen.push(isGradEnabled());
    });
    expect(isGradEnabled()).toBe(true);
    await Promise.all([one, two]);
    expect(isGradEnabled()).toBe(true);
    expect(seen).toEqual([false, false]);
  }
});

test('what runs beside an async noGrad goes on recording, also where a plain function gave the promise', async () => {
  const w = new nn.Parameter(ones([2]));
  const made: Tensor[] = [];
  const beside = async () => {
    for (let i = 0; i < 4; i++) {
      await pause(2);
      made.push(w.mul(2));
    }
  };
  const within = async () => {
    const out: boolean[] = [];
    for (let i = 0; i < 3; i++) {
      await pause(2);
      out.push(
        w.mul(2).requiresGrad,
        enableGrad(() => w.mul(2).requiresGrad),
        isGradEnabled(),
      );
    }
    return out;
  };
  const [, inside] = await Promise.all([beside(), noGrad(() => within())]);
  expect(made.map((x) => x.requiresGrad)).toEqual([true, true, true, true]);
  expect(inside).toEqual([false, true, false, false, true, false, false, true, false]);
});

test('modes nest across awaits, and an error gives them back', async () => {
  const seen: boolean[] = [];
  await noGrad(async () => {
    await pause();
    await enableGrad(async () => {
      await pause();
      seen.push(isGradEnabled());
      setGradEnabled(false);
      seen.push(isGradEnabled());
    });
    seen.push(isGradEnabled());
    await expect(
      enableGrad(async () => {
        await pause();
        throw new Error('inside');
      }),
    ).rejects.toThrow('inside');
    seen.push(isGradEnabled());
  });
  expect(seen).toEqual([true, false, false, false]);
  const one = await inferenceMode(async () => {
    await pause();
    return ones([1]).add(1);
  });
  expect([one.isInference, ones([1]).add(1).isInference, isGradEnabled()]).toEqual([true, false, true]);
  scope(() => setGradEnabled(false));
  expect(isGradEnabled()).toBe(false);
  setGradEnabled(true);
});

test('what was started in a mode and outlives it falls back to the mode around it', async () => {
  let later: Promise<boolean> | undefined;
  await noGrad(async () => {
    later = pause(5).then(() => isGradEnabled());
    await pause(1);
  });
  expect(await later).toBe(true);
});

test('an async scope frees what it made, and nothing that others made meanwhile', async () => {
  let mine: Tensor | undefined;
  let [returned, kept]: Tensor[] = [];
  const scoped = scope(async () => {
    await pause(2);
    mine = ones([3]);
    kept = keep(ones([4]));
    await pause(4);
    return ones([5]);
  });
  await pause(4);
  const others = ones([2]);
  returned = await scoped;
  expect(others.toArray()).toEqual([1, 1]);
  expect(returned.toArray()).toEqual([1, 1, 1, 1, 1]);
  expect(kept!.toArray()).toEqual([1, 1, 1, 1]);
  expect(() => mine!.toArray()).toThrow(/freed/);
});

test('where the host cannot tell, as in browsers, an async function is refused and nothing stays switched', async () => {
  const host = frameStorage() as FrameStorage;
  provideFrameStorage(null);
  try {
    for (const [name, mode] of Object.entries({ noGrad, enableGrad, inferenceMode, scope })) {
      let ran = false;
      const run = async () => {
        ran = true;
      };
      expect(() => mode(run)).toThrow(ArgumentError);
      expect(() => mode(run)).toThrow(`${name}: the function is asynchronous`);
      expect(ran).toBe(false);
      expect(() => mode(() => Promise.resolve(1))).toThrow(`${name}: the function is asynchronous`);
      expect(isGradEnabled()).toBe(true);
    }
    expect(noGrad(() => isGradEnabled())).toBe(false);
  } finally {
    provideFrameStorage(host);
  }
});

test('anything but a function is refused by name', () => {
  expect(() => noGrad(5 as never)).toThrow('noGrad: expected a function to run, got number');
});
