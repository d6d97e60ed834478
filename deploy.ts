/**
 * What a trained model is written as, and what proves that it answers as trained.
 *
 * @module
 */
export type { CalibrationOptions } from "./lib/deploy/calibration.ts";
export { adapter, type AdapterOptions } from "./lib/deploy/adapter.ts";
export { adapters, type AdaptersOptions } from "./lib/deploy/adapters.ts";
export { browser, type BrowserOptions } from "./lib/deploy/browser.ts";
export { container, type ContainerOptions } from "./lib/deploy/container.ts";
export { edge, type EdgeOptions } from "./lib/deploy/edge.ts";
export { executable, type ExecutableOptions } from "./lib/deploy/executable.ts";
export { gguf, type GgufOptions } from "./lib/deploy/gguf.ts";
export { hub, type HubOptions } from "./lib/deploy/hub.ts";
export type { CardOptions } from "./lib/deploy/hub/model_card.ts";
export type { UploadedCommit } from "./lib/deploy/hub/uploaded_commit.ts";
export type { WebAssemblyReceipt } from "./lib/deploy/edge/web_assembly_receipt.ts";
export type { ServerReceipt } from "./lib/deploy/server/server_receipt.ts";
export type { FileSize } from "./lib/deploy/list_files.ts";
export { merged, type MergedOptions } from "./lib/deploy/merged.ts";
export { mobile, type MobileOptions } from "./lib/deploy/mobile.ts";
export { onnx, type OnnxOptions } from "./lib/deploy/onnx.ts";
export { sentenceTransformers } from "./lib/deploy/sentence_transformers.ts";
export type { Agreement, ComputeDrift } from "./lib/deploy/compute_drift.ts";
export type { FormProof, Receipt, WasmProof } from "./lib/deploy/target.ts";
export type { RowScore } from "./lib/deploy/held_out.ts";
export type { ChainStep, DeploymentChain } from "./lib/pipeline/run/deployment_chain.ts";
