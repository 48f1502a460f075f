/**
 * The Hone that is measured: what `npm run build` made, or with HONE_BENCH_SOURCE the sources as they stand (by tsx; the kernels are those that
 * were built last). In both the modules one by one and not the bundle, so that the engine inside can be looked at.
 */
const folder = process.env['HONE_BENCH_SOURCE'] ? '../../src' : '../../dist';
const load = async (path: string): Promise<unknown> => import(`${folder}/${path}`);

export const hone = (await load('index.js')) as typeof import('../../src/index.js');
export const vision = (await load('vision/index.js')) as typeof import('../../src/vision/index.js');
export const { loadedEngine } = (await load('engine/engine.js')) as typeof import('../../src/engine/engine.js');
export const kernelTable = (await load('engine/kernel-table.gen.js')) as typeof import('../../src/engine/kernel-table.gen.js');

export type { Tensor } from '../../src/index.js';
