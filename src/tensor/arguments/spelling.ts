/** How names are spelt: in Python, and by mistake (PyTorch's spelling, another library's word, a slip of the finger). */

/** `weightDecay` to `weight_decay`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);
}

/** `weight_decay` to `weightDecay`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
}

/** The known name that was probably meant, where there is one. */
export function meantName(name: string, names: readonly string[]): string | undefined {
  return spelling(name, names) ?? synonymOf(name, names) ?? nearest(name, names);
}

const plain = (name: string) => name.replaceAll('_', '').toLowerCase();

/** The same name written another way: weight_decay, keepDim. */
const spelling = (name: string, names: readonly string[]) => names.find((known) => plain(known) === plain(name));

/** What other libraries, and PyTorch's users, call an option: the name without underscores in lower case, then Hone's, the first that there is. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  learningrate: ['lr'],
  rate: ['lr', 'p'],
  decay: ['weightDecay', 'gamma'],
  l2: ['weightDecay'],
  epsilon: ['eps'],
  beta1: ['betas'],
  beta2: ['betas'],
  axes: ['dim', 'dims'],
  axis: ['dim', 'dims'],
  dims: ['dim'],
  dim: ['dims'],
  keepdims: ['keepdim'],
  size: ['shape', 'sizes', 'batchSize'],
  type: ['dtype'],
  grad: ['requiresGrad'],
  unbiased: ['correction'],
  ddof: ['correction'],
  returnindex: ['returnInverse'],
  batch: ['batchSize'],
  bs: ['batchSize'],
  collatefn: ['collate'],
  delimiter: ['sep'],
  separator: ['sep'],
  random: ['shuffle'],
  randomize: ['shuffle'],
  droplastbatch: ['dropLast'],
  split: ['train: false'],
  training: ['train'],
  istraining: ['train'],
  seed: ['generator', 'seeds'],
  rng: ['generator'],
  replace: ['replacement'],
  validationdata: ['validation'],
  validationloader: ['validation'],
  valdata: ['validation'],
  valloader: ['validation'],
  evaldata: ['validation'],
  val: ['validation'],
  test: ['validation', 'train: false'],
  testloader: ['validation'],
  traindata: ['train'],
  trainloader: ['train'],
  dataloader: ['train', 'loader'],
  criterion: ['loss'],
  lossfn: ['loss'],
  lossfunction: ['loss'],
  optim: ['optimizer'],
  lrscheduler: ['scheduler'],
  lrschedule: ['scheduler'],
  numepochs: ['epochs'],
  nepochs: ['epochs'],
  maxepochs: ['epochs'],
  epoch: ['epochs'],
  metric: ['metrics'],
  callback: ['callbacks'],
  verbose: ['log'],
  logger: ['log'],
  patience: ['earlyStopping: { patience }'],
  checkpoint: ['saveBest'],
  restorebestweights: ['restoreBest', 'restore'],
  savebestonly: ['saveBest'],
  clipgradnorm: ['clipNorm', 'callbacks: [gradientClipping({ norm: 1 })]'],
  gradientclipval: ['norm', 'callbacks: [gradientClipping({ norm: 1 })]'],
  maxnorm: ['norm'],
  clipvalue: ['value'],
  accumulategradbatches: ['callbacks: [accumulateGradients(4)]'],
  gradientaccumulationsteps: ['callbacks: [accumulateGradients(4)]'],
  maxtime: ['callbacks: [timeLimit({ hours: 1 })]'],
  ckptpath: ['resume'],
  initialepoch: ['resume'],
  enableprogressbar: ['progress'],
  steps: ['epochs'],
  warmupsteps: ['steps'],
  warmupepochs: ['epochs'],
  startlr: ['minLr'],
  endlr: ['maxLr'],
  numtraining: ['steps'],
  numit: ['steps'],
  everynepochs: ['every'],
  savefreq: ['every'],
  period: ['every'],
  unfreezeatepoch: ['unfreezeAt'],
  swalrs: ['lr'],
  swaepochstart: ['startEpoch'],
  beta: ['decay'],
  momentum: ['decay'],
  task: ['mode'],
  pretrained: ['weights'],
  rotate: ['rotation'],
  nrow: ['columns'],
  ncol: ['columns'],
  acc: ['accuracy'],
  f1score: ['f1'],
  auc: ['auroc'],
  rocauc: ['auroc'],
  iou: ['jaccard'],
  kappa: ['cohenKappa'],
  mcc: ['matthews'],
  ece: ['calibrationError'],
  strides: ['stride'],
  dilationrate: ['dilation'],
  usebias: ['bias'],
  rho: ['alpha', 'rho'],
  dropoutrate: ['dropout', 'p'],
  gradient: ['gradOutputs'],
  gradoutputs: ['gradient'],
  weightsonly: ['tensorsOnly'],
  device: ['mapLocation'],
  deterministic: ['seed'],
};

/** The option that another name stands for elsewhere, where `names` has it. */
function synonymOf(name: string, names: readonly string[]): string | undefined {
  const key = plain(name);
  return Object.hasOwn(SYNONYMS, key) ? SYNONYMS[key]!.find((known) => names.includes(known.split(':')[0]!)) : undefined;
}

/** The name that was probably meant: written another way (weight_decay), or with a letter or two wrong. */
function nearest(name: string, names: readonly string[]): string | undefined {
  const distances = names.map((known) => [known, distance(plain(name), plain(known))] as const).sort((a, b) => a[1] - b[1]);
  const [best] = distances;
  return best !== undefined && best[1] <= Math.min(2, Math.floor((name.length + 1) / 3)) ? best[0] : undefined;
}

/** How many letters must be put in, left out, changed or exchanged with their neighbour to make one of the other. */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, change, swap));
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
