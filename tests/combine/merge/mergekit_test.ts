import assert from "node:assert/strict";
import golden from "../../golden/merging.json" with { type: "json" };
import {
  breadcrumbs,
  dare,
  della,
  karcherMean,
  linearMerge,
  type MergeMethod,
  modelStock,
  multiSlerp,
  nearSwap,
  nuSlerp,
  passthrough,
  Random,
  sce,
  slerp,
  taskArithmetic,
  ties,
} from "../../../mod.ts";

// mergekit sums in float32, tunebook in float64 and rounds once: a few units in the last place.
const tolerance = 2e-6;

interface Case {
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly shape: readonly number[];
  readonly base: readonly number[] | null;
  readonly models: readonly (readonly number[])[];
  readonly weights: readonly number[];
  readonly draws: readonly number[];
  readonly merged: readonly number[];
}

type Parameters = Case["parameters"];
const number = (value: unknown) => value as number;
const rescaleOf = ({ rescale }: Parameters) => rescale === false ? "none" : "l1";

/** Our methods by mergekit's names, with their parameters in our words. */
const methods: Readonly<Record<string, (parameters: Parameters) => MergeMethod>> = {
  linear: ({ normalize }) => linearMerge({ normalize: normalize as boolean }),
  slerp: ({ t }) => slerp({ t: number(t) }),
  nuslerp: ({ nuslerp_flatten = true, nuslerp_row_wise = false }) =>
    nuSlerp({ vectors: nuslerp_flatten ? "tensor" : nuslerp_row_wise ? "columns" : "rows" }),
  multislerp: ({ normalize_weights = true }) =>
    multiSlerp({ normalize: normalize_weights as boolean }),
  karcher: ({ max_iter = 10, tol = 1e-5 }) =>
    karcherMean({ steps: number(max_iter), tolerance: number(tol) }),
  model_stock: ({ filter_wise = false }) => modelStock({ rows: filter_wise as boolean }),
  sce: ({ select_topk = 1 }) => sce({ density: number(select_topk) }),
  nearswap: ({ t }) => nearSwap({ t: number(t) }),
  passthrough: ({ scale }) => passthrough({ scale: number(scale) }),
  task_arithmetic: (settings) => taskArithmetic(settings),
  ties: (settings) => ties(settings),
  dare_linear: (settings) => dare({ ...settings, rescale: rescaleOf(settings) }),
  dare_ties: (settings) => dare({ ...settings, consensus: true, rescale: rescaleOf(settings) }),
  della: (settings) => della({ ...settings, rescale: rescaleOf(settings) }),
  della_linear: (settings) =>
    della({ ...settings, consensus: false, rescale: rescaleOf(settings) }),
  breadcrumbs: (settings) => breadcrumbs(settings),
  breadcrumbs_ties: (settings) => breadcrumbs({ ...settings, consensus: true }),
};

(golden.cases as readonly Case[]).forEach((each, at) => {
  const { method, parameters, shape, models, weights, draws, merged } = each;
  Deno.test(`${method} ${JSON.stringify(parameters)} of [${shape}] is mergekit's, ${at}`, () => {
    const [base] = each.base ? [Float32Array.from(each.base)] : [];
    const tensors = models.map((values) => Float32Array.from(values));
    let drawn = 0;
    const random = { uniform: () => draws[drawn++] };
    // The base of mergekit's SLERP is one of the two models between which it goes.
    const given = method === "slerp"
      ? { tensors: [base!, ...tensors] }
      : { tensors, ...(base ? { base } : {}) };
    const own = methods[method](parameters).merge({ name: "w", shape, weights, random, ...given });
    assert.equal(own.length, merged.length);
    own.forEach((value, element) => {
      const difference = Math.abs(value - merged[element]);
      assert.ok(difference <= tolerance, `${value} is not ${merged[element]} at ${element}`);
    });
    assert.deepEqual(tensors, models.map((values) => Float32Array.from(values)));
  });
});

Deno.test("every method that mergekit has here is compared, in one and two dimensions", () => {
  const compared = new Set(golden.cases.map(({ method }) => method));
  assert.deepEqual([...compared].sort(), Object.keys(methods).sort());
  assert.deepEqual(new Set(golden.cases.map(({ shape }) => shape.length)), new Set([1, 2]));
});

Deno.test("what no model has changed stays as it is by every method, tensors of zeros too", () => {
  const made = {
    breadcrumbs: breadcrumbs(),
    dare: dare(),
    della: della(),
    karcher: karcherMean(),
    linear: linearMerge(),
    modelStock: modelStock(),
    multiSlerp: multiSlerp(),
    nearSwap: nearSwap({ t: 0.1 }),
    nuSlerp: nuSlerp(),
    sce: sce(),
    slerp: slerp({ t: 0.5 }),
    taskArithmetic: taskArithmetic(),
    ties: ties(),
  };
  for (const [name, method] of Object.entries(made)) {
    const most = Math.min(3, method.models.most);
    for (const values of [[0.5, -0.25, 0.125, 1], [0, 0, 0, 0]]) {
      const base = Float32Array.from(values);
      const tensors = Array.from({ length: most }, () => base.slice());
      const shared = { name: "w", shape: [4], tensors, weights: tensors.map(() => 1) };
      const bases = method.base === "unused"
        ? [undefined]
        : method.base === "required"
        ? [base]
        : [undefined, base];
      for (const own of bases) {
        const random = Random.fromSeed(1);
        const merged = method.merge({ ...shared, ...(own ? { base: own } : {}), random });
        merged.forEach((value, at) =>
          assert.ok(Math.abs(value - base[at]) < 1e-6, `${name}: ${merged} is not ${base}`)
        );
      }
    }
  }
});
