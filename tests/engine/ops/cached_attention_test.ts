import assert from "node:assert/strict";
import { ops } from "../../../lib/engine/mod.ts";
import type { Program } from "../../../lib/engine/program.ts";
import { floats, given, runOn } from "../parity.ts";

const [batch, heads, keyValueHeads, size, room] = [2, 4, 2, 8, 6];

/** Two new tokens in rows that hold none, or one in rows that hold three and one. */
const states = [
  { name: "at the beginning", sequence: 2, past: [0, 0] },
  { name: "behind tokens of before", sequence: 1, past: [3, 1] },
];
const ways = [{}, { window: 2 }, { softCap: 1.5 }];

for (const { name, sequence, past } of states) {
  for (const way of ways) {
    Deno.test(`attention over a cache is a sum over what was read, ${name}, ${JSON.stringify(way)}`, async () => {
      const inputs = {
        query: floats([batch * sequence, heads * size]),
        key: floats([batch * sequence, keyValueHeads * size]),
        value: floats([batch * sequence, keyValueHeads * size]),
        pastKeys: floats([batch, keyValueHeads, room, size]),
        pastValues: floats([batch, keyValueHeads, room, size]),
        last: given("int32", [batch], past.map((held) => held + sequence - 1)),
        total: given("int32", [], [Math.max(...past) + sequence]),
      };
      const program: Program = {
        name: "cached attention",
        isInference: true,
        inputs: Object.fromEntries(
          Object.entries(inputs).map(([key, { type, shape }]) => [
            key,
            { role: "feed", type, shape },
          ]),
        ),
        compute: (tensors) => ({
          ...ops.cachedAttention(tensors as never, {
            batch,
            heads,
            keyValueHeads,
            scale: 0.3,
            ...way,
          }),
        }),
      };
      const out = await runOn("cpu", program, inputs);
      const numbers = (key: keyof typeof inputs) => inputs[key].data as Float32Array;
      const keyAt = (row: number, head: number, place: number, i: number, what: "key" | "value") =>
        place < past[row]
          ? numbers(what === "key" ? "pastKeys" : "pastValues")[
            ((row * keyValueHeads + head) * room + place) * size + i
          ]
          : numbers(what)[
            (row * sequence + place - past[row]) * keyValueHeads * size + head * size + i
          ];
      const indices = [...Array(size).keys()];
      for (let row = 0; row < batch; row++) {
        for (let token = 0; token < sequence; token++) {
          const end = past[row] + token;
          const start = Math.max(0, end + 1 - ((way as { window?: number }).window ?? room));
          const places = [...Array(end + 1 - start).keys()].map((at) => at + start);
          for (let head = 0; head < heads; head++) {
            const shared = Math.floor(head / (heads / keyValueHeads));
            const at = (row * sequence + token) * heads * size + head * size;
            const cap = (way as { softCap?: number }).softCap;
            const weights = places.map((place) => {
              const score = 0.3 *
                indices.reduce(
                  (sum, i) => sum + numbers("query")[at + i] * keyAt(row, shared, place, i, "key"),
                  0,
                );
              return Math.exp(cap ? cap * Math.tanh(score / cap) : score);
            });
            const total = weights.reduce((a, b) => a + b);
            for (const i of indices) {
              const wanted = places.reduce(
                (sum, place, n) => sum + weights[n] / total * keyAt(row, shared, place, i, "value"),
                0,
              );
              const got = (out.mixed.data as Float32Array)[at + i];
              assert.ok(
                Math.abs(got - wanted) < 1e-5,
                `${row}, ${token}, ${head}: ${got}, ${wanted}`,
              );
            }
          }
        }
      }
    });
  }
}
