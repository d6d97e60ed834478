/**
 * From what a run asks for to programs of one arithmetic.
 *
 * @module
 */
import { type ErrorKind, messageOf, TunebookError } from "../core/errors.ts";
import { type EightBitLinears, eightBitText } from "../nn/eight_bit_linears.ts";
import { checkpointFingerprint } from "./checkpoint.ts";
import {
  type ComputeChoice,
  type ComputeProbe,
  computeUnmeasured,
  measureCompute,
  typicalSteps,
} from "./choose_compute.ts";
import type { CompiledSteps } from "./compiled_steps.ts";
import { accumulateGradients, type StepContext } from "./take_step.ts";
import type { StepPlan } from "./step_plan.ts";
import type { TrainSettings } from "./train_options.ts";

/** Where eight-bit products run: on ONNX Runtime's processor, and simulated op by op. */
export function computesBytes(device: string): boolean {
  return device === "cpu" || device.startsWith("tfjs:");
}

/**
 * What a run computes in where no measuring is needed: what it asks for, what its checkpoint says, or what
 * the machine tells; nothing where int8 has to be measured. Throws an error of kind "unsupported" where a
 * device has no eight-bit products.
 */
export async function knownCompute(
  settings: TrainSettings,
  { device, linears, plan, probe }: {
    readonly device: string;
    readonly linears: EightBitLinears;
    readonly plan: StepPlan;
    readonly probe: ComputeProbe;
  },
): Promise<ComputeChoice | undefined> {
  const { compute, checkpoints, resume } = settings;
  if (compute === "float32" || plan.totalSteps === 0) {
    return { compute: "float32", reason: "float32" };
  }
  if (compute === "int8") {
    if (computesBytes(device)) return { compute, reason: "int8, as asked" };
    throw new TunebookError(
      "unsupported",
      `compute is int8, but the device ${device} has no eight-bit products; leave compute out, or take ` +
        "the device cpu",
    );
  }
  const before = resume && checkpoints ? await checkpointFingerprint(checkpoints) : undefined;
  if (before) {
    const { compute = "float32" } = before;
    if (compute === "float32" || compute === "int8") {
      return { compute, reason: `${compute}: the checkpoint's` };
    }
  }
  if (linears.chosen.size === 0) {
    return { compute: "float32", reason: `float32: ${eightBitText(linears)}` };
  }
  return computeUnmeasured({ device, settings, plan, processor: probe.processor() });
}

/** The choice with the linear layers that compute in eight bits. */
export function withLinears(choice: ComputeChoice, linears: EightBitLinears): ComputeChoice {
  if (choice.compute === "float32") return choice;
  return { ...choice, reason: `${choice.reason}; ${eightBitText(linears)}`, linears };
}

/** Kinds of errors after which a run still has float32: int8 does not fit it, or the memory beside it. */
const withoutInt8: readonly ErrorKind[] = ["unsupported", "device"];

/** What is chosen between. */
export interface OpenCompute extends Omit<StepContext, "compiledGradients" | "wholeBatch"> {
  readonly probe: ComputeProbe;
  readonly signal?: AbortSignal | undefined;
  /** Compiles the steps in eight bits. */
  compileInt8(): Promise<CompiledSteps>;
}

/**
 * Compiles int8 beside float32 and measures both on steps of the run. The optimizer takes no part, so that
 * parameters and moments stay as they are. The slower steps are disposed of; where int8 cannot be compiled
 * for this method or model, the reason says so.
 */
export async function measuredSteps(
  float32: CompiledSteps,
  { probe, signal, compileInt8, ...run }: OpenCompute,
): Promise<{ readonly steps: CompiledSteps; readonly choice: ComputeChoice }> {
  let int8: CompiledSteps;
  try {
    int8 = await compileInt8();
  } catch (error) {
    if (!(error instanceof TunebookError) || !withoutInt8.includes(error.kind)) throw error;
    const [first] = messageOf(error).split("\n");
    const reason = `float32: int8 cannot be compiled: ${first}`;
    return { steps: float32, choice: { compute: "float32", reason } };
  }
  let chosen = float32;
  try {
    const tried = ({ compiledGradients, wholeBatch }: CompiledSteps) => (step: number) =>
      accumulateGradients(
        { ...run, compiledGradients, wholeBatch, optimizer: { ...run.optimizer, add: addNothing } },
        step,
        signal,
      );
    const choice = await measureCompute({
      float32: tried(float32),
      int8: tried(int8),
      steps: typicalSteps(run.plan, run.rows),
      clock: probe.clock,
      signal,
    });
    if (choice.compute === "int8") chosen = int8;
    return { steps: chosen, choice };
  } finally {
    // The caller frees what it has opened, also where this fails.
    if (chosen === int8) await float32.dispose();
    else await int8.dispose();
  }
}

function addNothing(): Promise<void> {
  return Promise.resolve();
}
