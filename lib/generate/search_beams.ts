/**
 * Prompts → the likeliest answers that a beam search finds.
 *
 * @module
 */
import { interruption } from "../core/interruption.ts";
import { pauses } from "../core/pauses.ts";
import { BeamSearch, type Hypothesis } from "./beam_search.ts";
import type { Generator } from "./generate.ts";
import type { GeneratedText } from "./generated_text.ts";
import type { GenerateSettings } from "./generate_settings.ts";
import { logitsProcessors } from "./processors/mod.ts";
import type { LogitsProcessor } from "./processors/logits_processor.ts";
import { logSoftmax } from "./token_logprobs.ts";
import { TextStream } from "./text_stream.ts";
