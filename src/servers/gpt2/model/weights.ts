/** Weights of a model, from a file or random. */
export interface WeightSource {
  /** Returns a weight by name, row-major, in single precision. */
  read(name: string): Promise<Float32Array<ArrayBuffer>>;
  close(): Promise<void>;
}
