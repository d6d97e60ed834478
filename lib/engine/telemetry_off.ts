/**
 * Switches off the telemetry of ONNX Runtime. Version 1.30 on Linux writes a device id, the program's path
 * and run times below the home folder, and sends them to its maker; it asks for this variable when a
 * process makes its first session. Threads and child processes have the variable as well.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";

/** The variable of ONNX Runtime. */
export const telemetryVariable = "ORT_DISABLE_TELEMETRY";

try {
  Deno.env.set(telemetryVariable, "1");
} catch (error) {
  throw new TunebookError(
    "device",
    `the telemetry of ONNX Runtime could not be switched off: ${
      messageOf(error)
    }. tunebook needs ` +
      "--allow-env, and for the runtime itself --allow-read and --allow-ffi; --allow-all gives all.",
    { cause: error },
  );
}
