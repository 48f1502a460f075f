/** The data set of train.mjs, which workers make anew: small pictures that random transforms change. */

import { Dataset } from '../../dist/node/data.js';
import { Generator, rand } from '../../dist/node/index.js';
import { transforms } from '../../dist/node/vision.js';

export default class Pictures extends Dataset {
  length = 26;
  constructor() {
    super();
    const generator = new Generator(7);
    this.pictures = Array.from({ length: this.length }, () => rand([1, 6, 6], { generator }));
    this.change = new transforms.Compose([
      new transforms.RandomHorizontalFlip(),
      new transforms.RandomChoice([new transforms.RandomVerticalFlip(), new transforms.RandomErasing({ p: 0.7 })]),
      new transforms.RandomCrop(6, { padding: 1 }),
    ]);
  }
  get(i) {
    return [this.change.forward(this.pictures[i]), i % 3];
  }
}
