/** The files of conformance/fixtures that conformance/generate.py writes. */
import { readdirSync, readFileSync } from 'node:fs';
import type { AnyCase } from './kinds/index.js';

export interface FixtureFamily {
  readonly name: string;
  /** How it is replayed: kinds.ts. */
  readonly kind: string;
  readonly cases: readonly AnyCase[];
}

const folder = new URL('../../conformance/fixtures/', import.meta.url);

interface File {
  /** The version that computed it. */
  readonly torch: string;
  readonly families?: readonly FixtureFamily[];
}

const files = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .sort()
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as File)
  .filter(({ families }) => Array.isArray(families));

export const families: readonly FixtureFamily[] = files.flatMap((file) => file.families!);
export const torchVersions: readonly string[] = [...new Set(files.map(({ torch }) => torch))];
