/** Pages have no processes. */
import { EngineError } from '../../../errors.js';
import type { ParentProcess, ProcessEvents, StudyProcess } from './processes.js';

export function startStudyProcess(_environment: Readonly<Record<string, string>>, _events: ProcessEvents): StudyProcess {
  throw new EngineError('runStudy: there are no processes here. Leave processes at 1.');
}

export function parentProcess(): ParentProcess {
  throw new EngineError("runStudy: this is the program of a study's processes, which browsers do not have.");
}

export const processorCount = (): number => 1;

export function tellLine(line: string): void {
  console.info(line);
}
