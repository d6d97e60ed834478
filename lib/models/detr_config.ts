/**
 * The sizes of a DETR, with those of its trunk.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { activationNames } from "../nn/activation.ts";
import { configReader } from "../nn/config_reader.ts";
import type { ImageConfig } from "../nn/family.ts";
import { resnet, type ResnetConfig } from "./resnet.ts";

/** The sizes of a DETR. */
export interface DetrConfig extends ImageConfig {
  readonly trunk: ResnetConfig;
  readonly numQueries: number;
  readonly queryLayers: number;
  /**
   * Whether each layer of the decoder reads what the last norm makes of the one before, as transformers computes it
   * where `auxiliary_loss` is true; the paper's model does not.
   */
  readonly normsLayers: boolean;
  readonly encoder: DetrStack;
  readonly decoder: DetrStack;
  readonly activation: string;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  readonly activationDropout: number;
}

/** The sizes of the encoder's or the decoder's blocks. */
export interface DetrStack {
  readonly depth: number;
  readonly numHeads: number;
  readonly intermediateSize: number;
}

/** The trunks by their names in timm, which configs of older checkpoints say (He et al., table 1). */
const trunks: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  resnet18: { layer_type: "basic", hidden_sizes: [64, 128, 256, 512], depths: [2, 2, 2, 2] },
  resnet34: { layer_type: "basic", hidden_sizes: [64, 128, 256, 512], depths: [3, 4, 6, 3] },
  resnet50: { depths: [3, 4, 6, 3] },
  resnet101: { depths: [3, 4, 23, 3] },
  resnet152: { depths: [3, 8, 36, 3] },
};

/** Height and width where nothing else is asked for: the paper's shorter and longest edge. */
const usualSize = [800, 1333] as const;

/** Reads and checks `config.json`. */
export function readDetrConfig(json: Readonly<Record<string, unknown>>): DetrConfig {
  const read = configReader(json);
  const stack = (name: string): DetrStack => ({
    depth: read.depth(`${name}_layers`),
    numHeads: read.size(`${name}_attention_heads`, 8),
    intermediateSize: read.size(`${name}_ffn_dim`, 2048),
  });
  const [encoder, decoder] = [stack("encoder"), stack("decoder")];
  const hiddenSize = read.size("d_model", 256);
  const channels = read.size("num_channels", 3);
  const config = {
    hiddenSize,
    numLayers: 0,
    numHeads: 1,
    maxTokens: 1,
    channels,
    imageSize: json.image_size === undefined ? usualSize : read.pair("image_size"),
    numQueries: read.size("num_queries", 100),
    queryLayers: decoder.depth,
    normsLayers: read.flag("auxiliary_loss", false),
    encoder,
    decoder,
    activation: read.oneOf("activation_function", activationNames, "relu"),
    hiddenDropout: read.share("dropout", 0.1),
    attentionDropout: read.share("attention_dropout", 0),
    activationDropout: read.share("activation_dropout", 0),
    initializerRange: read.positive("init_std", 0.02),
  };
  read.oneOf("position_embedding_type", ["sine"], "sine");
  read.off("dilation");
  read.divides("encoder_attention_heads", encoder.numHeads, "d_model", hiddenSize);
  read.divides("decoder_attention_heads", decoder.numHeads, "d_model", hiddenSize);
  read.finish();
  return {
    ...config,
    trunk: resnet.readConfig({ num_channels: channels, ...trunkOf(json) }) as ResnetConfig,
  };
}

/** What says the trunk's sizes: a config of its own, or a name of timm's. */
function trunkOf(json: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const own = isRecord(json.backbone_config) ? json.backbone_config : {};
  if (own.model_type === "resnet") return own;
  const name = String(own.backbone ?? json.backbone ?? "resnet50");
  const known = trunks[name.split(".")[0]];
  const isOther = own.model_type !== undefined && own.model_type !== "timm_backbone";
  if (known && !isOther) return known;
  throw new TunebookError(
    "unsupported",
    `the trunk is ${String(isOther ? own.model_type : name)}, but only ResNets can be one: ` +
      Object.keys(trunks).join(", "),
  );
}
