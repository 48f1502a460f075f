/** Whether this is a process of a study, which its parent has begun. */
let inside = false;

/** Called by the program of such a process. */
export function enterStudyProcess(): void {
  inside = true;
}

export const isStudyProcess = (): boolean => inside;
