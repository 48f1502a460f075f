import { againstTorch } from './suite.js';

againstTorch('training');
