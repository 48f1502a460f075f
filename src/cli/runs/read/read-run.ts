/** Reading the folder of a run, whatever state it was left in. */
import { basename, join } from 'node:path';
import { type Holder, holderOf } from '../../../formats/files/hold/hold.js';
import { higherIsBetter } from '../../../report/run/history.js';
import type { EpochInfo, MetricInfo, RunInfo, RunState, StudyInfo } from './info.js';
import { changedAt, countOf, epochsOf, extraOf, isJson, type Json, numberOf, readObject, scoresOf, textOf, textsOf } from './json.js';

/** Whoever works elsewhere, on another machine, is taken to work still as long as its files are as young. */
const YOUNG = 3_600_000;

/** Whether somebody works in a folder: `yes`, `killed` where somebody did and is gone, `no`. */
export function workIn(folder: string, changed: number): 'yes' | 'killed' | 'no' {
  const holder: Holder | undefined = holderOf(folder);
  if (holder === undefined) return 'no';
  return (holder.alive ?? Date.now() - changed < YOUNG) ? 'yes' : 'killed';
}

function metricOf(value: unknown, epochs: readonly EpochInfo[]): MetricInfo {
  const given = isJson(value) ? textOf(value['name']) : undefined;
  // Earlier versions did not say that it is the accuracy.
  const name = given ?? (value !== null && epochs.some(({ validation }) => Object.hasOwn(validation, 'accuracy')) ? 'accuracy' : 'loss');
  const better = isJson(value) && (value['better'] === 'max' || value['better'] === 'min') ? value['better'] : undefined;
  return { name, better: better ?? (higherIsBetter(name) ? 'max' : 'min') };
}

/** The scores of an epoch, as the weights of that epoch have them. */
function scoresAt(epochs: readonly EpochInfo[], epoch: number): RunInfo['scores'] {
  const found = epochs.find((one) => one.epoch === epoch);
  return found ? { train: found.train, validation: found.validation } : {};
}

const secondsOf = (value: unknown, epochs: readonly EpochInfo[]) => {
  const all = numberOf(value);
  return Number.isNaN(all) ? epochs.reduce((sum, { seconds }) => sum + (Number.isNaN(seconds) ? 0 : seconds), 0) : all;
};

const modelOf = (value: Json, description: unknown): RunInfo['model'] => ({
  description: textOf(description) ?? '',
  parameters: countOf(value['parameters']),
  architecture: textOf(value['architecture']) ?? '',
});

/** A folder of `hone train`. */
export function readTraining(folder: string, name: string): RunInfo {
  const state = readObject(join(folder, 'run.json'));
  const found = readObject(join(folder, 'figures.json'));
  const figures = found?.value ?? {};
  const variant = Array.isArray(figures['variants']) && isJson(figures['variants'][0]) ? figures['variants'][0] : {};
  const old = Array.isArray(variant['runs']) && isJson(variant['runs'][0]) ? variant['runs'][0] : {};
  const epochs = epochsOf(figures['epochs'] ?? old['epochs']);
  const best = isJson(figures['best']) ? countOf(figures['best']['epoch']) : countOf(old['bestEpoch']);
  const changed = Math.max(found?.changed ?? 0, state?.changed ?? 0, changedAt(join(folder, 'checkpoint.ckpt')));
  const failed = textOf(figures['failed']) ?? textOf(old['failed']);
  const settings = textsOf(figures['settings']);
  const work = workIn(folder, changed);
  const why = found?.why ?? state?.why;
  const states: readonly (readonly [boolean, RunState])[] = [
    [work === 'yes', 'running'],
    [why !== undefined, 'damaged'],
    [work === 'killed', 'killed'],
    [failed !== undefined, 'failed'],
    [textOf(figures['stopped']) !== undefined, 'stopped'],
    [found === undefined || figures['running'] === true, 'killed'],
  ];
  const config = found === undefined ? readObject(join(folder, 'config.json'))?.value : undefined;
  return {
    kind: 'train',
    name,
    folder,
    state: states.find(([is]) => is)?.[1] ?? 'done',
    reason: why ?? failed,
    changed,
    title: textOf(figures['title']) ?? '',
    epochs,
    chosen: best,
    scores: scoresAt(epochs, best),
    metric: metricOf(figures['metric'], epochs),
    seconds: secondsOf(figures['seconds'], epochs),
    settings: config ? textsOf(config) : settings,
    model: isJson(figures['model'])
      ? modelOf(figures['model'], figures['model']['description'])
      : variant['architecture'] === undefined
        ? undefined
        : modelOf(variant, variant['description']),
    command: textOf(state?.value?.['command']) ?? settings['command'],
    started: textOf(state?.value?.['started']),
    seeds: Number.isNaN(numberOf(figures['seed'] ?? old['seed'])) ? {} : { seed: numberOf(figures['seed'] ?? old['seed']) },
    extra: {},
  };
}

/** What the runs of a study know of it. */
interface OfStudy {
  readonly name: string;
  readonly folder: string;
  readonly metric: MetricInfo | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly command: string | undefined;
  /** The figures of each variant. */
  readonly variants: ReadonlyMap<string, Json>;
  readonly working: boolean;
  readonly killed: boolean;
}

/** A run of a study by what is known of it: its own file, or its part of the study's figures. */
function runOf(run: Json, study: OfStudy, folder: string, name: string, changed: number, why?: string): RunInfo {
  const variant = textOf(run['variant']) ?? basename(folder).replace(/-\d+$/, '');
  const of = study.variants.get(variant) ?? {};
  const epochs = epochsOf(run['epochs']);
  const chosen = countOf(run['chosen'] ?? run['bestEpoch']);
  const failed = textOf(run['failed']);
  const unfinished = run['running'] === true || run['interrupted'] === true;
  const dropped = countOf(of['droppedAfter']) > 0;
  const measured = isJson(run['scores']) ? run['scores'] : undefined;
  const sides = ['train', 'validation', 'test'].flatMap((side) => {
    const scores = scoresOf(measured?.[side]);
    return scores ? [[side, scores] as const] : [];
  });
  const states: readonly (readonly [boolean, RunState])[] = [
    [why !== undefined, 'damaged'],
    [unfinished && dropped, 'dropped'],
    [unfinished && (study.working || workIn(folder, changed) === 'yes'), 'running'],
    [unfinished && study.killed, 'killed'],
    [unfinished, 'stopped'],
    [failed !== undefined, 'failed'],
  ];
  const model = run['architecture'] === undefined ? of : run;
  const seeds = scoresOf(run['seeds']) ?? (Number.isNaN(numberOf(run['seed'])) ? {} : { seed: numberOf(run['seed']) });
  return {
    kind: 'run',
    name,
    folder,
    state: states.find(([is]) => is)?.[1] ?? 'done',
    reason: why ?? failed ?? textOf(run['stoppedEarly']),
    changed,
    title: '',
    epochs,
    chosen,
    scores: sides.length > 0 ? Object.fromEntries(sides) : scoresAt(epochs, chosen),
    metric: study.metric ?? metricOf(undefined, epochs),
    seconds: secondsOf(run['seconds'], epochs),
    settings: { ...study.settings, ...textsOf(of['setting']) },
    model: textOf(model['architecture']) === undefined ? undefined : modelOf(model, of['description']),
    command: study.command,
    study: study.name,
    variant,
    repeat: Number.isSafeInteger(run['repeat']) ? (run['repeat'] as number) : Number(/-(\d+)$/.exec(folder)?.[1] ?? 0),
    seeds,
    extra: extraOf(run['extra']),
  };
}

/** A folder of `hone study`, or of `runStudy`. @param runs the folders within its folder `runs`. */
export function readStudy(folder: string, name: string, runs: readonly string[]): StudyInfo {
  const found = readObject(join(folder, 'figures.json'));
  const begun = readObject(join(folder, 'study.json')) ?? readObject(join(folder, 'checkpoints/study.json'));
  const figures = found?.value;
  const listed = Array.isArray(figures?.['variants']) ? figures['variants'].filter(isJson) : [];
  const variants = new Map(listed.flatMap((one) => (textOf(one['name']) === undefined ? [] : [[one['name'] as string, one] as const])));
  const settings = textsOf(figures?.['settings']);
  const command = textOf(begun?.value?.['command']) ?? settings['command'];
  const files = runs.map((one) => ({ folder: join(folder, 'runs', one), found: readObject(join(folder, 'runs', one, 'run.json')) }));
  const changed = Math.max(found?.changed ?? 0, begun?.changed ?? 0, ...files.map((one) => one.found?.changed ?? 0));
  const work = workIn(folder, changed);
  const stopped = textOf(figures?.['stopped']);
  const of: OfStudy = {
    name,
    folder,
    metric: figures?.['metric'] === undefined ? undefined : metricOf(figures['metric'], []),
    settings,
    command,
    variants,
    working: work === 'yes',
    killed: work === 'killed',
  };
  const own = files.map((one) =>
    runOf(
      one.found?.value ?? {},
      of,
      one.folder,
      `${name}/${basename(one.folder)}`,
      one.found?.changed ?? 0,
      one.found === undefined ? 'it has no run.json' : one.found.why,
    ),
  );
  // Where their own folders are gone, and of earlier versions, the figures know them.
  const known = new Set(own.map(({ variant, repeat }) => `${repeat} ${variant}`));
  const more = [...variants].flatMap(([variant, { runs: all }]) =>
    (Array.isArray(all) ? all : []).filter(isJson).flatMap((run, i) => {
      const repeat = Number.isSafeInteger(run['repeat']) ? (run['repeat'] as number) : i;
      const place = `${variant}-${run['repeat'] === undefined && typeof run['seed'] === 'number' ? `seed${run['seed']}` : repeat}`;
      if (known.has(`${repeat} ${variant}`)) return [];
      return [runOf({ ...run, variant, repeat }, of, folder, `${name}/${place}`, found!.changed)];
    }),
  );
  const order = new Map([...variants.keys()].map((variant, i) => [variant, i]));
  const rank = ({ variant }: RunInfo) => order.get(variant!) ?? order.size;
  const all = [...own, ...more].sort(
    (a, b) => rank(a) - rank(b) || (a.variant! < b.variant! ? -1 : a.variant! > b.variant! ? 1 : 0) || a.repeat! - b.repeat!,
  );
  const unfinished = all.some(({ state }) => state === 'running' || state === 'killed' || state === 'stopped');
  const why = found?.why ?? begun?.why;
  const failures = all.filter(({ state }) => state === 'failed').length;
  const states: readonly (readonly [boolean, RunState])[] = [
    [work === 'yes', 'running'],
    [why !== undefined, 'damaged'],
    [work === 'killed', 'killed'],
    [figures === undefined || unfinished || stopped !== undefined, 'stopped'],
    [failures > 0 && failures === all.length, 'failed'],
  ];
  const names = [...new Set([...variants.keys(), ...all.map(({ variant }) => variant!)])];
  return {
    kind: 'study',
    name,
    folder,
    state: states.find(([is]) => is)?.[1] ?? 'done',
    reason: why ?? stopped ?? (failures > 0 ? `${failures} of ${all.length} runs failed` : undefined),
    changed,
    title: textOf(figures?.['title']) ?? '',
    metric: of.metric ?? all[0]?.metric ?? { name: 'accuracy', better: 'max' },
    figures,
    variants: names,
    runs: all,
    planned: countOf(figures?.['repeats']) * names.length,
    settings,
    command,
    started: textOf(begun?.value?.['started']),
  };
}

/** The folder of one run of a study, on its own. */
export function readLoneRun(folder: string, name: string): RunInfo {
  const found = readObject(join(folder, 'run.json'));
  const of: OfStudy = {
    name: '',
    folder,
    metric: undefined,
    settings: {},
    command: undefined,
    variants: new Map(),
    working: workIn(folder, found?.changed ?? 0) === 'yes',
    killed: false,
  };
  return runOf(found?.value ?? {}, of, folder, name, found?.changed ?? 0, found === undefined ? 'it has no run.json' : found.why);
}
