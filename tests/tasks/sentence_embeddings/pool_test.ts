import assert from "node:assert/strict";
import { type HostTensor, openDevice, type Program, tf } from "../../../lib/engine/mod.ts";
import { packingFeeds } from "../../../lib/data/feeds.ts";
import { poolOnHost, poolTokens } from "../../../lib/tasks/sentence_embeddings/pool.ts";
import { poolingNames, type SentenceSettings } from "../../../lib/text/sentence_settings.ts";
import { golden } from "./golden.ts";

const { lengths, tokens } = golden.pooling;
const [batch, sequence, size] = [tokens.length, tokens[0].length, tokens[0][0].length];
const data = Float32Array.from(tokens.flat(2));
const int32 = { role: "feed", type: "int32" } as const;

/** Runs `poolTokens` once. */
async function pooled(
  settings: SentenceSettings,
  device: string,
  feeds: Record<string, HostTensor>,
): Promise<number[]> {
  const isPacked = "example_slots" in feeds;
  const program: Program = {
    name: "pool",
    inputs: {
      tokens: { role: "feed", type: "float32", shape: ["rows", "sequence", size] },
      attention_mask: { ...int32, shape: ["rows", "sequence"] },
      ...(isPacked
        ? {
          position_ids: { ...int32, shape: ["rows", "sequence"] },
          first_tokens: { ...int32, shape: ["rows", "slots"] },
          example_slots: { ...int32, shape: ["batch"] },
        }
        : {}),
    },
    compute: ({ tokens, attention_mask, position_ids, first_tokens, example_slots }) => ({
      vectors: poolTokens(tf.reshape(tokens, [-1, size]), {
        mask: attention_mask,
        ...(isPacked
          ? {
            packing: { positions: position_ids, firsts: first_tokens, exampleIndex: example_slots },
          }
          : {}),
      }, settings),
    }),
  };
  const step = await (await openDevice(device)).compile(program, {
    frozen: () => new Float32Array(),
  });
  const { vectors } = await step.run(feeds);
  await step.dispose();
  return [...vectors.data];
}

function assertNear(found: readonly number[], wanted: readonly number[], name: string): void {
  assert.equal(found.length, wanted.length, name);
  found.forEach((each, at) =>
    assert.ok(Math.abs(each - wanted[at]) < 1e-6, `${name} ${at}: ${each} is not ${wanted[at]}`)
  );
}

const lengthOne = (vectors: number[][]) =>
  vectors.map((vector) => vector.map((each) => each / Math.hypot(...vector)));

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`tokens are pooled as in sentence-transformers on ${device}`, async () => {
    for (const pooling of poolingNames) {
      for (const normalize of [false, true]) {
        const wanted = normalize ? lengthOne(golden.pooling[pooling]) : golden.pooling[pooling];
        const settings = { pooling, normalize };
        const name = JSON.stringify(settings);
        const mask = (start: (length: number) => number): HostTensor => ({
          shape: [batch, sequence],
          data: Int32Array.from(
            lengths.flatMap((length) =>
              Array.from({ length: sequence }, (_, at) => {
                const from = start(length);
                return at >= from && at < from + length ? 1 : 0;
              })
            ),
          ),
        });
        const whole = { shape: [batch, sequence, size], data };
        const right = { tokens: whole, attention_mask: mask(() => 0) };
        assertNear(await pooled(settings, device, right), wanted.flat(), name);

        const turned = tokens.map((row, at) =>
          row.map((_, to) => row[(to + lengths[at]) % sequence])
        );
        const left = {
          tokens: { ...whole, data: Float32Array.from(turned.flat(2)) },
          attention_mask: mask((length) => sequence - length),
        };
        assertNear(await pooled(settings, device, left), wanted.flat(), `${name} left`);

        // Two rows: texts 1 and 0 in the first with padding behind, 3 and 2 in the second.
        const layout = { rows: 2, length: 11, starts: Int32Array.of(7, 0, 16, 11) };
        const packed = new Float32Array(22 * size);
        lengths.forEach((length, text) =>
          packed.set(tokens[text].slice(0, length).flat(), layout.starts[text] * size)
        );
        const packedFeeds = {
          tokens: { shape: [2, 11, size], data: packed },
          ...packingFeeds(layout, lengths),
        };
        assertNear(await pooled(settings, device, packedFeeds), wanted.flat(), `${name} packed`);

        const onHost = poolOnHost({ shape: [batch, sequence, size], data }, lengths, settings);
        assertNear(onHost.flatMap((vector) => [...vector]), wanted.flat(), `${name} on the host`);
      }
    }
  });
}
