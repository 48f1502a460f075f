/** What TensorBoard shows of a run that has ended: its scores on test data, and its settings beside its scores in the tab HParams. */
import type { StudyRun } from '../../report/study/figures.js';
import type { HyperParameter } from '../../tensorboard/summaries/values.js';
import { writePatiently } from '../../train/callbacks/files/write-patiently.js';

type Texts = Readonly<Record<string, string>>;

const isNumber = (text: string | undefined) => text !== undefined && text.trim() !== '' && Number.isFinite(Number(text));

/**
 * The hyperparameters of a run: its variant, its setting, its repeat. TensorBoard takes the kind of each from one run for all, so that a setting is
 * a number only where it is one in every variant.
 */
function hparamsOf(variant: string, repeat: number, setting: Texts, all: readonly Texts[]): Record<string, HyperParameter> {
  const values = Object.entries(setting).map(
    ([name, text]) => [name, all.every((texts) => isNumber(texts[name])) ? Number(text) : text] as const,
  );
  return { variant, ...Object.fromEntries(values), repeat };
}

/**
 * Notes both in the folder of a run that has ended. A disk that refuses them costs no run.
 * @param all the settings of all variants.
 */
export async function logEnd(folder: string, variant: string, run: StudyRun, setting: Texts, all: readonly Texts[]): Promise<void> {
  const { scores, repeat, chosen } = run;
  if (scores === undefined) return;
  const { SummaryWriter } = await import('../../tensorboard/writer/summary-writer.js');
  const metrics = Object.fromEntries(
    Object.entries(scores).flatMap(([side, values]) =>
      Object.entries(values).map(([name, value]) => [`hparam/${side}.${name}`, value] as const),
    ),
  );
  writePatiently(() => {
    const writer = new SummaryWriter(`${folder}/test`);
    try {
      // Beside the curves of the runs train and validation, at the epoch whose weights were measured.
      for (const [name, value] of Object.entries(scores.test)) writer.addScalar(name, value, chosen);
      writer.addHparams(hparamsOf(variant, repeat, setting, all), metrics, { runName: '..', globalStep: chosen });
    } finally {
      writer.close();
    }
  }, 'TensorBoard does not show the test scores of this run.');
}
