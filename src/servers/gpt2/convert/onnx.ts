import * as proto from './protobuf.ts';

/** ONNX's numbers of element types. */
export const ElementType = { float: 1, uint8: 2, int32: 6, int64: 7 } as const;
export type ElementType = (typeof ElementType)[keyof typeof ElementType];

/** A number for a fixed size, a name for a variable one. */
export type Dimension = number | string;
/** A whole number is an int, `{ float }` a float. */
export type Attributes = Readonly<Record<string, number | { readonly float: number } | readonly number[]>>;

/** Position of a large tensor in the data file next to the model. */
export interface ExternalData {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** A graph to which nodes are added. Values have names. */
export interface GraphBuilder {
  input(name: string, type: ElementType, shape: readonly Dimension[]): string;
  output(name: string, type: ElementType, shape: readonly Dimension[]): void;
  /** Adds a node. Returns the names of its outputs. An empty name omits an optional input or output. */
  node(op: string, inputs: readonly string[], outputs: readonly string[], attributes?: Attributes): void;
  constant(name: string, type: ElementType, shape: readonly number[], data: Uint8Array | ExternalData): string;
  /** Returns the model file. */
  build(description: string): Uint8Array<ArrayBuffer>;
}

/** Operators of ONNX Runtime's own domain. All others are standard. */
const contributed = new Set([
  'SkipLayerNormalization',
  'FastGelu',
  'FusedMatMul',
  'MatMulNBits',
  'MultiHeadAttention',
  'GatherBlockQuantized',
]);
const microsoft = 'com.microsoft';

function attribute(name: string, value: Attributes[string]): proto.Encoded {
  const parts = [proto.text(1, name)];
  if (typeof value === 'number') parts.push(proto.integer(3, value), proto.integer(20, 2));
  else if ('float' in value) parts.push(proto.single(2, value.float), proto.integer(20, 1));
  else parts.push(proto.integers(8, value), proto.integer(20, 7));
  return proto.message(5, parts);
}

function valueInfo(field: number, name: string, type: ElementType, shape: readonly Dimension[]): proto.Encoded {
  const dimensions = shape.map((size) =>
    proto.message(1, [typeof size === 'number' ? proto.integer(1, size) : proto.text(2, size)]),
  );
  const tensor = proto.message(1, [proto.integer(1, type), proto.message(2, dimensions)]);
  return proto.message(field, [proto.text(1, name), proto.message(2, [tensor])]);
}

function entry(key: string, value: string | number): proto.Encoded {
  return proto.message(13, [proto.text(1, key), proto.text(2, String(value))]);
}

/** Returns an empty graph. */
export function newGraph(name: string): GraphBuilder {
  const parts: proto.Encoded[] = [proto.text(2, name)];
  let nodes = 0;
  return {
    input: (inputName, type, shape) => {
      parts.push(valueInfo(11, inputName, type, shape));
      return inputName;
    },
    output: (outputName, type, shape) => void parts.push(valueInfo(12, outputName, type, shape)),
    node: (op, inputs, outputs, attributes = {}) => {
      parts.push(
        proto.message(1, [
          ...inputs.map((input) => proto.text(1, input)),
          ...outputs.map((output) => proto.text(2, output)),
          proto.text(3, `${op}_${nodes++}`),
          proto.text(4, op),
          ...Object.entries(attributes).map(([key, value]) => attribute(key, value)),
          ...(contributed.has(op) ? [proto.text(7, microsoft)] : []),
        ]),
      );
    },
    constant: (constantName, type, shape, data) => {
      const where =
        data instanceof Uint8Array
          ? [proto.bytes(9, data)]
          : [
              entry('location', data.file),
              entry('offset', data.offset),
              entry('length', data.bytes),
              proto.integer(14, 1),
            ];
      parts.push(
        proto.message(5, [proto.integers(1, shape), proto.integer(2, type), proto.text(8, constantName), ...where]),
      );
      return constantName;
    },
    build: (description) =>
      proto.join([
        proto.integer(1, 8),
        proto.text(2, 'loadlens'),
        proto.text(6, description),
        proto.message(8, [proto.text(1, ''), proto.integer(2, 17)]),
        proto.message(8, [proto.text(1, microsoft), proto.integer(2, 1)]),
        proto.message(7, parts),
      ]),
  };
}
