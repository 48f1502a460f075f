/** What the walk over the exports leaves out, and why. */

type Exceptions = Readonly<Record<string, string>>;

/** Not called with wild values. */
export const notTried: Exceptions = {
  setEngine: 'changes the engine of the tests that follow',
  setNumThreads: 'changes the threads of the tests that follow',
  collectGarbage: 'takes nothing, and its time',
};

const large = 'makes a network of a hundred million parameters, or takes as long; those beside it read their options alike';
for (const depth of ['11', '11Bn', '13', '13Bn', '16', '16Bn', '19', '19Bn'])
  (notTried as Record<string, string>)[`vision.models.vgg${depth}`] = large;
for (const depth of ['50', '101', '152']) (notTried as Record<string, string>)[`vision.models.resnet${depth}`] = large;

/** Raw errors are right, or do no harm. */
export const raw: Exceptions = {
  'new Tensor': 'the library makes tensors of memory with it; users have tensor(…)',
  'x.takeGeometry': 'internal: what transpose_ and its like are made of',
  'new optim.Optimizer': 'abstract: its subclasses say what they take',
  'new train.NonFiniteError': 'an error that fit throws; users catch it',
  'new train.NonFiniteLossError': 'an error that fit throws; users catch it',
  'new train.NonFiniteGradientError': 'an error that fit throws; users catch it',
  'new report.FlatSummary': 'what summary gives; users read it',
  'new report.ModelSummary': 'what summary gives; users read it',
  'new report.LayerInfo': 'what summary gives; users read it',
};

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Operations that take as many operands as there are: anything but a tensor is refused as one of them. */
export const manyOperands = words('chainMatmul einsum index broadcastTensors blockDiag cartesianProd lstsqOf');
