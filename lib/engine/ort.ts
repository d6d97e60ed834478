/**
 * ONNX Runtime, loaded after its telemetry is off. The only file that imports it.
 *
 * @module
 */
import "./telemetry_off.ts";

export * as ort from "onnxruntime-node";
