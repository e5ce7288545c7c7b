/** A product of `[rows, inner]` with constant `[inner, columns]`. */
export interface MatrixProduct {
  readonly rows: number
  readonly inner: number
  readonly columns: number
  /** `int8`: unsigned activations and signed weights, summed up in 32 bits. */
  readonly precision: 'fp32' | 'int8'
}

const ONNX_FLOAT = 1
const ONNX_UINT8 = 2
const ONNX_INT8 = 3
/** Versions of the format and of its operators. */
const IR_VERSION = 9
const OPSET = 20

/**
 * The product as an ONNX graph, `x` → `y` in fp32, written by hand after `onnx.proto` so that nothing needs to be shipped
 * for a measurement.
 */
export function productGraph({ inner, columns, precision }: MatrixProduct): Uint8Array {
  const weights = new Int8Array(inner * columns).map((_, i) => ((i * 37) % 127) - 63)
  const isInt8 = precision === 'int8'
  const raw = isInt8 ? weights : Float32Array.from(weights, (weight) => weight / 63)
  const initializer = [
    varint(1, inner),
    varint(1, columns),
    varint(2, isInt8 ? ONNX_INT8 : ONNX_FLOAT),
    text(8, 'w'),
    bytes(9, new Uint8Array(raw.buffer)),
  ]
  const nodes = isInt8
    ? [
        node('Cast', ['x'], 'x8', ONNX_UINT8),
        node('MatMulInteger', ['x8', 'w'], 'y32'),
        node('Cast', ['y32'], 'y', ONNX_FLOAT),
      ]
    : [node('MatMul', ['x', 'w'], 'y')]
  const graph = [
    ...nodes.map((content) => message(1, content)),
    text(2, 'product'),
    message(5, initializer),
    message(11, tensorInfo('x')),
    message(12, tensorInfo('y')),
  ]
  return Buffer.concat([varint(1, IR_VERSION), message(7, graph), message(8, [varint(2, OPSET)])])
}

function node(operator: string, inputs: readonly string[], output: string, castTo?: number): Uint8Array[] {
  const to = castTo === undefined ? [] : [message(5, [text(1, 'to'), varint(3, castTo), varint(20, 2)])]
  return [...inputs.map((input) => text(1, input)), text(2, output), text(4, operator), ...to]
}

/** A matrix of fp32 whose size is not said. */
function tensorInfo(name: string): Uint8Array[] {
  const dims = ['rows', `columns_${name}`].map((dim) => message(1, [text(2, dim)]))
  return [text(1, name), message(2, [message(1, [varint(1, ONNX_FLOAT), message(2, dims)])])]
}

/** Fields of Protocol Buffers: a key with number and wire type, then the value. */
function varint(field: number, value: number): Uint8Array {
  return Uint8Array.from([...base128(field << 3), ...base128(value)])
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...base128((field << 3) | 2), ...base128(content.length)]), content])
}

function text(field: number, content: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(content))
}

function message(field: number, content: readonly Uint8Array[]): Uint8Array {
  return bytes(field, Buffer.concat(content))
}

function base128(value: number): number[] {
  const low = value % 128
  return value < 128 ? [low] : [low | 128, ...base128(Math.floor(value / 128))]
}
