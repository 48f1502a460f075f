/** A right call of everything that takes options and that no fixture of torch calls, without them. */
import {
  autograd,
  enableGrad,
  Generator,
  getRngState,
  inferenceMode,
  load,
  loadBytes,
  nn,
  noGrad,
  ones,
  optim,
  save,
  saveBytes,
  summary,
  tensor,
} from 'hone';
import { DataLoader, RandomSampler, randomSplit, SubsetRandomSampler, TensorDataset, WeightedRandomSampler } from 'hone/data';
import { lineChart } from 'hone/report';
import { compare, studyDigits } from 'hone/study';
import { accuracy, earlyStopping, evaluate, fit, keepBest, loadCheckpoint, modelCheckpoint, predict, saveCheckpoint } from 'hone/train';
import { datasets, ImageDataset, transforms } from 'hone/vision';
import { ROOT } from '../helpers/torchvision.js';

type Call = (options: object) => unknown;
const any = (value: unknown) => value as never;
const loose = (f: unknown) => f as (...given: unknown[]) => unknown;
const data = () => new TensorDataset(ones(4, 2), ones(4, 1));
const model = () => new nn.Linear(2, 1);
const sgd = (of = model()) => new optim.SGD(of.parameters(), { lr: 0.1 });
const leaf = () => ones(2, { requiresGrad: true });
const training = (options: object) => {
  const net = model();
  return { train: new DataLoader(data()), loss: new nn.MSELoss(), optimizer: sgd(net), epochs: 1, net, ...options };
};

export const calls: Readonly<Record<string, Call>> = {
  DataLoader: (o) => new DataLoader(data(), o),
  'DataLoader by position': (o) => new DataLoader(data(), 2, o),
  RandomSampler: (o) => new RandomSampler(data(), o),
  SubsetRandomSampler: (o) => new SubsetRandomSampler([1], o),
  WeightedRandomSampler: (o) => new WeightedRandomSampler([1], 1, o),
  randomSplit: (o) => randomSplit(data(), [2, 2], o),
  Digits: (o) => new datasets.Digits(o),
  MNIST: (o) => new datasets.MNIST(ROOT, o),
  EMNIST: (o) => new datasets.EMNIST(ROOT, 'letters', o),
  QMNIST: (o) => new datasets.QMNIST(ROOT, o),
  CIFAR10: (o) => new datasets.CIFAR10(ROOT, o),
  Compose: (o) => new transforms.Compose({ transforms: [], ...o }),
  Normalize: (o) => new transforms.Normalize([0.5], [0.5], o),
  CenterCrop: (o) => new transforms.CenterCrop({ size: 2, ...o }),
  TenCrop: (o) => new transforms.TenCrop(2, o),
  Pad: (o) => new transforms.Pad(2, o),
  RandomCrop: (o) => new transforms.RandomCrop(2, o),
  RandomHorizontalFlip: (o) => new transforms.RandomHorizontalFlip(o),
  RandomApply: (o) => new transforms.RandomApply([], o),
  RandomChoice: (o) => new transforms.RandomChoice([new transforms.Pad(1)], o),
  'transforms.functional.pad': (o) => transforms.functional.pad(ones(1, 2, 2), 1, o),
  'transforms.functional.tenCrop': (o) => transforms.functional.tenCrop(ones(1, 2, 2), 1, o),
  FakeData: (o) => new datasets.FakeData(2, [3, 4, 4], 5, o),
  ImageDataset: (o) => new ImageDataset({ images: ones(1, 1, 1, 1, { dtype: 'uint8' }), labels: tensor([0], { dtype: 'int64' }) }, o),
  fit: (o) => {
    const { net, ...rest } = training(o);
    return fit(net, any(rest));
  },
  evaluate: (o) => evaluate(model(), new DataLoader(data()), { loss: new nn.MSELoss(), ...o }),
  predict: (o) => predict(model(), ones(2, 2), any(o)),
  accuracy: (o) => accuracy(o),
  earlyStopping: (o) => earlyStopping(o),
  keepBest: (o) => keepBest(o),
  modelCheckpoint: (o) => modelCheckpoint('x.pth', o),
  saveCheckpoint: (o) => saveCheckpoint('x.pth', o),
  loadCheckpoint: (o) => loadCheckpoint('x.pth', o),
  compare: (o) => compare(any({ title: '', summary: '', variants: [], repeats: 1, epochs: 1, ...o })),
  studyDigits: (o) => studyDigits(o),
  lineChart: (o) => lineChart(any({ title: '', xName: '', series: [], ...o })),
  save: (o) => save(ones(1), 'x.pth', o),
  saveBytes: (o) => saveBytes(ones(1), o),
  load: (o) => load('x.pth', o),
  loadBytes: (o) => loadBytes(saveBytes(ones(1)), o),
  summary: (o) => summary(model(), any({ inputSize: [1, 2], ...o })),
  'autograd.grad': (o) => autograd.grad(leaf().sum(), leaf(), any(o)),
  'autograd.backward': (o) => autograd.backward(leaf().sum(), any(o)),
  'autograd.gradcheck': (o) => autograd.gradcheck((x) => x, ones(1, { dtype: 'float64', requiresGrad: true }), o),
  'autograd.gradgradcheck': (o) => autograd.gradgradcheck((x) => x, ones(1, { dtype: 'float64', requiresGrad: true }), o),
  'x.backward': (o) => leaf().sum().backward(any(o)),
  'x.newZeros': (o) => ones(1).newZeros([1], any(o)),
  'x.newOnes': (o) => ones(1).newOnes(1, any(o)),
  'x.newFull': (o) => ones(1).newFull([1], 1, any(o)),
  'x.newEmpty': (o) => ones(1).newEmpty(1, any(o)),
  'x.to': (o) => ones(1).to(o),
  'x.indexPut_': (o) => ones(2).indexPut_([0], 1, o),
  'nn.utils.clipGradNorm_': (o) => nn.utils.clipGradNorm_([leaf()], 1, any(o)),
  'nn.utils.clipGradValue_': (o) => loose(nn.utils.clipGradValue_)([leaf()], 1, o),
  noGrad: (o) => loose(noGrad)(() => 1, o),
  enableGrad: (o) => loose(enableGrad)(() => 1, o),
  inferenceMode: (o) => loose(inferenceMode)(() => 1, o),
  'optimizer.step': (o) => {
    const optimizer = sgd();
    loose(optimizer.step.bind(optimizer))(() => 1, o);
  },
  'scheduler.step': (o) => {
    const scheduler = new optim.lrScheduler.ExponentialLR(sgd(), { gamma: 0.9 });
    loose(scheduler.step.bind(scheduler))(1, o);
  },
  'nn.utils.getTotalNorm': (o) => nn.utils.getTotalNorm([ones(1)], any(o)),
  'nn.utils.l1Penalty': (o) => nn.utils.l1Penalty(model(), 1, o),
  'nn.utils.l2Penalty': (o) => nn.utils.l2Penalty(model(), 1, o),
  'nn.utils.elasticNetPenalty': (o) => nn.utils.elasticNetPenalty(model(), { l1: 1, ...o }),
  'nn.utils.rnn.packPaddedSequence': (o) => nn.utils.rnn.packPaddedSequence(ones(2, 1, 1), [2], o),
  'nn.utils.rnn.padPackedSequence': (o) => nn.utils.rnn.padPackedSequence(nn.utils.rnn.packPaddedSequence(ones(2, 1, 1), [2]), o),
  'nn.utils.rnn.padSequence': (o) => nn.utils.rnn.padSequence([ones(1)], o),
  'nn.utils.rnn.unpadSequence': (o) => nn.utils.rnn.unpadSequence(ones(2, 1, 1), [2], o),
  'nn.utils.rnn.packSequence': (o) => nn.utils.rnn.packSequence([ones(1)], o),
  'nn.swaUtils.AveragedModel': (o) => new nn.swaUtils.AveragedModel(model(), o),
  'nn.registerModuleForwardHook': (o) => nn.registerModuleForwardHook(() => undefined, o).remove(),
  'Module.registerBuffer': (o) => model().registerBuffer('b', ones(1), o),
  'Module.registerParameter': (o) => model().registerParameter('p', new nn.Parameter(ones(1)), o),
  'Module.registerForwardHook': (o) => model().registerForwardHook(() => undefined, o),
  'Module.registerForwardPreHook': (o) => model().registerForwardPreHook(() => undefined, o),
  'Module.stateDict': (o) => model().stateDict(o),
  'Module.loadStateDict': (o) => model().loadStateDict(model().stateDict(), o),
  'Module.zeroGrad': (o) => model().zeroGrad(o),
  'Module.namedParameters': (o) => model().namedParameters(o),
  'Module.namedModules': (o) => model().namedModules(o),
  'Module.namedBuffers': (o) => model().namedBuffers(o),
  'Module.setSubmodule': (o) => new nn.Sequential(model()).setSubmodule('0', model(), o),
  'Module.to': (o) => model().to(o),
  'Optimizer.zeroGrad': (o) => sgd().zeroGrad(o),
  'Optimizer.addParamGroup': (o) => sgd().addParamGroup({ params: [leaf()], ...o }),
  'Generator.manualSeed': (o) => new Generator(1).manualSeed(1, o),
  Generator: (o) => new Generator(getRngState().length, o),
};
