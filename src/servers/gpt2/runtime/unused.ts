// Stands in for sharp (pictures) and onnxruntime-web (browsers) in the bundle: transformers.js imports both, text needs neither.
/** transformers.js only looks whether there is one. */
export default function unused(): never {
  throw new Error('This part of transformers.js is not in the bundle.');
}
