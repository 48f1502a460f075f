// Finds zig, whose clang compiles for every platform with what it brings along: headers, C libraries, linkers. No other SDK is needed.
import { spawnSync } from 'node:child_process';

const INSTALL = `The prebuilt engines are compiled by zig's clang (0.15 or later). Any of these brings it:
  python3 -m venv ~/.zig && ~/.zig/bin/pip install ziglang, and ZIG=~/.zig/bin/python-zig before the command
  pip install ziglang, where Python packages may be installed for the system
  a package of your system, or an archive from ziglang.org, with zig on the PATH`;

/** The ways in which zig may be at hand: what the environment names, the PATH, the Python package. */
const candidates = () => [
  ...(process.env.ZIG ? [process.env.ZIG.split(' ')] : []),
  ['zig'],
  ['python-zig'],
  ['python3', '-m', 'ziglang'],
  ['python', '-m', 'ziglang'],
];

/** The command that runs zig, and its version. @throws with what to install. */
export function findZig() {
  for (const command of candidates()) {
    const { status, stdout } = spawnSync(command[0], [...command.slice(1), 'version'], { encoding: 'utf8' });
    if (status === 0 && /^\d+\.\d+/.test(stdout)) return { command, version: stdout.trim() };
  }
  throw new Error(
    `zig is not at hand (tried ${candidates()
      .map((c) => c.join(' '))
      .join(', ')}).\n${INSTALL}`,
  );
}
