/**
 * transformers.js takes a runtime that has `process` for Node and asks for its environment, which needs a permission.
 *
 * @module
 */
globalThis.process = undefined;
