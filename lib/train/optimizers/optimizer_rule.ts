/**
 * The contract of an optimizer: what it keeps, which settings it reads, and how it moves parameters.
 * One file in this folder is one optimizer.
 *
 * @module
 */
import type { Device, State } from "../../engine/mod.ts";

/** The settings of optimizers; each belongs to those that list it. */
export interface OptimizerOptions {
  /** How fast the mean of gradients forgets, in [0, 1); 0.9 unless given. */
  readonly beta1?: number;
  /** How fast AdamW's mean of squares (0.999 unless given) or Lion's mean of gradients (0.99) forgets. */
  readonly beta2?: number;
  /** What AdamW adds to the root of the mean of squares; 1e-8 unless given. */
  readonly epsilon?: number;
  /** How much of its last move SGD keeps, in [0, 1); 0.9 unless given, 0 keeps none. */
  readonly momentum?: number;
  /** Lets SGD look ahead along its momentum (Nesterov); false unless given. */
  readonly nesterov?: boolean;
}

/** The settings of an optimizer with every default filled in. */
export type OptimizerSettings = Required<OptimizerOptions>;

/** How the tensors of one group are moved in one step. */
export interface GroupStep {
  /** The group's name in the state. */
  readonly group: string;
  /** How many steps the group has taken with this one, from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** What an optimizer is made on. */
export interface RuleContext {
  readonly device: Device;
  readonly state: State;
  /** The state's vector with the step's gradients. */
  readonly gradients: string;
  readonly settings: OptimizerSettings;
}

/** An optimizer on a state. */
export interface OpenRule {
  /** Moves the group's parameters along the gradients times `clip`. */
  step(group: GroupStep, clip: number): Promise<void>;
  /** What it keeps beside the state's vectors, by name; checkpoints hold it. */
  readonly statistics?: Map<string, Float32Array>;
  dispose(): Promise<void>;
}

/** One optimizer. */
export interface OptimizerRule {
  /** Which settings it reads. */
  readonly options: readonly (keyof OptimizerOptions)[];
  /** Its own defaults where they are not AdamW's. */
  readonly defaults?: Partial<OptimizerSettings> & { readonly weightDecay?: number };
  /**
   * What a method's learning rate, which is AdamW's, is multiplied with where a plan names none; the
   * optimizer's file says why.
   */
  readonly learningRateScale: number;
  /**
   * True where a parameter that never has a gradient only shrinks, by 1 − learning rate · weight decay
   * in each step; training then need not hold it.
   */
  readonly shrinksIdle: boolean;
  /** The vectors of the state that it keeps, a number for each parameter; checkpoints hold them. */
  vectors(settings: Pick<OptimizerSettings, "momentum">): readonly string[];
  /** Compiles it. */
  open(on: RuleContext): Promise<OpenRule>;
}
