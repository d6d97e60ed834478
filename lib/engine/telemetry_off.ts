/**
 * Switches off the telemetry of ONNX Runtime. Version 1.30 writes a device id, the program's path and
 * run times below the home folder and sends them to its maker; it asks for this variable when its
 * library is loaded, so that this file must come before `onnxruntime-node`.
 *
 * @module
 */

/** The variable of ONNX Runtime; child processes and threads have it as well. */
export const telemetryVariable = "ORT_DISABLE_TELEMETRY";

Deno.env.set(telemetryVariable, "1");
