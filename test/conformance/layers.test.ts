import { againstTorch } from './suite.js';

againstTorch('layers');
