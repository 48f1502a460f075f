/** What a model consists of: `summary`, and what Python's dir() and help() would show. */
import { nn, summary } from 'hone';

const model = new nn.Sequential(
  new nn.Conv2d(3, 16, 3, { padding: 1 }),
  new nn.ReLU(),
  new nn.MaxPool2d(2, 2),
  new nn.Flatten(),
  new nn.Linear(16 * 112 * 112, 10),
);

// torchsummary's: sizes without the batch
summary(model, [3, 224, 224], { style: 'torchsummary' });

// dir(model): the fields, and the methods of its class
const methods = Object.getOwnPropertyNames(nn.Sequential.prototype).filter((name) => name !== 'constructor');
console.log(Object.keys(model));
console.log(methods.includes('forward'));

// help(model): editors show the comments of every class; a model prints its layers and their options
console.log(`${model}`);
for (const [name, parameter] of model.namedParameters()) console.log(name, parameter.size());
