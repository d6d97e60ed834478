/**
 * `/segment`: the class of each pixel of images.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import { pngEncoder } from "../../image/encode_png.ts";
import type { LabelMask } from "../../nn/mask_predictions.ts";
import type { SegmentedImage } from "../../tasks/image_segmentation/prediction.ts";
import { TunebookError } from "../../core/errors.ts";
import { imageObject, imagesOf } from "../schemas/image_input.ts";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { itemIndex, listAnswer, listed } from "../schemas/list_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { oneOrMany } from "../schemas/text_input.ts";
import type { ServeSettings } from "../serve_options.ts";
import { answersTo, modelFor } from "./asked_model.ts";
import type { Route } from "./route.ts";

const item = z.object({
  index: itemIndex,
  width: z.number().int(),
  height: z.number().int(),
  labels: z.array(z.object({
    label: z.string(),
    id: z.number().int().openapi({ description: "The grey of its pixels in the mask." }),
    area: z.number().int().openapi({ description: "How many pixels have it." }),
    share: z.number(),
  })).openapi({ description: "The classes that some pixel has, the largest first." }),
  mask: z.string().openapi({ description: "The base64 of a grey PNG: the class of each pixel." }),
});

function routeOf(settings: ServeSettings) {
  return createRoute({
    method: "post",
    path: "/segment",
    tags: ["tasks"],
    summary: "Says the class of each pixel of images.",
    request: jsonBody(
      z.strictObject({ model: modelName, input: oneOrMany(imageObject, "{ image }", settings) })
        .openapi("Segment"),
    ),
    responses: jsonAnswer(listAnswer("Masks", item), "One mask for each image."),
  });
}

/** Makes masks. */
export const segment: Route = (app, parts) => {
  app.openapi(routeOf(parts.settings), async (c) => {
    const { model: name, input } = c.req.valid("json");
    const { model } = modelFor(c, parts, name, ["image-segmentation"]);
    const answers = await answersTo<SegmentedImage>(c, parts, model, imagesOf(input));
    const encode = await pngEncoder();
    const data = answers.map(({ labels, mask }, index) => {
      const { width, height } = mask;
      const png = encode({ width, height, channels: 1, data: greysOf(mask) });
      return { index, width, height, labels: [...labels], mask: png.toBase64() };
    });
    return c.json(listed(c, model, data), 200);
  });
};

/** The most that a grey of 8 bits can be. */
const mostGrey = 255;

/** Classes as greys; an error of kind "unsupported" where there are more classes than greys. */
function greysOf({ data }: LabelMask): Uint8Array {
  if (data.some((id) => id > mostGrey)) {
    throw new TunebookError("unsupported", "a mask of more than 256 classes fits into no grey PNG");
  }
  return Uint8Array.from(data);
}
