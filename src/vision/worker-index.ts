/** The program of a loader's workers, which stands in the data sets' floor, and the classes of this one that cross to it. */
import { knowClasses } from '../data/loader/workers/crossing.js';
import '../data/loader/workers/worker.js';
import * as datasets from './datasets/index.js';
import { Image } from './image/image.js';
import * as transforms from './transforms/index.js';

knowClasses([Image, ...Object.values(datasets), ...Object.values(transforms)]);
