/**
 * The device that the options of a run or of an opened model ask for.
 *
 * @module
 */
import { type Device, openDevice, type OpenDeviceOptions } from "../../engine/mod.ts";

/** Options that say where something computes. */
export interface DeviceChoice extends Pick<OpenDeviceOptions, "precision" | "offload"> {
  readonly device?: string;
}

/** Opens the device. */
export function deviceOf({ device, precision, offload }: DeviceChoice): Promise<Device> {
  return openDevice(device, { precision, offload });
}
