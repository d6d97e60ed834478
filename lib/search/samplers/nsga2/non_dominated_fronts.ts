/**
 * Points in fronts, none of which has a point that another of it is better than by all aims.
 *
 * @module
 */

/** Whether a is nowhere worse than b, and somewhere better; smaller is better. */
function dominates(a: readonly number[], b: readonly number[]): boolean {
  return a.every((value, aim) => value <= b[aim]) && a.some((value, aim) => value < b[aim]);
}

/**
 * Fast non-dominated sorting (Deb et al. 2002): the places of the points that none dominates, then of
 * those that only they dominate, and so on.
 *
 * @param losses of each point, one for each aim; smaller is better
 */
export function nonDominatedFronts(losses: readonly (readonly number[])[]): number[][] {
  const below = losses.map((a) => losses.flatMap((b, at) => dominates(a, b) ? [at] : []));
  const above = new Uint32Array(losses.length);
  for (const each of below) for (const at of each) above[at]++;
  const fronts: number[][] = [];
  let front = losses.flatMap((_, at) => above[at] === 0 ? [at] : []);
  while (front.length > 0) {
    fronts.push(front);
    const next: number[] = [];
    for (const at of front) {
      for (const other of below[at]) if (--above[other] === 0) next.push(other);
    }
    front = next.sort((a, b) => a - b);
  }
  return fronts;
}

/**
 * How far a point lies from its neighbours in a front, the sum over aims of the distance of the two
 * beside it as a share of the front's extent (Deb et al. 2002, section III B); infinite at its ends.
 */
export function crowdingDistances(losses: readonly (readonly number[])[]): Float64Array {
  const distances = new Float64Array(losses.length);
  const aims = losses[0]?.length ?? 0;
  for (let aim = 0; aim < aims; aim++) {
    const order = losses.map((_, at) => at).sort((a, b) => losses[a][aim] - losses[b][aim]);
    const [first, last] = [order[0], order.at(-1)!];
    const extent = losses[last][aim] - losses[first][aim];
    distances[first] = distances[last] = Infinity;
    if (extent === 0) continue;
    for (let place = 1; place < order.length - 1; place++) {
      const gap = losses[order[place + 1]][aim] - losses[order[place - 1]][aim];
      distances[order[place]] += gap / extent;
    }
  }
  return distances;
}
