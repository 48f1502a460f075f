/**
 * Initial weights: mean 0 and a spread that neither lets gradients vanish on their way back through many layers nor explode. Printed: the
 * norm of the gradient of each of eight layers, from the first to the last.
 */
import { manualSeed, nn, rand, randint } from 'hone';

const initializations: Record<string, (weight: nn.Parameter) => void> = {
  'normal, std 0.01': (weight) => nn.init.normal_(weight, 0, 0.01),
  'normal, std 0.5': (weight) => nn.init.normal_(weight, 0, 0.5),
  Xavier: (weight) => nn.init.xavierNormal_(weight),
  He: (weight) => nn.init.kaimingNormal_(weight, { nonlinearity: 'relu' }),
};

for (const [name, initialize] of Object.entries(initializations)) {
  manualSeed(0);
  const linears = Array.from({ length: 8 }, () => new nn.Linear(64, 64));
  const model = new nn.Sequential(...linears.flatMap((linear) => [linear, new nn.ReLU()]), new nn.Linear(64, 10));
  for (const linear of linears) {
    initialize(linear.weight);
    nn.init.zeros_(linear.bias!);
  }
  const loss = new nn.CrossEntropyLoss().forward(model.forward(rand([32, 64])), randint(10, [32]));
  loss.backward();
  const norms = linears.map((linear) => linear.weight.grad!.norm().item().toExponential(1));
  console.log(`${name}: ${norms.join(' ')}`);
}
