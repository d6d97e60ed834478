import assert from "node:assert/strict";
import type { Trial } from "../../lib/search/history.ts";
import { cmaEs } from "../../lib/search/samplers/cma_es.ts";
import { evolution } from "../../lib/search/samplers/evolution.ts";
import { gaussianProcess } from "../../lib/search/samplers/gaussian_process.ts";
import { gridSearch } from "../../lib/search/samplers/grid_search.ts";
import { nsga2 } from "../../lib/search/samplers/nsga2.ts";
import { quasiRandom } from "../../lib/search/samplers/quasi_random.ts";
import { randomSearch } from "../../lib/search/samplers/random_search.ts";
import type { SearchSampler } from "../../lib/search/samplers/sampler.ts";
import { tpe } from "../../lib/search/samplers/tpe.ts";
import { splitTrials } from "../../lib/search/samplers/tpe/split_trials.ts";
import { startSearch } from "../../lib/search/search.ts";
import { choice } from "../../lib/search/space/choice.ts";
import { float } from "../../lib/search/space/float.ts";
import { int } from "../../lib/search/space/int.ts";
import { isMistake } from "../is_mistake.ts";

const samplers: Readonly<Record<string, SearchSampler>> = {
  random: randomSearch(),
  grid: gridSearch({ points: 6 }),
  quasiRandom: quasiRandom(),
  tpe: tpe({ startupTrials: 6 }),
  "tpe, univariate": tpe({ startupTrials: 6, multivariate: false }),
  gaussianProcess: gaussianProcess({ startupTrials: 6 }),
  cmaEs: cmaEs(),
  evolution: evolution({ population: 6, sample: 3 }),
  nsga2: nsga2({ population: 6 }),
};

/** Numbers, choices, and parameters inside a choice. */
const space = {
  rate: float(1e-4, 1, { log: true }),
  width: int(1, 20),
  method: choice({ name: "a", rank: int(1, 64, { log: true }) }, { name: "b", share: float(0, 1) }),
};
type Space = {
  rate: number;
  width: number;
  method: { name: string; rank?: number; share?: number };
};

/** Best with method a, rank 8, width 12 and rate 0.01. */
function loss({ rate, width, method }: Space): number {
  const rank = method.rank === undefined ? 3 + method.share! : Math.abs(Math.log2(method.rank) - 3);
  return Math.abs(Math.log10(rate) + 2) + Math.abs(width - 12) / 10 + rank;
}

/** Asks, and ends each trial in a way of its own, so that histories have all states. */
function run(sampler: SearchSampler, trials: number, before?: readonly Trial[]) {
  const search = startSearch(space, { better: "lower", sampler, seed: 5, trials: before });
  while (search.history.trials.length < trials) {
    const { number, suggestion } = search.ask()!;
    const value = loss(suggestion as Space);
    if (number % 7 === 4) search.report(number, 1, value);
    if (number % 11 === 9) search.fail(number);
    else if (number % 7 === 4) search.prune(number);
    else if (number !== 10) search.tell(number, value); // trial 10 stays pending
  }
  return search;
}

for (const [name, sampler] of Object.entries(samplers)) {
  Deno.test(`${name}: a search that was stopped goes on to the same bits`, () => {
    const whole = run(sampler, 20).history;
    const stopped = JSON.parse(JSON.stringify(run(sampler, 13).history.trials));
    assert.deepEqual(run(sampler, 20, stopped).history, whole);
    const other = startSearch(space, { better: "lower", sampler, seed: 6 });
    if (name !== "grid") {
      assert.notDeepEqual(
        other.ask(),
        startSearch(space, { better: "lower", sampler, seed: 5 }).ask(),
      );
    }
  });

  Deno.test(`${name}: higher is better as lower is, with the sign turned`, () => {
    const turned = startSearch(space, { better: "higher", sampler, seed: 5 });
    const search = startSearch(space, { better: "lower", sampler, seed: 5 });
    for (let trial = 0; trial < 16; trial++) {
      const [a, b] = [turned.ask()!, search.ask()!];
      assert.deepEqual(a, b);
      turned.tell(a.number, -loss(a.suggestion as Space));
      search.tell(b.number, loss(b.suggestion as Space));
    }
    assert.equal(turned.best!.number, search.best!.number);
  });
}

for (const [name, sampler] of Object.entries(samplers)) {
  Deno.test(`${name}: few values, equal losses and failures do not stop a search`, () => {
    const few = { x: float(2, 2), n: int(1, 2, { log: true }), m: choice("only"), k: choice(1, 2) };
    const search = startSearch(few, { better: "lower", sampler, seed: 1 });
    for (let trial = 0; trial < 14; trial++) {
      const asked = search.ask();
      if (name === "grid" && trial >= 4) {
        assert.equal(asked, undefined);
        continue;
      }
      const { number, suggestion: { x, n, m, k } } = asked!;
      assert.ok(x === 2 && [1, 2].includes(n) && m === "only" && [1, 2].includes(k));
      if (k === 2 && trial > 8) search.fail(number);
      else search.tell(number, 1);
    }
  });
}

for (const [name, trials] of [["tpe", 25], ["gaussianProcess", 25], ["evolution", 200]] as const) {
  Deno.test(`${name} finds better trials than chance in a space with conditions`, () => {
    const bestOf = (sampler: SearchSampler) => {
      const found = [1, 2].map((seed) => {
        const search = startSearch(space, { better: "lower", sampler, seed });
        for (let trial = 0; trial < trials; trial++) {
          const { number, suggestion } = search.ask()!;
          search.tell(number, loss(suggestion as Space));
        }
        return search.best!.values[0];
      });
      return found.reduce((sum, value) => sum + value, 0);
    };
    const [own, chance] = [bestOf(samplers[name]), bestOf(randomSearch())];
    assert.ok(own < 0.7 * chance, `${own}, ${chance}`);
  });
}

for (const name of ["quasiRandom", "tpe", "gaussianProcess"]) {
  Deno.test(`${name}: trials that run at once do not try the same`, () => {
    const search = startSearch(
      { x: float(0, 1), y: float(0, 1) },
      { better: "lower", sampler: samplers[name], seed: 2 },
    );
    for (let trial = 0; trial < 10; trial++) {
      const { number, suggestion: { x, y } } = search.ask()!;
      search.tell(number, (x - 0.3) ** 2 + (y - 0.6) ** 2);
    }
    const asked = Array.from({ length: 4 }, () => search.ask()!.suggestion);
    const distances = asked.flatMap((a, at) =>
      asked.slice(at + 1).map((b) => Math.hypot(a.x - b.x, a.y - b.y))
    );
    assert.ok(Math.min(...distances) > 1e-3, `${distances}`);
  });
}

Deno.test("CMA-ES comes close to the minimum of a narrow valley", () => {
  const valley = { x: float(-5, 5), y: float(-5, 5) };
  const search = startSearch(valley, { better: "lower", sampler: cmaEs(), seed: 1 });
  for (let trial = 0; trial < 300; trial++) {
    const { number, suggestion: { x, y } } = search.ask()!;
    search.tell(number, (x - 1) ** 2 + 10 * (y + x) ** 2);
  }
  assert.ok(search.best!.values[0] < 1e-6, `${search.best!.values}`);
});

Deno.test("a grid has each point once, those inside a choice only there", () => {
  const search = startSearch(
    { method: choice("a", { rank: int(1, 3) }), rate: float(0.01, 1, { log: true }) },
    { better: "lower", sampler: gridSearch({ points: 3 }) },
  );
  const tried: string[] = [];
  for (let asked = search.ask(); asked; asked = search.ask()) {
    tried.push(JSON.stringify(asked.suggestion));
  }
  assert.equal(tried.length, 12);
  assert.equal(new Set(tried).size, 12);
  assert.equal(tried[1], '{"method":"a","rate":0.1}');
  const fine = Array.from({ length: 9 }, () => float(0, 1));
  const start = () => startSearch(fine, { better: "lower", sampler: gridSearch() });
  assert.throws(start, isMistake("input", /1,953,125 points/));
});

Deno.test("the Pareto front has what nothing is better than by all aims", () => {
  const search = startSearch({ x: float(0, 1) }, {
    better: ["lower", "higher"],
    sampler: randomSearch(),
  });
  for (const values of [[1, 1], [2, 3], [2, 2], [0, 0]]) search.tell(search.ask()!.number, values);
  assert.deepEqual(search.paretoFront.map(({ number }) => number), [0, 1, 3]);
});

Deno.test("TPE finds a better front of two aims than chance", () => {
  const space = Array.from({ length: 5 }, () => float(0, 1));
  // ZDT1 (Zitzler, Deb and Thiele 2000): the best front has 0 for all but the first.
  const aimsOf = ([first, ...rest]: readonly number[]): [number, number] => {
    const g = 1 + 9 * rest.reduce((sum, value) => sum + value, 0) / rest.length;
    return [first, g * (1 - Math.sqrt(first / g))];
  };
  /** The area between the front and a point that all are better than. */
  const areaOf = (sampler: SearchSampler) =>
    [1, 2].map((seed) => {
      const search = startSearch(space, { better: ["lower", "lower"], sampler, seed });
      for (let trial = 0; trial < 80; trial++) {
        const { number, suggestion } = search.ask()!;
        search.tell(number, aimsOf(suggestion));
      }
      const front = search.paretoFront.map(({ values: [x, y] }) => [x, y])
        .sort(([a], [b]) => a - b);
      return front.reduce(
        (area, [x, y], at) => area + (1 - x) * ((front[at - 1]?.[1] ?? 11) - y),
        0,
      );
    }).reduce((sum, area) => sum + area, 0) / 2;
  const [own, chance] = [areaOf(tpe()), areaOf(randomSearch())];
  assert.ok(own > chance + 0.5, `${own}, ${chance}`);
});

Deno.test("good trials of two aims are those of the first fronts, the farthest apart first", () => {
  const point = { x: 0 };
  const trials = [[5, 5], [0, 4], [1, 2.9], [2, 2], [4, 0], [3, 3], [6, 6], [7, 7]].map(
    (values, number): Trial => ({
      ...{ number, point, state: "complete", values, reports: [], ended: number },
    }),
  );
  const dimensions = [{ name: "x", kind: "float", low: 0, high: 1, step: 0, log: false }] as const;
  const history = { dimensions, better: ["lower", "lower"], seed: 0, trials } as const;
  const numbersOf = (count: number) => {
    const more = Array.from({ length: count }, (_, at): Trial => ({
      ...{ ...trials[7], number: 8 + at, ended: 8 + at, values: [8 + at, 8 + at] },
    }));
    return splitTrials(history, [...trials, ...more]).good.map(({ number }) => number);
  };
  assert.deepEqual(numbersOf(5), [1, 4]); // 15 % of 13 trials: the ends of the front
  assert.deepEqual(numbersOf(12), [1, 4, 3]);
  assert.deepEqual(numbersOf(25), [1, 4, 3, 2, 5]);
});

Deno.test("what does not fit is refused", () => {
  const better = "lower";
  const start = (options: object) =>
    startSearch({ x: float(0, 1) }, { better, sampler: tpe(), ...options });
  assert.throws(() => start({ better: "less" }), isMistake("input", /better is "less"/));
  assert.throws(() => start({ sampler: "tpe" }), isMistake("input", /sampler is "tpe"/));
  assert.throws(
    () => start({ better: ["lower", "lower"], sampler: evolution() }),
    isMistake("unsupported", /evolution follows one aim/),
  );
  assert.throws(
    () => startSearch([choice(1, 2)], { better, sampler: cmaEs() }),
    isMistake("unsupported", /cmaEs needs a number/),
  );
  const search = start({});
  assert.throws(() => search.tell(0, 1), isMistake("input", /no trial 0/));
  const { number } = search.ask()!;
  assert.throws(() => search.tell(number, NaN), isMistake("input", /one finite number/));
  assert.throws(() => search.tell(number, [1, 2]), isMistake("input", /one finite number/));
  search.report(number, 2, 1);
  assert.throws(
    () => search.report(number, 2, Infinity),
    isMistake("input", /value is Infinity/, /step is 2, not above/),
  );
  search.tell(number, 1);
  assert.throws(() => search.tell(number, 1), isMistake("input", /complete already/));
});

Deno.test("trials of another search are refused, all in one error", () => {
  const start = (trials: unknown) =>
    startSearch({ x: float(0, 1), m: choice("a", { r: int(1, 3) }) }, {
      better: "lower",
      sampler: tpe(),
      trials: trials as Trial[],
    });
  const trial = { number: 0, state: "complete", values: [1], reports: [], ended: 0 };
  assert.throws(
    () =>
      start([
        { ...trial, point: { x: 2, m: 0 } },
        { ...trial, number: 5, point: { x: 0, m: 1, y: 1 }, values: [1, 2] },
        { ...trial, number: 2, point: { x: 0, m: 0, "m[1].r": 1 }, state: "done" },
        null,
      ]),
    isMistake(
      "input",
      "trial 0 has 2 for x",
      "trial 1 has a value for y, which does not vary",
      "trial 1 has missing for m[1].r",
      "trial 1 has the number 5",
      "trial 1 has the values [1,2], but the search has 1 aim",
      "trial 2 has a value for m[1].r beside another choice",
      'trial 2 is in the state "done"',
      "trial 3 is null",
    ),
  );
  assert.equal(start([{ ...trial, point: { x: 0.5, m: 1, "m[1].r": 2 } }]).best!.values[0], 1);
});
