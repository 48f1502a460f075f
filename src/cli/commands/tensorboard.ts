/** `hone tensorboard`: starts the TensorBoard that is installed. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { FileError } from '../../errors.js';
import { wholeNumber } from '../options.js';

/** The Pythons that may have it. */
const PYTHONS = ['python3', 'python', 'py'];
const HAS_IT = 'import importlib.util, sys; sys.exit(importlib.util.find_spec("tensorboard") is None)';

const HOW_TO_GET_IT =
  'TensorBoard, which is a program in Python, is not installed here. Get it with: pip install tensorboard\n' +
  'Or look at the same files elsewhere: copy the folder to where TensorBoard is, and run tensorboard --logdir there.';

/** How to start it, as a program of its own or as a part of a Python: the program and its first arguments. Asking for the version would take seconds. */
function installed(): readonly string[] | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter).filter((place) => place !== '');
  const names = process.platform === 'win32' ? ['tensorboard.exe', 'tensorboard.cmd'] : ['tensorboard'];
  const found = places.flatMap((place) => names.map((name) => join(place, name))).find((path) => existsSync(path));
  if (found !== undefined) return [found];
  const python = PYTHONS.find((name) => spawnSync(name, ['-c', HAS_IT], { stdio: 'ignore' }).status === 0);
  return python === undefined ? undefined : [python, '-m', 'tensorboard.main'];
}

interface TensorBoardFlags {
  readonly port?: number;
  readonly host?: string;
  readonly bindAll?: boolean;
}

/** Adds the command to the program. */
export function addTensorBoardCommand(command: Command): void {
  command
    .description('start TensorBoard on folders of runs, and say where it is')
    .argument('[runs]', 'a folder of runs', 'runs')
    .option('--port <number>', 'where it listens; default: 6006, or the next that is free', wholeNumber(0))
    .option('--host <name>', 'the address it listens on; default: localhost')
    .option('--bind-all', 'let other machines look at it, too')
    .allowExcessArguments(false)
    .action(async (runs: string, { port, host, bindAll }: TensorBoardFlags) => {
      const folder = resolve(runs);
      if (!existsSync(folder))
        throw new FileError(`tensorboard: there is no folder ${folder}. Give the one that tensorBoard or SummaryWriter writes into.`);
      const way = installed();
      if (way === undefined) throw new FileError(`tensorboard: ${HOW_TO_GET_IT}`);
      const [command, ...first] = way;
      const flags = [
        ...(port === undefined ? [] : ['--port', String(port)]),
        ...(host === undefined ? [] : ['--host', host]),
        ...(bindAll ? ['--bind_all'] : []),
      ];
      process.exitCode = await run(command!, [...first, '--logdir', folder, ...flags]);
    });
}

/** Runs a program until it ends, and gives its exit code. Ctrl-C reaches it as well; a signal for this process alone is passed on. */
function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: 'inherit' });
    const pass = (signal: NodeJS.Signals) => child.kill(signal);
    const wait = () => void setTimeout(() => child.kill('SIGTERM'), 500).unref();
    process.on('SIGINT', wait);
    process.on('SIGTERM', pass);
    const end = () => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
    };
    child.on('error', (error) => {
      end();
      fail(new FileError(`tensorboard: ${command} cannot be started: ${error.message}`, { cause: error }));
    });
    child.on('exit', (code, signal) => {
      end();
      done(signal === null ? (code ?? 0) : signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
    });
  });
}
