/**
 * tunebook: fine-tune pretrained models in TypeScript, in a notebook or from the command line.
 *
 * Everything is imported from "tunebook". The names stand by area in the files below, and each area is an import of
 * its own, which loads less: `import { model } from "tunebook/plan"`, `import { objectDetection } from "tunebook/vision"`.
 *
 * @module
 */

// From a model to a deployed folder: model, open, Plan, what a run leaves, training options
export * from "./plan.ts";

// What is learned. Judgements: preferences, rewards and what samples its own answers
export * from "./text.ts";
export * from "./vision.ts";
export * from "./judgements.ts";

// What a plan is made of
export * from "./data.ts";
export * from "./methods.ts";
export * from "./metrics.ts";
export * from "./deploy.ts";

// Before a training: advice, hyper-parameters, the choice among models
export * from "./advise.ts";
export * from "./search.ts";
export * from "./select.ts";

// One model of several, and smaller models
export * from "./combine.ts";
export * from "./prune.ts";

// What a trained model does, and why
export * from "./charts.ts";
export * from "./explain.ts";
export * from "./probe.ts";
export * from "./track.ts";

// Models at work, and people who judge
export * from "./serve.ts";
export * from "./feedback.ts";

// Parts of your own
export * from "./extend.ts";
