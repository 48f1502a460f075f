/** Data by name, of a folder or of a table, ready to train with. */
import { checkTask, type Resolved, wantedChannels } from '../settings/resolve.js';
import { prepareFolder } from './folder.js';
import { type DatasetName, prepareNamed } from './named.js';
import type { Input, Prepared } from './prepared.js';
import { prepareTable } from './table.js';

/** What of an earlier start of the same run must stay as it was. */
export interface Known {
  readonly input: Input;
}

/** Reads the data that settings name. @param known of a run that goes on: statistics are not measured again. */
export async function prepareData(settings: Resolved, known?: Known): Promise<Prepared> {
  const prepared = await read(settings, known?.input);
  checkTask(settings, prepared.task);
  return prepared;
}

async function read(settings: Resolved, input: Input | undefined): Promise<Prepared> {
  const { data, kind } = settings;
  if (kind === 'table') return prepareTable(data, settings, input?.kind === 'table' ? input : undefined);
  const pictures = { ...settings, channels: wantedChannels(settings) };
  const known = input?.kind === 'image' ? input : undefined;
  return kind === 'folder' ? prepareFolder(data, pictures, known) : prepareNamed(data as DatasetName, pictures, known);
}
