/**
 * TensorBoard's event files: records of TensorFlow (TFRecord) with a protocol buffer in each.
 *
 * Source: TensorFlow's `record_writer.h`, `event.proto` and `summary.proto`; TensorBoard's plugins `scalars` and `text`.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import crc32c from "crc-32/crc32c.js";
import protobuf from "protobufjs";

/** What one event holds. */
export interface LoggedEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step?: number;
  /** The first event's alone. */
  readonly fileVersion?: string;
  readonly summary?: { readonly value: readonly SummaryValue[] };
}

interface SummaryValue {
  readonly tag: string;
  readonly simpleValue?: number;
  readonly metadata?: { readonly pluginData: { readonly pluginName: string } };
  readonly tensor?: {
    readonly dtype: number;
    readonly stringVal: readonly Uint8Array[];
    readonly tensorShape: { readonly dim: readonly { readonly size: number }[] };
  };
}

/** `DT_STRING` of TensorFlow. */
const textType = 7;
const maskDelta = 0xa282ead8;

const field = (id: number, type: string, rule?: "repeated") => ({
  id,
  type,
  ...(rule ? { rule } : {}),
});
const { Event: eventType } = protobuf.Root.fromJSON({
  nested: {
    Event: {
      oneofs: { what: { oneof: ["fileVersion", "summary"] } },
      fields: {
        wallTime: field(1, "double"),
        step: field(2, "int64"),
        fileVersion: field(3, "string"),
        summary: field(5, "Summary"),
      },
    },
    Summary: { fields: { value: field(1, "Value", "repeated") } },
    Value: {
      oneofs: { value: { oneof: ["simpleValue", "tensor"] } },
      fields: {
        tag: field(1, "string"),
        simpleValue: field(2, "float"),
        tensor: field(8, "Tensor"),
        metadata: field(9, "Metadata"),
      },
    },
    Metadata: { fields: { pluginData: field(1, "PluginData") } },
    PluginData: { fields: { pluginName: field(1, "string") } },
    Tensor: {
      fields: {
        dtype: field(1, "int32"),
        tensorShape: field(2, "Shape"),
        stringVal: field(8, "bytes", "repeated"),
      },
    },
    Shape: { fields: { dim: field(2, "Dim", "repeated") } },
    Dim: { fields: { size: field(1, "int64") } },
  },
}).nested as Readonly<Record<string, protobuf.Type>>;

/** The event as a record: length, its checksum, content, its checksum. */
export function eventRecord(event: LoggedEvent): Uint8Array<ArrayBuffer> {
  const content = eventType.encode(eventType.fromObject(event)).finish();
  const record = new Uint8Array(content.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(content.length), true);
  view.setUint32(8, maskedChecksum(record.subarray(0, 8)), true);
  record.set(content, 12);
  view.setUint32(12 + content.length, maskedChecksum(content), true);
  return record;
}

/** A number by its name. */
export function scalarValue(tag: string, value: number): SummaryValue {
  return { tag, simpleValue: value };
}

/** A text, in Markdown. */
export function textValue(tag: string, text: string): SummaryValue {
  return {
    tag,
    metadata: { pluginData: { pluginName: "text" } },
    tensor: {
      dtype: textType,
      tensorShape: { dim: [{ size: 1 }] },
      stringVal: [new TextEncoder().encode(text)],
    },
  };
}

/** CRC-32C, turned and moved so that a checksum of data with checksums is a good one. */
function maskedChecksum(bytes: Uint8Array): number {
  const sum = crc32c.buf(Buffer.from(bytes)) >>> 0;
  return ((sum >>> 15 | sum << 17) + maskDelta) >>> 0;
}
