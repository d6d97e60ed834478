import assert from "node:assert/strict";
import type { Direction, SearchHistory } from "../../../lib/search/history.ts";
import type { Dimension, Point } from "../../../lib/search/space/dimension.ts";
import { pedAnova } from "../../../lib/search/views/importance/ped_anova.ts";
import { parameterImportance } from "../../../lib/search/views/parameter_importance.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenPath } from "../../models/golden.ts";
import { isNear } from "../golden_search.ts";

/** What `tests/golden/make_importance.py` writes. */
interface GoldenImportance {
  readonly dimensions: readonly Dimension[];
  readonly histories: readonly {
    readonly name: string;
    readonly better: Direction;
    readonly bestShare: number;
    readonly trials: readonly { readonly point: Point; readonly value: number }[];
    readonly importance: Readonly<Record<string, number>>;
    readonly shares: Readonly<Record<string, number>>;
  }[];
}

const { dimensions, histories }: GoldenImportance = JSON.parse(
  await Deno.readTextFile(goldenPath("importance.json")),
);
/** Sums in another order, and Optuna's own error function. */
const tolerance = 1e-9;

const historyOf = ({ better, trials }: GoldenImportance["histories"][number]): SearchHistory => ({
  dimensions,
  better: [better],
  seed: 0,
  trials: trials.map(({ point, value }, number) => ({
    ...{ number, point, state: "complete" as const },
    ...{ values: [value], reports: [], ended: number },
  })),
});

Deno.test("importances are those of Optuna's PED-ANOVA", () => {
  for (const golden of histories) {
    const { name, bestShare, importance, shares } = golden;
    const raw = pedAnova(historyOf(golden), { aim: 0, bestShare });
    const own = parameterImportance(historyOf(golden), { bestShare });
    for (const dimension of dimensions) {
      const expected = importance[dimension.name];
      const what = `${name}, ${dimension.name}`;
      assert.ok(isNear(raw.get(dimension)! / expected, 1, tolerance) || expected === 0, what);
      assert.ok(expected > 0 || raw.get(dimension) === 0, what);
      assert.ok(isNear(own[dimension.name], shares[dimension.name], tolerance), what);
    }
    const order = Object.entries(own).filter(([, share]) => share > 0).map(([each]) => each);
    assert.deepEqual(
      order,
      Object.entries(shares).flatMap(([each, share]) => share > 0 ? [each] : []),
    );
  }
});

Deno.test("before anything can be told all importances are 0, and an aim that is not there is refused", () => {
  const [golden] = histories;
  const few = historyOf({ ...golden, trials: golden.trials.slice(0, 1) });
  assert.deepEqual(new Set(Object.values(parameterImportance(few))), new Set([0]));
  assert.throws(() => parameterImportance(few, { aim: 1 }), isMistake("input", /aim is 1/));
});
