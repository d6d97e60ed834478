/**
 * Gauss–Legendre quadrature: nodes and weights for integrals over [0, 1].
 *
 * @module
 */

/** A rule for integrals over [0, 1]: Σ weights · f(nodes). */
export interface Quadrature {
  readonly nodes: Float64Array;
  readonly weights: Float64Array;
}

/** Newton's method doubles the right digits in each round. */
const rounds = 12;

/** The rule with so many nodes, exact for polynomials below degree 2 · `count`; the weights add up to 1. */
export function gaussLegendre(count: number): Quadrature {
  const nodes = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let at = 0; at < count; at++) {
    // Tricomi's first guess.
    let x = -Math.cos(Math.PI * (at + 0.75) / (count + 0.5));
    let slope = 0;
    for (let round = 0; round < rounds; round++) {
      const [value, before] = legendre(count, x);
      slope = count * (x * value - before) / (x * x - 1);
      x -= value / slope;
    }
    nodes[at] = (1 + x) / 2;
    weights[at] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** The Legendre polynomials of that degree and of the one before, at x. */
function legendre(degree: number, x: number): [value: number, before: number] {
  let [before, value] = [1, x];
  for (let n = 2; n <= degree; n++) {
    [before, value] = [value, ((2 * n - 1) * x * value - (n - 1) * before) / n];
  }
  return degree === 0 ? [1, 0] : [value, before];
}
