/**
 * Snapshots of a training as adapters, each in a folder of its own.
 *
 * @module
 */
import { join } from "node:path";
import { checkPeftFormat } from "../../adapters/peft/folder.ts";
import { writeFolderAtomic } from "../../core/atomic.ts";
import { type TrainedAdapter, writeAdapter } from "../../deploy/adapter.ts";
import { parameters } from "../../nn/trainable_model.ts";
import type { TrainContext } from "../../train/train_context.ts";
import type { TrainSettings } from "../../train/train_options.ts";

/**
 * Writes `cycle-1`, `cycle-2` … into the folder of snapshots, as `adapter` writes its folder; nothing where none are
 * asked for. A run that goes on from a checkpoint finds those of the cycles before it where they are.
 *
 * @throws {TunebookError} of kind `unsupported` for a method without PEFT's format, such as `full`
 */
export function snapshotFolders(
  { snapshots }: Pick<TrainSettings, "snapshots">,
  trained: Omit<TrainedAdapter, "values">,
): Pick<TrainContext, "snapshot"> {
  if (snapshots === undefined) return {};
  checkPeftFormat(trained.trainable.adapter);
  return {
    async snapshot(state, cycle) {
      const values = await state.read(parameters);
      await writeFolderAtomic(
        join(snapshots, `cycle-${cycle}`),
        (inside) => writeAdapter({ ...trained, values }, inside),
      );
    },
  };
}
