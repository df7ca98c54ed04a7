// Replaces sharp (images) and onnxruntime-web (browsers) in the bundle: transformers.js imports both, but text doesn't need them.
/** Throws. transformers.js checks only that it exists. */
export default function unused(): never {
  throw new Error('This part of transformers.js is not in the bundle.');
}
