// Makes TypeScript of the messages in src/tensorboard/proto/: *.gen.ts, which are committed, so that building needs none of this.
// It takes protoc: one on the path, or Python's (pip install grpcio-tools).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'src/tensorboard/proto');
const sources = readdirSync(folder).filter((name) => name.endsWith('.proto'));
const out = mkdtempSync(join(tmpdir(), 'hone-proto-'));

const commands = [['protoc'], ['python-grpc-tools-protoc'], ['python3', '-m', 'grpc_tools.protoc'], ['python', '-m', 'grpc_tools.protoc']];
const found = commands.find(([command, ...args]) => spawnSync(command, [...args, '--version']).status === 0);
if (found === undefined) throw new Error('no protoc is here. Install one, or: pip install grpcio-tools');

try {
  const [command, ...first] = found;
  const plugin = join(root, 'node_modules/.bin/protoc-gen-es');
  const options = ['target=ts', 'import_extension=js'].map((option) => `--es_opt=${option}`);
  const { status, stderr } = spawnSync(
    command,
    [...first, `--proto_path=${folder}`, `--plugin=protoc-gen-es=${plugin}`, `--es_out=${out}`, ...options, ...sources],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  for (const name of readdirSync(out)) {
    const text = readFileSync(join(out, name), 'utf8').replace(/"(\.\/\w+)_pb\.js"/g, '"$1.gen.js"');
    writeFileSync(join(folder, name.replace('_pb.ts', '.gen.ts')), text);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
