/**
 * The file out of which ONNX Runtime maps a graph's large constants. Programs that are compiled one
 * after the other with the same frozen weights can share one: each weight is written once.
 *
 * @module
 */
import { join } from "node:path";
import { collectGarbage } from "../../core/collect_garbage.ts";
import { TunebookError } from "../../core/errors.ts";
import { freeGiven } from "../../core/given_away.ts";
import { inTurns } from "../../core/in_turns.ts";
import type { Graph } from "../graph.ts";
import { type ExternalPlaces, writeOnnx } from "../onnx_writer.ts";
import type { HeldWeights } from "./device.ts";

/** Constants from this size on go into the file, which the runtime maps instead of copying. */
const minExternalBytes = 1 << 16;
const externalFile = "weights.bin";
/** From so many bytes of dead arrays on collecting them is worth its time, some hundredths of a second. */
const leastCollected = 1 << 24;
const nothing: ExternalPlaces = { places: new Map(), end: 0 };

/** A graph that is written: the model's bytes, and the folder of its large constants if it has any. */
export interface WrittenGraph {
  readonly bytes: Uint8Array;
  readonly folder: string | undefined;
}

/**
 * A file that grows by the weights that it lacks. It is removed on `dispose`, or when the process
 * ends. One that is kept takes all frozen weights, another one only the large ones.
 */
export class ExternalDataFile implements HeldWeights {
  #folder: string | undefined;
  #known = nothing;
  #inTurn = inTurns();
  #remove = () => this.#folder && Deno.removeSync(this.#folder, { recursive: true });

  constructor(readonly isKept: boolean) {}

  /** Writes a graph. Frozen weights of the same name must have the same numbers each time. */
  write(graph: Graph): Promise<WrittenGraph> {
    return this.#inTurn(() => this.#write(graph));
  }

  async dispose(): Promise<void> {
    await this.#inTurn(() => Promise.resolve());
    const folder = this.#folder;
    if (folder === undefined) return;
    this.#folder = undefined;
    this.#known = nothing;
    removeEventListener("unload", this.#remove);
    await Deno.remove(folder, { recursive: true });
  }

  async #write(graph: Graph): Promise<WrittenGraph> {
    const { bytes, external, placed } = writeOnnx(graph, {
      externalFile,
      minExternalBytes,
      tellsShapes: true,
      ...(this.isKept ? { known: this.#known } : {}),
    });
    if (external.length > 0) {
      this.#folder ??= await this.#makeFolder();
      using file = await Deno.open(join(this.#folder, externalFile), { write: true, create: true });
      await file.seek(this.#known.end, Deno.SeekMode.Start);
      let left = 0;
      for (const makeChunk of external) {
        const chunk = makeChunk();
        const { length } = chunk;
        for (let done = 0; done < length;) done += await file.write(chunk.subarray(done));
        if (!freeGiven(chunk)) left += length;
      }
      // Arrays that were made for this and could not be freed at once are dead now.
      if (left > leastCollected) collectGarbage();
    }
    // Only now: a file that could not be written to its end holds none of them.
    this.#known = placed;
    return { bytes, folder: this.#folder };
  }

  async #makeFolder(): Promise<string> {
    const folder = await Deno.makeTempDir({ prefix: "tunebook-" });
    addEventListener("unload", this.#remove);
    return folder;
  }
}

/** The file of weights that a device of ONNX Runtime made. */
export function externalDataFile(held: HeldWeights): ExternalDataFile {
  if (held instanceof ExternalDataFile) return held;
  throw new TunebookError("device", "these weights are held by another device");
}
