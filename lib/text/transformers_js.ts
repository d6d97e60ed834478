/**
 * Opens a folder as the users of transformers.js do, with its own `pipeline`.
 *
 * @module
 */
import { resolve } from "node:path";
import process from "node:process";
import { messageOf, TunebookError } from "../core/errors.ts";
import {
  type ReaderSession,
  readerSession,
  type RuntimeSession,
  type TensorClass,
} from "./reader_session.ts";
import { transformersWeb } from "./transformers_web.ts";

/** What a model gave for a batch, by name. */
export interface ReaderOutput {
  readonly dims: readonly number[];
  readonly data: ArrayLike<number>;
}

/** A pipeline that transformers.js has opened. */
export interface ReaderPipeline {
  /** Calls the pipeline. */
  ask(...given: readonly unknown[]): Promise<unknown>;
  /**
   * What its tokenizer and its model make of texts, for what the pipeline does not take, such as pairs:
   * `model(tokenizer(texts, { text_pair, padding: true, truncation: true }))`.
   */
  outputs(
    texts: readonly string[],
    pairs?: readonly string[],
  ): Promise<Readonly<Record<string, ReaderOutput>>>;
  /** What its processor and its model make of image files: `model(await processor(images))`. */
  imageOutputs(images: readonly Blob[]): Promise<Readonly<Record<string, ReaderOutput>>>;
  /** One of its graphs, by the library's name: `model`, `decoder_model_merged`. */
  session(name: string): ReaderSession;
  /** The ids of a text with its special tokens, however many; undefined where its tokenizer fails. */
  tokenIds(text: string): readonly number[] | undefined;
  /** `config.json` as the reader has it. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly padTokenId: number | undefined;
  readonly paddingSide: string;
  dispose(): Promise<void>;
}

/** What is asked of the library, whose own types know each task by name. */
type Opened = ((...given: readonly unknown[]) => Promise<unknown>) & {
  /** Absent of models that take no text. */
  readonly tokenizer:
    & ((texts: readonly string[], options: object) => Record<string, unknown>)
    & {
      readonly pad_token_id?: number;
      readonly padding_side: string;
      encode(text: string): readonly number[];
    };
  readonly processor: (images: readonly unknown[]) => Promise<object>;
  readonly model:
    & ((inputs: object) => Promise<Record<string, ReaderOutput>>)
    & {
      readonly config: Record<string, unknown>;
      readonly sessions: Readonly<Record<string, RuntimeSession>>;
    };
  dispose(): Promise<void>;
};

/** How a folder is opened. */
export interface OpenPipelineOptions {
  /** Threads of the native runtime; one for each core unless given. */
  readonly threads?: number | undefined;
  /** Which of the folder's files are opened; those that `config.json` names unless given. */
  readonly dtype?: string | undefined;
  /** `wasm` for the library's build for browsers, on one thread; `native` unless given. */
  readonly runtime?: "native" | "wasm";
  /** What is done with the library's own pipeline before it is asked, and the library's class of tensors. */
  prepare?(pipeline: unknown, library: { readonly Tensor: unknown }): Promise<void>;
}

/** The library on the native runtime, loaded when this is first called. */
export async function nativeTransformers(): Promise<typeof import("@huggingface/transformers")> {
  // Read when the runtime is loaded, which the library does; it sends what it measures otherwise.
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
  return await import("@huggingface/transformers");
}

/**
 * Opens `pipeline(task, folder)` of transformers.js. The library is loaded when this is first called.
 *
 * Throws a `TunebookError` of kind "output" where it cannot open the folder.
 */
export async function openPipeline(
  task: string,
  folder: string,
  { threads, dtype, runtime = "native", prepare }: OpenPipelineOptions = {},
): Promise<ReaderPipeline> {
  const { pipeline, RawImage, Tensor } = runtime === "wasm"
    ? await transformersWeb()
    : await nativeTransformers();
  const open = pipeline as (task: string, model: string, options: object) => Promise<unknown>;
  let opened: Opened;
  try {
    opened = await open(task, resolve(folder), {
      local_files_only: true,
      ...(dtype === undefined ? {} : { dtype }),
      ...(threads === undefined ? {} : { session_options: { intraOpNumThreads: threads } }),
    }) as Opened;
  } catch (error) {
    throw new TunebookError(
      "output",
      `transformers.js cannot open the folder as pipeline("${task}", …): ${messageOf(error)}`,
      { cause: error },
    );
  }
  await prepare?.(opened, { Tensor });
  const { tokenizer, model } = opened;
  return {
    ask: (...given) => opened(...given),
    outputs: async (texts, pairs) =>
      await model(tokenizer(texts, {
        ...(pairs ? { text_pair: pairs } : {}),
        padding: true,
        truncation: true,
      })),
    imageOutputs: async (images) =>
      await model(
        await opened.processor(await Promise.all(images.map((each) => RawImage.fromBlob(each)))),
      ),
    session: (name) => readerSession(model.sessions[name], Tensor as unknown as TensorClass),
    tokenIds(text) {
      try {
        return tokenizer.encode(text);
      } catch {
        return undefined;
      }
    },
    config: model.config,
    padTokenId: tokenizer?.pad_token_id,
    paddingSide: tokenizer?.padding_side ?? "right",
    dispose: () => opened.dispose(),
  };
}
