/** jax-js on its WebAssembly backend; steps are of SGD, which is less work than Adam. peer.ts says what the lines mean. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { serve } from './serve.mjs';

// It asks the browser how many cores there are; Node has such an object from version 21 on.
if (globalThis.navigator === undefined) globalThis.navigator = { hardwareConcurrency: 1, userAgent: 'node' };
const jax = await import('@jax-js/jax');
const { nn, numpy: np, lax, random, jit, grad, tree } = jax;
await jax.init('wasm');
jax.defaultDevice('wasm');

let drawn = 0;
const uniform = (...shape) => random.uniform(random.key(++drawn), shape);

/** Parameters of each layer, and the layers as a function; jax-js counts uses, so what is used once more is `.ref`. */
function parametersOf(layer) {
  switch (layer.type) {
    case 'linear':
      return { w: uniform(layer.in, layer.out).mul(0.05), b: np.zeros([layer.out]) };
    case 'conv2d':
      return { w: uniform(layer.out, layer.in, layer.kernel, layer.kernel).mul(0.05), b: np.zeros([layer.out, 1, 1]) };
    case 'batchNorm1d':
      return { w: np.ones([layer.features]), b: np.zeros([layer.features]) };
    case 'batchNorm2d':
      return { w: np.ones([layer.features, 1, 1]), b: np.zeros([layer.features, 1, 1]) };
    default:
      return {};
  }
}

function normalised(x, axes, { w, b }) {
  const mean = np.mean(x.ref, axes, { keepdims: true });
  const centred = x.sub(mean);
  const variance = np.mean(np.square(centred.ref), axes, { keepdims: true });
  return centred
    .div(np.sqrt(variance.add(1e-5)))
    .mul(w)
    .add(b);
}

function apply(layer, p, x) {
  const [n, c, h, w] = x.shape;
  switch (layer.type) {
    case 'linear':
      return np.matmul(x, p.w).add(p.b);
    case 'conv2d':
      return lax
        .convGeneralDilated(
          x,
          p.w,
          [1, 1],
          [
            [layer.padding, layer.padding],
            [layer.padding, layer.padding],
          ],
        )
        .add(p.b);
    case 'batchNorm1d':
      return normalised(x, [0], p);
    case 'batchNorm2d':
      return normalised(x, [0, 2, 3], p);
    case 'maxPool2d':
      return np.max(x.reshape([n, c, h / layer.size, layer.size, w / layer.size, layer.size]), [3, 5]);
    case 'relu':
      return nn.relu(x);
    case 'flatten':
      return x.reshape([n, c * h * w]);
  }
}

function make({ kind, model, data }) {
  if (kind === 'operation') return 'is asked for steps only';
  if (model.type !== 'sequential' || model.layers.some(({ type }) => type === 'dropout')) return 'has no such layer';
  // Measured once: 44 seconds for the first step of the documents' network, 16 for each one after.
  if (kind === 'train' && model.layers.some(({ type }) => type === 'conv2d')) return 'takes 16 s a step: left out';
  if (model.layers.some(({ type }) => type === 'conv2d')) return 'takes seconds: left out';
  const forward = (params, x) => model.layers.reduce((h, layer, i) => apply(layer, params[i], h), x);
  let params = model.layers.map(parametersOf);
  const x = uniform(...data.shape);
  if (kind === 'forward') {
    const run = jit(forward);
    return async () => {
      const out = run(tree.ref(params), x.ref);
      await jax.blockUntilReady(out);
      out.dispose();
    };
  }
  const labels = Array.from({ length: data.targets }, (_, i) => (i * 7) % data.classes);
  const y = nn.oneHot(np.array(labels, { dtype: np.int32 }), data.classes);
  const loss = (p, input, target) =>
    nn
      .logSoftmax(forward(p, input), -1)
      .mul(target)
      .sum()
      .mul(-1 / data.targets);
  const step = jit((p, input, target) => {
    const gradients = grad(loss)(tree.ref(p), input, target);
    return tree.map((param, gradient) => param.sub(gradient.mul(1e-6)), p, gradients);
  });
  return async () => {
    params = step(params, x.ref, y.ref);
    await jax.blockUntilReady(params);
  };
}

const home = createRequire(import.meta.url)
  .resolve('@jax-js/jax')
  .replace(/dist.*/, 'package.json');
serve({ version: JSON.parse(readFileSync(home, 'utf8')).version, threads: 1 }, make);
