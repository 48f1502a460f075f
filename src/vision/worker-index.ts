/** The program of a loader's workers, which stands in the data sets' floor, and the classes of this one that cross to it. */
import { knowClasses } from '../data/loader/workers/crossing.js';
import '../data/loader/workers/worker.js';
import * as datasets from './datasets/index.js';
import * as transforms from './transforms/v1-index.js';
import * as v2 from './transforms/v2-index.js';

// Image and the tensors of tvTensors make themselves known.
knowClasses([...Object.values(datasets), ...Object.values(transforms), ...Object.values(v2)]);
