/**
 * The processes of a run, and the device that computes in each, where they share the frozen weights or not.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import { type Device, openSharded } from "../../engine/mod.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { type ProcessGroup, requireSame } from "../../parallel/process_group.ts";
import { ShardedTensors } from "../../parallel/sharded_tensors.ts";
import { ShardedWeights } from "../../train/sharded_weights.ts";
import { requireProcesses } from "../../train/shard_option.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { checkOffload, checkShard } from "./check_offload.ts";
import { deviceOf } from "./device_of.ts";
import { progressFor } from "./progress_for.ts";
import type { RunOptions } from "./run_options.ts";

/** What a run of several processes computes with. */
export interface ShardStage {
  readonly device: Device;
  /** All that the run does together goes through it; undefined in a process that is alone. */
  readonly processes: ProcessGroup | undefined;
  /** Refuses weights that can neither be shared nor be left on disk as is asked; deals them out where they are shared. */
  share(trainable: TrainableModel, signal: AbortSignal): Promise<void>;
  /** Waits until no process needs this one's share any more. The result reads its weights from their files. */
  leave(signal: AbortSignal): Promise<void>;
}

/** Opens the device, and refuses what cannot be shared. */
export async function shardStage(
  spec: Pick<PlanSpec, "evaluateCompute">,
  options: RunOptions,
  { settings, group, signal }: {
    readonly settings: TrainSettings;
    /** The processes that were launched together. */
    readonly group: ProcessGroup | undefined;
    readonly signal: AbortSignal;
  },
): Promise<ShardStage> {
  const { shard } = settings;
  requireProcesses(settings, group);
  // One that shares would speak to one that does not, and neither would understand the other.
  if (group) await requireSame(group, "megabytes of shard", shard?.megabytes ?? 0, signal);
  if (!shard || !group) {
    return {
      device: await deviceOf(options),
      processes: group,
      share(trainable) {
        checkOffload(options.offload, spec, trainable);
        return Promise.resolve();
      },
      leave: () => Promise.resolve(),
    };
  }
  if (options.offload) {
    throw new TunebookError(
      "input",
      "shard keeps frozen weights in the memory of the processes, and offload on disk; leave one of them out",
    );
  }
  const processes = new ShardedTensors(group);
  const sharedWeights = new ShardedWeights(processes);
  const where = `frozen weights shared by ${group.size} processes`;
  const { megabytes } = shard;
  return {
    device: openSharded(options, { megabytes, sharedWeights, where }),
    processes,
    async share(trainable, signal) {
      checkShard(shard, settings, spec, trainable);
      let progress: Progress | undefined;
      await sharedWeights.open(trainable, {
        ...{ shard, signal },
        onRead(done, all) {
          progress ??= progressFor(options, "reading the share", all, "bytes");
          progress.update(done);
        },
      });
      progress?.end();
    },
    leave: (signal) => processes.leave(signal),
  };
}
