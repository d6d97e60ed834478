/**
 * `/detect`: objects in images.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { DetectionPrediction } from "../../tasks/object_detection/prediction.ts";
import { imageObject, imagesOf } from "../schemas/image_input.ts";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { itemIndex, listAnswer, listed } from "../schemas/list_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import { oneOrMany } from "../schemas/text_input.ts";
import type { ServeSettings } from "../serve_options.ts";
import { answersTo, modelFor } from "./asked_model.ts";
import type { Route } from "./route.ts";

const object = z.object({
  label: z.string(),
  score: z.number(),
  box: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }).openapi({
    description: "In pixels of the image; x and y are those of the upper left corner.",
  }),
});
const answer = listAnswer(
  "Detections",
  z.object({
    index: itemIndex,
    objects: z.array(object).openapi({ description: "The surest first." }),
  }),
);

function routeOf(settings: ServeSettings) {
  return createRoute({
    method: "post",
    path: "/detect",
    tags: ["tasks"],
    summary: "Finds objects in images.",
    request: jsonBody(
      z.strictObject({
        model: modelName,
        input: oneOrMany(imageObject, "{ image }", settings),
        threshold: z.number().min(0).max(1).optional().openapi({
          description:
            "Leaves out what the model is less sure of, beside what it leaves out itself.",
        }),
      }).openapi("Detect"),
    ),
    responses: jsonAnswer(answer, "The objects in each image."),
  });
}

/** Finds objects. */
export const detect: Route = (app, parts) => {
  app.openapi(routeOf(parts.settings), async (c) => {
    const { model: name, input, threshold = 0 } = c.req.valid("json");
    const { model } = modelFor(c, parts, name, ["object-detection"]);
    const answers = await answersTo<DetectionPrediction>(c, parts, model, imagesOf(input));
    const data = answers.map(({ objects }, index) => ({
      index,
      objects: objects.filter(({ score }) => score >= threshold)
        .map(({ label, score, box: [x, y, width, height] }) => ({
          label,
          score,
          box: { x, y, width, height },
        })),
    }));
    return c.json(listed(c, model, data), 200);
  });
};
