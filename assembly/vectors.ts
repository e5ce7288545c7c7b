// Sums and dot products of vectors, four numbers at a time. AssemblyScript: `npm run build:assembly` compiles it into
// `src/knowledge/vectors/assembly.generated.ts`, and `kernels.ts` beside that has the layout of the memory and what each
// function is for. Pointers are in bytes; the dimensions of vectors are multiples of 8, those of `code` of 4.

/** Writes the sum of `n` rows of int8, each times its scale, and returns its length. */
export function sum(pieces: usize, n: i32, rows: usize, scales: usize, dims: i32, out: usize): f32 {
  memory.fill(out, 0, dims << 2)
  for (let p = 0; p < n; p++) {
    const row = <usize>load<u16>(pieces + (p << 1))
    const scale = f32x4.splat(load<f32>(scales + (row << 2)))
    const from = rows + row * dims
    for (let i = 0; i < dims; i += 8) {
      const whole = v128.load_ext<i8>(from + i)
      const at = out + (i << 2)
      const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(whole))
      const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_s(whole))
      v128.store(at, f32x4.add(v128.load(at), f32x4.mul(low, scale)))
      v128.store(at, f32x4.add(v128.load(at, 16), f32x4.mul(high, scale)), 16)
    }
  }
  return sqrt<f32>(dot(out, out, dims))
}

/** Multiplies a vector with a number. */
export function scale(vector: usize, factor: f32, dims: i32): void {
  const factors = f32x4.splat(factor)
  for (let at = vector, end = vector + (dims << 2); at < end; at += 16)
    v128.store(at, f32x4.mul(v128.load(at), factors))
}

/** The dot product of two vectors. */
export function dot(a: usize, b: usize, dims: i32): f32 {
  let first = f32x4.splat(0)
  let second = f32x4.splat(0)
  for (let i: usize = 0, end = (<usize>dims) << 2; i < end; i += 32) {
    first = f32x4.add(first, f32x4.mul(v128.load(a + i), v128.load(b + i)))
    second = f32x4.add(second, f32x4.mul(v128.load(a + i, 16), v128.load(b + i, 16)))
  }
  const four = f32x4.add(first, second)
  return (
    f32x4.extract_lane(four, 0) +
    f32x4.extract_lane(four, 1) +
    (f32x4.extract_lane(four, 2) + f32x4.extract_lane(four, 3))
  )
}

/** Writes the dot products of a vector with `n` rows. */
export function dots(vector: usize, rows: usize, n: i32, dims: i32, out: usize): void {
  for (let i = 0; i < n; i++) store<f32>(out + (i << 2), dot(vector, rows + ((i * dims) << 2), dims))
}

/** Which of `n` rows is nearest to a vector: the one with the highest dot product less half its square. */
export function nearest(vector: usize, rows: usize, halfSquares: usize, n: i32, dims: i32): i32 {
  let best = 0
  let highest: f32 = -Infinity
  for (let i = 0; i < n; i++) {
    const score = dot(vector, rows + ((i * dims) << 2), dims) - load<f32>(halfSquares + (i << 2))
    if (score <= highest) continue
    best = i
    highest = score
  }
  return best
}

/**
 * Writes, for each four dimensions of `vector - centre`, the nearest of 16 points as 4 bits, the low ones of a byte first.
 * The points of four dimensions lie dimension by dimension, `[4, 16]`.
 */
export function code(
  vector: usize,
  centre: usize,
  points: usize,
  halfSquares: usize,
  dims: i32,
  out: usize,
): void {
  for (let part = 0; part < dims >> 2; part++) {
    const at = part << 4
    const rest = f32x4.sub(v128.load(vector + at), v128.load(centre + at))
    const level = levelOf(rest, points + (part << 8), halfSquares + (part << 6))
    const byte = out + (part >> 1)
    if (part & 1) store<u8>(byte, load<u8>(byte) | (level << 4))
    else store<u8>(byte, level)
  }
}

function levelOf(rest: v128, points: usize, halfSquares: usize): i32 {
  const a = f32x4.splat(f32x4.extract_lane(rest, 0))
  const b = f32x4.splat(f32x4.extract_lane(rest, 1))
  const c = f32x4.splat(f32x4.extract_lane(rest, 2))
  const d = f32x4.splat(f32x4.extract_lane(rest, 3))
  let highest = f32x4.splat(-Infinity)
  let levels = i32x4.splat(0)
  let own = i32x4(0, 1, 2, 3)
  for (let i: usize = 0; i < 64; i += 16) {
    const score = f32x4.sub(
      f32x4.add(
        f32x4.add(f32x4.mul(a, v128.load(points + i)), f32x4.mul(b, v128.load(points + i, 64))),
        f32x4.add(f32x4.mul(c, v128.load(points + i, 128)), f32x4.mul(d, v128.load(points + i, 192))),
      ),
      v128.load(halfSquares + i),
    )
    const isHigher = f32x4.gt(score, highest)
    highest = v128.bitselect(score, highest, isHigher)
    levels = v128.bitselect(own, levels, isHigher)
    own = i32x4.add(own, i32x4.splat(4))
  }
  let best = i32x4.extract_lane(levels, 0)
  let most = f32x4.extract_lane(highest, 0)
  if (f32x4.extract_lane(highest, 1) > most) {
    most = f32x4.extract_lane(highest, 1)
    best = i32x4.extract_lane(levels, 1)
  }
  if (f32x4.extract_lane(highest, 2) > most) {
    most = f32x4.extract_lane(highest, 2)
    best = i32x4.extract_lane(levels, 2)
  }
  if (f32x4.extract_lane(highest, 3) > most) best = i32x4.extract_lane(levels, 3)
  return best
}
