/** Where a model's weights come from; both kinds go through the same converter. */
export interface WeightSource {
  /** The named weight, row-major, in single precision. */
  read(name: string): Promise<Float32Array<ArrayBuffer>>;
  close(): Promise<void>;
}
