/** The folder that a run gets by itself. */
import { hostName } from '#files';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `runs/Nov29_15-04-05_host` and the comment, as PyTorch names it. */
export function defaultLogDir(comment: string): string {
  const date = new Date();
  const two = (n: number) => String(n).padStart(2, '0');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-');
  return `runs/${MONTHS[date.getMonth()]}${two(date.getDate())}_${time}_${hostName()}${comment}`;
}
