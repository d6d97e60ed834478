/**
 * A line with fewer points that looks the same.
 *
 * @module
 */

/** A point of a line. */
export interface LinePoint {
  readonly x: number;
  readonly y: number;
}

/**
 * Leaves out points that lie within a tolerance of the line between those that stay (Douglas and
 * Peucker, 1973). The tolerance begins at `tolerance`, in the units of the points, and doubles until
 * at most `most` points stay. Both ends stay.
 */
export function simplifiedLine(
  points: readonly LinePoint[],
  { tolerance, most }: { readonly tolerance: number; readonly most: number },
): LinePoint[] {
  let allowed = tolerance;
  let kept = within(points, allowed);
  // Each round begins with what the last one left; the errors add up to twice the last tolerance.
  while (kept.length > Math.max(2, most)) kept = within(kept, allowed *= 2);
  return kept;
}

function within(points: readonly LinePoint[], tolerance: number): LinePoint[] {
  if (points.length < 3) return [...points];
  const stays = new Uint8Array(points.length);
  const open = [[0, points.length - 1]];
  for (let range = open.pop(); range; range = open.pop()) {
    const [from, to] = range;
    stays[from] = stays[to] = 1;
    let [farthest, distance] = [0, tolerance];
    for (let at = from + 1; at < to; at++) {
      const away = distanceTo(points[at], points[from], points[to]);
      if (away > distance) [farthest, distance] = [at, away];
    }
    if (farthest > 0) open.push([from, farthest], [farthest, to]);
  }
  return points.filter((_, at) => stays[at] === 1);
}

/** How far a point is from the stretch between two others. */
function distanceTo(point: LinePoint, from: LinePoint, to: LinePoint): number {
  const [width, height] = [to.x - from.x, to.y - from.y];
  const squared = width * width + height * height;
  const along = ((point.x - from.x) * width + (point.y - from.y) * height) / squared;
  const at = squared > 0 ? Math.min(1, Math.max(0, along)) : 0;
  return Math.hypot(point.x - from.x - at * width, point.y - from.y - at * height);
}
