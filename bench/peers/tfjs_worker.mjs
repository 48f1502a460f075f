/** TensorFlow.js on its WebAssembly or its plain JavaScript backend. peer.ts says what the lines mean. */
import { serve } from './serve.mjs';

const backend = process.argv[2] ?? 'wasm';
const threads = Number(process.argv[3] ?? 1);
console.log = console.warn = console.error; // it greets on stdout, which is for answers
const tf = await import('@tensorflow/tfjs');
if (backend === 'wasm') {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setThreadsCount(threads);
}
await tf.setBackend(backend);
await tf.ready();

function layerOf(layer) {
  switch (layer.type) {
    case 'linear':
      return tf.layers.dense({ units: layer.out });
    case 'conv2d':
      return tf.layers.conv2d({ filters: layer.out, kernelSize: layer.kernel, padding: 'same' });
    case 'batchNorm1d':
    case 'batchNorm2d':
      return tf.layers.batchNormalization();
    case 'maxPool2d':
      return tf.layers.maxPooling2d({ poolSize: layer.size });
    case 'dropout':
      return tf.layers.dropout({ rate: layer.p });
    case 'relu':
      return tf.layers.reLU();
    case 'flatten':
      return tf.layers.flatten();
  }
}

/** The model and the shape of its input, with channels last and the batch first, as TensorFlow.js has them. */
function build(model, [first, second, ...rest]) {
  if (model.type === 'sequential') {
    const shape = rest.length > 0 ? [...rest, second] : [second];
    const made = tf.sequential();
    made.add(tf.layers.inputLayer({ inputShape: shape }));
    for (const layer of model.layers) made.add(layerOf(layer));
    return { made, shape: [first, ...shape] };
  }
  if (model.type === 'lstm' || model.type === 'gru') {
    const made = tf.sequential();
    made.add(tf.layers[model.type]({ units: model.hidden, inputShape: [first, model.input] }));
    made.add(tf.layers.dense({ units: model.classes }));
    return { made, shape: [second, first, model.input] };
  }
  return undefined;
}

function make({ kind, model, data }) {
  if (kind === 'operation') return 'is asked for steps only';
  const built = build(model, data.shape);
  if (!built) return 'has no such model';
  const { made, shape } = built;
  const x = tf.randomUniform(shape);
  if (kind === 'forward') return () => tf.dispose(made.predictOnBatch(x));
  const y = tf.oneHot(tf.randomUniform([data.targets], 0, data.classes, 'int32'), data.classes);
  const optimizer = tf.train.adam(1e-6);
  return () => optimizer.minimize(() => tf.losses.softmaxCrossEntropy(y, made.apply(x, { training: true })));
}

serve({ version: tf.version.tfjs, threads: backend === 'wasm' ? threads : 1 }, make);
