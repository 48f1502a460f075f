/**
 * Draws the figures of docs/lessons and docs/ko/lessons again: `npm run lessons`, in two minutes of a free machine. Its trainings print the numbers that
 * the lessons quote. `--fashion FOLDER` is where the files of Fashion-MNIST lie; without it they are fetched into runs/fashion.
 */
await import('./1-techniques.js');
await import('./2-better-performance.js');
await import('./3-training-techniques.js');
await import('./4-regularization-notes.js');
await import('./5-fashion-mnist.js');

export {};
