/**
 * A folder of photos (photos/cat/1.jpg, photos/dog/1.jpg, …) to a trained, measured and exported classifier. Stopped or killed, the same command
 * goes on where it was: npx tsx examples/photos.ts photos 20. It needs the package sharp. The command line does the same: hone train photos.
 */
import { manualSeed, nn, optim } from 'hone';
import { DataLoader, Subset, trainTestSplit } from 'hone/data';
import { save } from 'hone/formats';
import { evaluate, fit, runReport } from 'hone/train';
import { datasets, models, transforms as T } from 'hone/vision';

const [folder = 'photos', epochs = '10'] = process.argv.slice(2);
const [mean, std] = [
  [0.485, 0.456, 0.406],
  [0.229, 0.224, 0.225],
];
const toInput = [new T.ToTensor(), new T.Normalize(mean, std)] as const;
const augmented = new datasets.ImageFolder(folder, new T.Compose([new T.RandomResizedCrop(64), new T.RandomHorizontalFlip(), ...toInput]));
const plain = new datasets.ImageFolder(folder, new T.Compose([new T.Resize(64), new T.CenterCrop(64), ...toInput]));
const [learned, kept] = trainTestSplit([...plain.targets.keys()], { testSize: 0.2, stratify: plain.targets, randomState: 0 });
const train = new DataLoader(new Subset(augmented, learned), { batchSize: 16, shuffle: true });
const validation = new DataLoader(new Subset(plain, kept), { batchSize: 16 });

manualSeed(0);
const model = models.resnet18({ numClasses: plain.classes.length });
const [optimizer, loss] = [new optim.AdamW(model.parameters(), { lr: 1e-3 }), new nn.CrossEntropyLoss({ labelSmoothing: 0.1 })];
const page = runReport('runs/photos.html', { title: folder, classes: plain.classes, mean, std });
const going = { checkpoint: 'runs/photos.ckpt', resume: true, restoreBest: true, callbacks: [page] };
await fit(model, { train, validation, loss, optimizer, epochs: Number(epochs), metrics: ['accuracy'], ...going });
console.log(await evaluate(model, validation, { loss, metrics: ['accuracy'] }));
save(model.stateDict(), 'runs/photos.safetensors');
