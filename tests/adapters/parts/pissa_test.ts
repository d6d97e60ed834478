import assert from "node:assert/strict";
import { Matrix, SingularValueDecomposition } from "ml-matrix";
import { pissaStart } from "../../../lib/adapters/parts/pissa.ts";
import { scaledProduct } from "../../../lib/adapters/parts/lora_target.ts";
import { Random } from "../../../lib/core/random.ts";

const shapes = [[20, 12], [12, 20], [150, 200], [200, 150]];

for (const [outFeatures, inFeatures] of shapes) {
  Deno.test(`PiSSA takes the strongest directions of a ${outFeatures} × ${inFeatures} weight`, () => {
    const random = Random.fromSeed(1);
    const weight = Float32Array.from({ length: outFeatures * inFeatures }, () => random.normal());
    // A spectrum that falls as those of trained weights do.
    for (let i = 0; i < weight.length; i++) weight[i] *= 1 / (1 + (i % inFeatures)) ** 0.5;
    const [rank, scale] = [4, 2];
    const { a, b } = pissaStart(weight, { outFeatures, inFeatures, rank, scale });
    const taken = scaledProduct(b, a, { outFeatures, inFeatures, rank, scale });
    const rest = weight.map((each, i) => each - taken[i]);
    const values =
      new SingularValueDecomposition(Matrix.from1DArray(outFeatures, inFeatures, weight), {
        autoTranspose: true,
      }).diagonal;
    // The best approximation of a rank leaves the squares of the other singular values.
    const left = values.slice(rank).reduce((sum, each) => sum + each ** 2, 0);
    const found = rest.reduce((sum, each) => sum + each ** 2, 0);
    assert.ok(Math.abs(found / left - 1) < 1e-3, `${found} is left instead of ${left}`);
  });
}
