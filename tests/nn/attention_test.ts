import assert from "node:assert/strict";
import { Random } from "../../lib/core/random.ts";
import { type HostTensor, openDevice, type Program, tf } from "../../lib/engine/mod.ts";
import type { AttentionCall } from "../../lib/nn/attention_call.ts";
import { createNet } from "../../lib/nn/create_net.ts";
import type { AttachedMethod } from "../../lib/nn/method.ts";
import { largestDifference } from "../models/golden.ts";
import { prefix } from "../adapters/toy_adapters.ts";

/** float32 against JavaScript's numbers; results are below ten. */
const tolerance = 1e-5;
const [numHeads, numKeyValueHeads, size] = [4, 2, 3];
const prefixTokens = 2;

/** What the attention of some rows is given, as lists. */
interface Rows {
  /** 0 for padding, else the token's example, for each key. */
  readonly mask: number[][];
  readonly keys: number[][];
  /** Positions of the queries, and their examples where rows are packed. */
  readonly queries: number[][];
  readonly queryMask?: number[][];
}

type Settings = Pick<AttentionCall, "window" | "scale" | "softCap">;

/** Random numbers [tokens, width] for every row, and a prefix for each head of keys and values. */
function numbersFor({ mask, queries }: Rows) {
  const random = Random.fromSeed(1, "attention");
  const draw = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  const tokens = mask.flat().length;
  return {
    query: draw(queries.flat().length * numHeads * size),
    key: draw(tokens * numKeyValueHeads * size),
    value: draw(tokens * numKeyValueHeads * size),
    "prefix.0.keys": draw(numKeyValueHeads * prefixTokens * size),
    "prefix.0.values": draw(numKeyValueHeads * prefixTokens * size),
  };
}

type Numbers = ReturnType<typeof numbersFor>;

/** The attention as the definition says it, one query at a time. */
function defined(rows: Rows, numbers: Numbers, settings: Settings, hasPrefix: boolean): number[] {
  const { window = Infinity, scale = 1 / Math.sqrt(size), softCap } = settings;
  const length = rows.mask[0].length;
  return rows.queries.flatMap((positions, row) =>
    positions.flatMap((position, at) => {
      const example = rows.queryMask?.[row][at] ?? 1;
      const seen = rows.mask[row].map((number, key) =>
        number === example && rows.keys[row][key] <= position &&
        rows.keys[row][key] > position - window
      );
      return Array.from({ length: numHeads }, (_, head) => {
        const shared = Math.floor(head * numKeyValueHeads / numHeads);
        const from = ((row * positions.length + at) * numHeads + head) * size;
        const query = numbers.query.slice(from, from + size);
        const ofText = (data: Float32Array, key: number) => {
          const start = ((row * length + key) * numKeyValueHeads + shared) * size;
          return data.slice(start, start + size);
        };
        const ofPrefix = (data: Float32Array, key: number) => {
          const start = (shared * prefixTokens + key) * size;
          return data.slice(start, start + size);
        };
        const before = hasPrefix ? [0, 1] : [];
        const texts = seen.flatMap((isSeen, key) => isSeen ? [key] : []);
        const keys = [
          ...before.map((key) => ofPrefix(numbers["prefix.0.keys"], key)),
          ...texts.map((key) => ofText(numbers.key, key)),
        ];
        const values = [
          ...before.map((key) => ofPrefix(numbers["prefix.0.values"], key)),
          ...texts.map((key) => ofText(numbers.value, key)),
        ];
        const scores = keys.map((key) => {
          const score = scale * key.reduce((sum, each, i) => sum + each * query[i], 0);
          return softCap === undefined ? score : softCap * Math.tanh(score / softCap);
        });
        const weights = scores.map(Math.exp);
        const total = weights.reduce((sum, each) => sum + each, 0);
        return Array.from(
          { length: size },
          (_, i) => values.reduce((sum, each, key) => sum + weights[key] * each[i], 0) / total,
        );
      }).flat();
    })
  );
}

async function computed(
  rows: Rows,
  numbers: Numbers,
  settings: Settings,
  { device: name, hasPrefix }: { readonly device: string; readonly hasPrefix: boolean },
): Promise<ArrayLike<number>> {
  const whole = (lists: number[][]): HostTensor => ({
    shape: [lists.length, lists[0].length],
    data: Int32Array.from(lists.flat()),
  });
  const { query, key, value, ...ofPrefix } = numbers;
  const { mask, keys, queries, queryMask } = rows;
  const open = (axis: string) => ({ role: "feed", type: "int32", shape: ["batch", axis] }) as const;
  const wide = (heads: number, axis: string) =>
    ({ role: "feed", type: "float32", shape: ["batch", axis, heads * size] }) as const;
  const adapter: AttachedMethod | undefined = hasPrefix
    ? prefix({ config: { numLayers: 1, numHeads, numKeyValueHeads, headSize: size } as never })
    : undefined;
  const program: Program = {
    name: "attention",
    inputs: {
      mask: open("sequence"),
      keys: open("sequence"),
      queries: open("asked"),
      ...(queryMask ? { queryMask: open("asked") } : {}),
      query: wide(numHeads, "asked"),
      key: wide(numKeyValueHeads, "sequence"),
      value: wide(numKeyValueHeads, "sequence"),
      ...Object.fromEntries(
        Object.keys(ofPrefix).map((name) => [name, {
          role: "feed",
          type: "float32",
          shape: [numKeyValueHeads, prefixTokens, size],
        }]),
      ),
    },
    compute(given) {
      const net = createNet({ tensor: (path) => given[path], ...(adapter ? { adapter } : {}) });
      const flat = (name: string, heads: number) => tf.reshape(given[name], [-1, heads * size]);
      return {
        mixed: net.attention({
          layer: 0,
          query: flat("query", numHeads),
          key: flat("key", numKeyValueHeads),
          value: flat("value", numKeyValueHeads),
          mask: given.mask,
          queryMask: queryMask ? given.queryMask : undefined,
          positions: { keys: given.keys, queries: given.queries },
          numHeads,
          numKeyValueHeads,
          dropout: 0,
          ...settings,
        }),
      };
    },
  };
  const device = await openDevice(name);
  const step = await device.compile(program, { frozen: () => new Float32Array() });
  const batch = mask.length;
  const feed = (data: Float32Array, heads: number): HostTensor => ({
    shape: [batch, data.length / batch / heads / size, heads * size],
    data,
  });
  try {
    const { mixed } = await step.run({
      mask: whole(mask),
      keys: whole(keys),
      queries: whole(queries),
      ...(queryMask ? { queryMask: whole(queryMask) } : {}),
      query: feed(query, numHeads),
      key: feed(key, numKeyValueHeads),
      value: feed(value, numKeyValueHeads),
      ...Object.fromEntries(
        Object.entries(ofPrefix).map(([name, data]) => [name, {
          shape: [numKeyValueHeads, prefixTokens, size],
          data,
        }]),
      ),
    });
    return mixed.data;
  } finally {
    await step.dispose();
  }
}

const counted = [0, 1, 2, 3, 4, 5, 6];
/** Every query sees at least itself, so that no row is empty. */
const layouts: Readonly<Record<string, Rows>> = {
  "padded on the right": {
    mask: [[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 0, 0]],
    keys: [counted, counted],
    queries: [[2, 5, 6], [0, 3, 4]],
  },
  "padded on the left": {
    mask: [[1, 1, 1, 1, 1, 1, 1], [0, 0, 1, 1, 1, 1, 1]],
    keys: [counted, counted],
    queries: [counted.slice(2), counted.slice(2)],
  },
  "packed": {
    mask: [[1, 1, 1, 1, 2, 2, 2], [1, 1, 2, 2, 2, 2, 2]],
    keys: [[0, 1, 2, 3, 0, 1, 2], [0, 1, 0, 1, 2, 3, 4]],
    queries: [[3, 0, 2], [1, 3, 4]],
    queryMask: [[1, 2, 2], [1, 2, 2]],
  },
  "with keys of a cache, out of order and partly empty": {
    mask: [[1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0, 1]],
    keys: [[7, 8, 9, 3, 4, 5, 6], [1, 2, 3, 0, 0, 0, 4]],
    queries: [[9], [4]],
  },
};
const variants: Readonly<Record<string, Settings>> = {
  "plain": {},
  "a window": { window: 3 },
  "a window of one token": { window: 1 },
  "a scale and a bound": { scale: 0.7, softCap: 1.5 },
  "all of them": { window: 2, scale: 0.7, softCap: 1.5 },
};

for (const [layout, rows] of Object.entries(layouts)) {
  for (const [variant, settings] of Object.entries(variants)) {
    for (const hasPrefix of [false, true]) {
      const title = `${variant}, rows ${layout}${hasPrefix ? ", behind a prefix" : ""}`;
      Deno.test(`attention with ${title} is what its definition says`, async () => {
        const numbers = numbersFor(rows);
        const wanted = defined(rows, numbers, settings, hasPrefix);
        for (const device of ["cpu", "tfjs:cpu"]) {
          const found = await computed(rows, numbers, settings, { device, hasPrefix });
          const difference = largestDifference(found, wanted);
          assert.ok(difference < tolerance, `${device}: differs by ${difference}`);
        }
      });
    }
  }
}
