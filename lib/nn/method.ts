/**
 * The contract of a fine-tuning method. A method says which parameters it trains and where it acts;
 * every hook is optional. One file under `adapters/` is one method.
 *
 * @module
 */
import type { SeriesPoint } from "../chart/series_chart.ts";
import type { Random } from "../core/random.ts";
import type { QuantizationFormat, Tensor } from "../engine/mod.ts";
import type { Family, ModelConfig } from "./family.ts";
import type { AttentionSite } from "./attention_site.ts";
import type { Layer, LinearLayer } from "./layer.ts";
import type { InputTokens } from "./net.ts";
import type { AdapterDelta } from "./adapter_delta.ts";

/** What a method may know about the model that it is attached to. */
export interface ModelInfo {
  readonly modelType: string;
  /** What stands before the body's paths in a checkpoint with a head, `bert.`, or nothing. */
  readonly pathPrefix: string;
  readonly config: ModelConfig;
  /** All layers of the encoder and the head. */
  readonly layers: readonly Layer[];
  /** Paths of the task's own layers, which are trained whatever the method is. */
  readonly head: readonly string[];
  /** The names of the linears that a method adapts unless told otherwise. */
  readonly attentionTargets: readonly string[];
  /** Weight path → numbers, row by row; a large one may be read from its file each time. */
  readonly weights: ReadonlyMap<string, Float32Array>;
  /** How the model computes, for a method that starts from what it makes of real tokens. */
  readonly family: Family;
  /** The token ids of a text as the model would get it; absent where there is no tokenizer. */
  encode?(text: string): Int32Array;
  /** The names of the classes that the task tells apart, where it does. */
  readonly labels?: readonly string[];
}

/** What a method may be told beside the model: the tokenizer and the classes. */
export type ModelInfoExtras = Pick<ModelInfo, "encode" | "labels">;

/** A tensor that a method adds to the model and trains. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
  /** False for biases and norms, which weight decay leaves alone. */
  readonly decay: boolean;
  /** What the learning rate is multiplied with for this tensor; 1 unless given. */
  readonly learningRateScale?: number;
  /** The initial numbers; made when a run starts, so that the model's weights are read then. */
  initial(random: Random): Float32Array;
}

/** A tensor that a method adds to the model and never trains, shared by as many layers as use it. */
export interface FrozenTensor {
  /**
   * A name of its own, or the path of one of the model's weights, such as `….query.weight`: the
   * tensor then stands in the weight's place, in the program and when the method is merged.
   */
  readonly name: string;
  readonly shape: readonly number[];
  /** The numbers, row by row; asked for when a program is compiled. */
  values(): Float32Array;
}

/** What a hook sees while the model runs. */
export interface HookContext {
  /** One of the method's own tensors, trained or frozen, by name. */
  parameter(name: string): Tensor;
  /** One of the model's weights by path, `….query.weight`. */
  weight(path: string): Tensor;
  /** Dropout that acts only in training; `of` "weights" for what is multiplied as a matrix next. */
  dropout(x: Tensor, rate: number, of?: "product" | "weights"): Tensor;
  /** About how many tokens a batch has; known only in training. */
  readonly tokens?: number;
}

/** A convolution that has been computed. */
export interface ConvCall {
  readonly x: Tensor;
  readonly y: Tensor;
  convolve(x: Tensor, weight: Tensor): Tensor;
}

/** Keys and values on their way into one layer's attention. */
export interface KeysValues {
  /**
   * [batch, numHeads, sequence, headSize]; the config's `numKeyValueHeads`, where it has them
   */
  readonly keys: Tensor;
  readonly values: Tensor;
  /** [batch, sequence] int32 */
  readonly mask: Tensor;
}

/** What a method may look at and change between two optimiser steps. */
export interface AfterStep {
  /** The step that has just been taken, from 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /** The step's gradients after clipping. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** What the method keeps from step to step, empty at first; checkpoints hold it. */
  readonly methodState: Map<string, Float32Array>;
}

/** Numbers that a method changes while it trains, such as ranks by linear, each under its name. */
export type MethodRecord = Readonly<Record<string, readonly SeriesPoint[]>>;

/** Ranks that were trained together, one inside the other, of which validation rows choose some. */
export interface NestedRanks {
  /** Target module → the ranks that it may have, from the least to the largest. */
  readonly ranks: ReadonlyMap<string, readonly number[]>;
  /** How many numbers the matrices have with these ranks. */
  count(chosen: ReadonlyMap<string, number>): number;
  /** The method's trained tensors with zeros in the place of what these ranks leave out. */
  cut(
    values: ReadonlyMap<string, Float32Array>,
    chosen: ReadonlyMap<string, number>,
  ): Map<string, Float32Array>;
}

/** A method attached to a model. */
export interface AttachedMethod {
  readonly parameters: readonly Parameter[];
  /** Present where a run chooses ranks after the training. */
  readonly nested?: NestedRanks;
  /** Tensors that are never trained. */
  readonly frozen?: readonly FrozenTensor[];
  /** The model's own weights that the method trains: paths such as `….dense.weight`. */
  trains(weightPath: string): boolean;
  /**
   * Which statistics trained batch normalisations compute with in training: the batch's, which then move the
   * running ones, unless given; or the `running` ones, which then stay.
   */
  readonly batchNorm?: "batch" | "running";
  /** Where training starts for the model's own trained weights, if not at the checkpoint's. */
  readonly initialWeights?: ReadonlyMap<string, Float32Array>;
  /** The labels that the method's files were trained on; a run on others is refused. */
  readonly labels?: readonly string[];
  /** PEFT's name of the task that the method's files were trained for, `TOKEN_CLS`. */
  readonly taskType?: string;
  /** The linears whose input, weight or output the method changes; without it, any might be. */
  readonly targets?: readonly string[];
  /** Changes the input of the linear at `path`. x [tokens, inFeatures] */
  linearInput?(path: string, x: Tensor, context: HookContext): Tensor;
  /**
   * What the linear at `path` computes with in the place of its weight [outFeatures, inFeatures], made
   * anew in every run. Where it gives something, `output` is not asked.
   */
  weight?(path: string, weight: Tensor, context: HookContext): Tensor | undefined;
  /** Changes the output of the linear at `path`. x [tokens, inFeatures], y [tokens, outFeatures]. */
  output?(path: string, x: Tensor, y: Tensor, context: HookContext): Tensor;
  /**
   * Changes the output of the convolution at `path`, bias included. x [batch, inChannels, height, width],
   * y [batch, outChannels, height, width]; `convolve` goes over x as the convolution does, with another
   * weight [channels, inChannels / groups, height, width].
   */
  convOutput?(path: string, call: ConvCall, context: HookContext): Tensor;
  /** How many tokens `input` adds; rows must leave room for them. */
  readonly virtualTokens?: number;
  /**
   * Puts virtual tokens before the sequence. Positions are counted from the first virtual token,
   * and a classification head reads the first one, as with PEFT.
   */
  input?(tokens: InputTokens, context: HookContext): InputTokens;
  /** How many tokens `keysValues` adds; rows must leave room for them. */
  readonly prefixTokens?: number;
  /** The attentions of an encoder-decoder that get a prefix; all unless given. */
  readonly prefixSites?: readonly AttentionSite[];
  /**
   * Puts a prefix before the keys and values of one layer, counted from 0. The sequence's own
   * positions start after `prefixTokens`, as transformers counts them after a cache. In an
   * encoder-decoder `site` says which of its attentions it is.
   */
  keysValues?(
    layer: number,
    given: KeysValues,
    context: HookContext,
    site?: AttentionSite,
  ): KeysValues;
  /** A scalar that is added to the loss, once a step in however many parts it is computed. */
  penalty?(context: HookContext): Tensor;
  /** Throws, before anything is trained, where a run of so many steps makes no sense. */
  checkSteps?(totalSteps: number): void;
  /** Called after each optimiser step; returned parameters replace the present ones. */
  afterStep?(state: AfterStep): ReadonlyMap<string, Float32Array> | undefined;
  /** What `methodState` says about the run so far, for its record and its live view. */
  record?(methodState: ReadonlyMap<string, Float32Array>): MethodRecord;
  /**
   * What is added to a linear's weight when the method is merged into the model. The map holds the
   * method's trained and frozen tensors. A convolution is given as the linear layer of what its kernel sees.
   */
  mergedInto?(
    layer: LinearLayer,
    parameters: ReadonlyMap<string, Float32Array>,
  ): Float32Array | undefined;
  /** What is added to a linear's bias. */
  mergedIntoBias?(
    layer: LinearLayer,
    parameters: ReadonlyMap<string, Float32Array>,
  ): Float32Array | undefined;
  /**
   * What the method does in evaluation, as numbers, so that it can share one base with others. The
   * map holds trained and frozen tensors. Without it the method needs a program of its own.
   */
  delta?(values: ReadonlyMap<string, Float32Array>): AdapterDelta;
  /** Why there is no `peft`, in a sentence, where a person can do something about it. */
  readonly peftObstacle?: string;
  /** The method in a PEFT folder; without it the method can only be deployed in other ways. */
  readonly peft?: PeftFormat;
}

/** How a method looks in a PEFT folder. */
export interface PeftFormat {
  /**
   * What stands before the paths of the model's own weights, such as the head's:
   * `base_model.model` unless given. PEFT's prompt methods have `base_model`.
   */
  readonly modelPrefix?: string;
  /**
   * What is written after training, from the trained and the frozen tensors. What is written need
   * not be the parameters: an encoder is saved as its output, and pruned rows are left out.
   */
  write(values: ReadonlyMap<string, Float32Array>): PeftContent | Promise<PeftContent>;
  /**
   * The method's parameter or frozen tensor → the names of its tensor, of which the first one
   * present is read; a frozen tensor without names is made as it was at first. Only
   * a method that was made from a folder needs it: its parameters have the shapes of the folder's
   * tensors, even where those that were trained did not.
   */
  readonly names?: ReadonlyMap<string, readonly string[]>;
}

/** A method's part of a PEFT folder. */
export interface PeftContent {
  /** Fields of `adapter_config.json`. Those of a folder that was read stay in their place. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Fields that follow from the trained values, such as ranks; they replace a folder's. */
  readonly learned?: Readonly<Record<string, unknown>>;
  readonly tensors: readonly PeftTensor[];
}

/** A tensor of a PEFT folder. */
export interface PeftTensor {
  /** The whole name in the file. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A fine-tuning method with its settings, before it meets a model. */
export interface Method {
  /** The method's name, `lora`. */
  readonly method: string;
  /** The settings as plain JSON, so that a plan can be saved. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The largest learning rate that suits the method where a plan names none; its file says why. */
  readonly learningRate?: number;
  /** How the method wants the model's linears to be held, unless the plan says otherwise. */
  readonly quantize?: QuantizationFormat;
  /** The labels of the head in the method's files, in the order of its outputs, where they say them. */
  readonly labels?: readonly string[];
  /** How many numbers the family's head of that name gives in the method's files; none without one. */
  headOutputs?(family: Family, config: ModelConfig, head: string): number | undefined;
  /** Reads the method's files; a plan calls it when it runs, and attaches what it gives. */
  open?(): Promise<Method>;
  /** True where it has the weights of an earlier training, which a new one goes on from and is compared with. */
  readonly continues?: true;
  /** Runs the model where the method's start needs that, and gives the method to attach. */
  prepare?(modelInfo: ModelInfo): Promise<Method>;
  /** The method on a model. Throws where the settings do not fit it. */
  attach(modelInfo: ModelInfo): AttachedMethod;
}
