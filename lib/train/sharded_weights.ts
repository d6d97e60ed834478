/**
 * The frozen weights of a run in several processes: each holds a share, and all gather what a segment needs.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { keepGiven } from "../core/given_away.ts";
import { pauses } from "../core/pauses.ts";
import { type GatherWeight, minOffloadedBytes, type SharedWeights, sizeOf } from "../engine/mod.ts";
import { frozenOf, type TrainableModel, weightInputs } from "../nn/trainable_model.ts";
import { gather } from "../parallel/gather.ts";
import { dealtTensors, type ShardedTensors } from "../parallel/sharded_tensors.ts";
import type { FrozenShardOptions } from "./shard_option.ts";

/** A weight that is shared. */
interface SharedWeight {
  /** Its place among the tensors. */
  readonly at: number;
  readonly holder: object | undefined;
}

const floatBytes = Float32Array.BYTES_PER_ELEMENT;

/** Opens a run's shares and gathers them. */
export class ShardedWeights implements SharedWeights {
  readonly #tensors: ShardedTensors;
  #weights: ReadonlyMap<string, SharedWeight> = new Map();

  constructor(tensors: ShardedTensors) {
    this.#tensors = tensors;
  }

  /**
   * Deals the large frozen weights of a model and its method out to the processes, and reads the share of this one.
   *
   * Throws an error of kind "input" in every process where they do not have the same weights or options.
   */
  async open(
    trainable: Pick<TrainableModel, "model" | "adapter">,
    { shard, signal, onRead }: {
      readonly shard: FrozenShardOptions;
      readonly signal?: AbortSignal | undefined;
      /** After each weight, with the bytes that were read and those of the share. */
      readonly onRead?: (done: number, all: number) => void;
    },
  ): Promise<void> {
    const shapes = sharedShapes(trainable);
    await requireSameWeights(this.#tensors, shapes, shard, signal);
    const read = frozenOf(trainable);
    const names = [...shapes.keys()];
    const dealt = dealtTensors([...shapes.values()].map(sizeOf), this.#tensors.size);
    const own = names.map((name, at) => ({ name, at, ...dealt[at] }))
      .filter(({ owner }) => owner === this.#tensors.rank);
    const all = own.reduce((sum, { size }) => sum + size * floatBytes, 0);
    const numbers = new Map<number, Float32Array>();
    const pause = pauses(signal);
    let done = 0;
    for (const { name, at, size } of own) {
      await pause();
      numbers.set(at, keepGiven(read(name) as Float32Array));
      onRead?.(done += size * floatBytes, all);
    }
    this.#tensors.hold(dealt, numbers);
    this.#weights = new Map(
      names.map((name, at) => [name, { at, holder: read.holderOf?.(name) }]),
    );
  }

  find(name: string, holder: object | undefined): GatherWeight | undefined {
    const shared = this.#weights.get(name);
    if (!shared || holder === undefined || shared.holder !== holder) return undefined;
    return async (signal) =>
      this.#tensors.isOver ? undefined : await this.#tensors.gather(shared.at, signal);
  }
}

/** The frozen weights that are worth sharing, in the order of a program's inputs. */
function sharedShapes(
  trainable: Pick<TrainableModel, "model" | "adapter">,
): ReadonlyMap<string, readonly number[]> {
  return new Map(
    Object.entries(weightInputs(trainable).inputs).flatMap(([name, { role, type, shape }]) =>
      role === "frozen" && type === "float32" &&
        sizeOf(shape as number[]) * floatBytes >= minOffloadedBytes
        ? [[name, shape as readonly number[]] as const]
        : []
    ),
  );
}

/** Shares are numbered, so that all processes have to have the same list. */
async function requireSameWeights(
  processes: ShardedTensors,
  shapes: ReadonlyMap<string, readonly number[]>,
  { megabytes }: FrozenShardOptions,
  signal: AbortSignal | undefined,
): Promise<void> {
  const own = [
    `segments of ${megabytes} megabytes`,
    ...[...shapes].map(([name, shape]) => `${name} [${shape.join(", ")}]`),
  ];
  const [first, ...others] = await gather(processes, own, signal);
  const wrong = others.flatMap((each, at) => {
    const differs = Array.from(
      { length: Math.max(first.length, each.length) },
      (_, i) => i,
    ).find((i) => first[i] !== each[i]);
    if (differs === undefined) return [];
    const shown = (line: string | undefined) => line ?? "nothing more";
    return [
      `process ${at + 1} has ${shown(each[differs])}, and process 0 ${shown(first[differs])}`,
    ];
  });
  if (wrong.length === 0) return;
  throw mistakes(
    "input",
    "shard needs the same frozen weights, cut alike, in all processes; do all of them see the same plan and files?",
    wrong,
  );
}
