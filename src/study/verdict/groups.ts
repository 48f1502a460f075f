/** Which variants cannot be told apart. */

/**
 * The largest sets of which no two can be told apart: maximal cliques, by Bron and Kerbosch's way with a pivot.
 * @param names in the order of the ranking, which is kept within sets and among them.
 * @see Piepho 2004, https://doi.org/10.1198/1061860043515 (letters for all pairs); Bron and Kerbosch 1973, https://doi.org/10.1145/362342.362367
 */
export function groupsOf(names: readonly string[], alike: (a: string, b: string) => boolean): string[][] {
  const near = names.map((a, i) => names.flatMap((b, j) => (i !== j && alike(a, b) ? [j] : [])));
  const found: number[][] = [];
  const grow = (clique: readonly number[], open: readonly number[], used: readonly number[]) => {
    if (open.length === 0 && used.length === 0) {
      found.push([...clique].sort((a, b) => a - b));
      return;
    }
    const among = (list: readonly number[], of: number) => list.filter((one) => near[of]!.includes(one));
    const pivot = [...open, ...used].reduce((best, one) => (among(open, one).length > among(open, best).length ? one : best));
    let [left, done] = [open, used];
    for (const one of open.filter((each) => !near[pivot]!.includes(each))) {
      grow([...clique, one], among(left, one), among(done, one));
      left = left.filter((each) => each !== one);
      done = [...done, one];
    }
  };
  if (names.length > 0)
    grow(
      [],
      names.map((_, i) => i),
      [],
    );
  const before = (a: readonly number[], b: readonly number[]) => {
    const i = a.findIndex((one, k) => one !== b[k]);
    return i < 0 ? 0 : a[i]! - (b[i] ?? Number.NEGATIVE_INFINITY);
  };
  return found.sort(before).map((group) => group.map((i) => names[i]!));
}
