import type { Precision } from '@blurcycle/core';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { runProgram, type ProgramRun } from '../runProgram.ts';
import type { WebgpuBackend } from '../webgpuBackend.ts';

/**
 * A matrix product whose factors are never stored: functions in WGSL compute their elements.
 *
 * `code` holds five functions.
 * `setUp(slice : i32) -> vec2<i32>`: called first; first and end of the summed index of this slice.
 * `describeRow(row : i32) -> vec4<i32>`: what `left` needs of a row, w below 0 where there is no
 * such row. `describeStep(step : i32) -> vec4<i32>`: what `left` and `right` need of a value of the
 * summed index. `left(row : vec4<i32>, step : vec4<i32>) -> f32` and
 * `right(index : i32, step : vec4<i32>, column : i32) -> f32`: the factors.
 * `store(slice : i32, row : i32, column : i32, value : f32)`: writes one element that is inside the
 * product.
 *
 * Rows and steps are described once and used many times, since taking an index apart costs more
 * than a product.
 */
interface MatrixProduct extends Pick<ProgramRun, 'name' | 'inputs' | 'outputShape' | 'integers'> {
  readonly rows: number;
  readonly columns: number;
  /**
   * Values of the summed index in the slice that has most of them: all invocations of a workgroup
   * must loop equally often.
   */
  readonly longestSum: number;
  /** Products of the same kind beside each other, or parts of one sum. @defaultValue 1 */
  readonly slices?: number;
  /** What the factors are rounded to. */
  readonly precision: Precision;
  readonly code: string;
}

/** Form in which factors lie in shared memory. */
type FactorForm = Precision | 'half';

/** What a workgroup, and an invocation in it, computes at once. All are multiples of 4. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly rowsPerInvocation: number;
  readonly columnsPerInvocation: number;
}

// Our choice, by the sizes of registers and shared memory that every GPU has; not tuned on one.
const WIDE: Tile = { rows: 128, columns: 64, rowsPerInvocation: 8, columnsPerInvocation: 8 };
const NARROW: Tile = { rows: 128, columns: 16, rowsPerInvocation: 4, columnsPerInvocation: 4 };
/**
 * Values of the summed index in shared memory at once: 16 channels side by side are a memory
 * transaction of 64 bytes.
 */
const DEPTH = 16;
const MOST_WORKGROUPS_X = 32_768;

/** Workgroups that one slice of a product needs, for choosing the number of slices. */
export function workgroupsOf(rows: number, columns: number): number {
  const tile = tileFor(columns);
  return Math.ceil(rows / tile.rows) * Math.ceil(columns / tile.columns);
}

/** Multiplies: tiles of both factors in shared memory, sums in registers, all sums in float32. */
export function multiplyMatrices(gpu: WebgpuBackend, product: MatrixProduct): TensorInfo {
  const { name, inputs, outputShape, rows, columns, slices = 1 } = product;
  const tile = tileFor(columns);
  const { precision } = product;
  const form = precision === 'float32' && gpu.roundsConvolutionsToHalf ? 'half' : precision;
  const rowTiles = Math.ceil(rows / tile.rows);
  const across = Math.min(rowTiles, MOST_WORKGROUPS_X);
  const columnTiles = Math.ceil(columns / tile.columns);
  return runProgram(gpu, {
    name: `${name}/${tile.columns}${form === 'float32' ? '' : form}`,
    inputs,
    outputShape,
    workgroupSize: invocationsOf(tile),
    workgroups: [across, Math.ceil(rowTiles / across), columnTiles * slices],
    integers: {
      ...product.integers,
      productSides: [rows, columns, columnTiles, Math.ceil(product.longestSum / DEPTH)],
    },
    code: `${product.code}${multiplyCode(tile, form)}`,
  });
}

function tileFor(columns: number): Tile {
  return columns <= NARROW.columns ? NARROW : WIDE;
}

function invocationsOf({ rows, columns, rowsPerInvocation, columnsPerInvocation }: Tile): number {
  return (rows / rowsPerInvocation) * (columns / columnsPerInvocation);
}

/**
 * A factor's tile: four neighboring rows (or columns) together, one more in a line than needed so
 * that lines start in different banks.
 */
function sharedTile(name: string, side: number, form: FactorForm): string {
  const half = form === 'half';
  const stored = form === 'bfloat16' ? 'roundToBfloat16(value)' : 'value';
  const type = half ? 'vec2<u32>' : 'vec4<f32>';
  const line = side / 4 + 1;
  return `
    var<workgroup> ${name}Tile : array<${type}, ${DEPTH * line}>;
    fn ${name}Put(step : i32, four : i32, value : vec4<f32>) {
      ${name}Tile[step * ${line} + four] = ${half ? 'vec2<u32>(pack2x16float(value.xy), pack2x16float(value.zw))' : stored};
    }
    fn ${name}Get(step : i32, four : i32) -> vec4<f32> {
      let found = ${name}Tile[step * ${line} + four];
      return ${half ? 'vec4<f32>(unpack2x16float(found.x), unpack2x16float(found.y))' : 'found'};
    }`;
}

/** WGSL: the nearest bfloat16, the upper half of a float32, ties to even. */
const ROUNDING_CODE = `
    fn roundToBfloat16(value : vec4<f32>) -> vec4<f32> {
      let bits = bitcast<vec4<u32>>(value);
      let nearest = (bits + 0x7fffu + ((bits >> vec4<u32>(16u)) & vec4<u32>(1u))) & vec4<u32>(0xffff0000u);
      return select(bitcast<vec4<f32>>(nearest), value, (bits & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u));
    }`;

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function multiplyCode(tile: Tile, form: FactorForm): string {
  const { rows, columns, rowsPerInvocation, columnsPerInvocation } = tile;
  const invocations = invocationsOf(tile);
  const lanes = invocations / DEPTH;
  const [rowFours, columnFours] = [range(rowsPerInvocation / 4), range(columnsPerInvocation / 4)];
  const places = range(rowsPerInvocation).flatMap((r) => columnFours.map((c) => ({ r, c })));
  const lines = (parts: readonly string[]): string => parts.join('\n          ');
  return `
    var<workgroup> places : array<vec4<i32>, ${rows}>;
    ${ROUNDING_CODE}
    ${sharedTile('left', rows, form)}
    ${sharedTile('right', columns, form)}

    fn leftAt(row : i32, step : vec4<i32>) -> f32 {
      let place = places[row];
      if (place.w < 0 || step.w < 0) { return 0.0; }
      return left(place, step);
    }

    fn rightAt(index : i32, step : vec4<i32>, column : i32) -> f32 {
      if (step.w < 0 || column >= uniforms.productSides.y) { return 0.0; }
      return right(index, step, column);
    }

    fn keep(slice : i32, row : i32, column : i32, value : f32) {
      if (row < uniforms.productSides.x && column < uniforms.productSides.y) { store(slice, row, column, value); }
    }

    fn main() {
      let slice = i32(workgroupId.z) / uniforms.productSides.z;
      let firstRow = i32(workgroupId.x + workgroupId.y * numWorkgroups.x) * ${rows};
      let firstColumn = i32(workgroupId.z) % uniforms.productSides.z * ${columns};
      let span = setUp(slice);
      for (var row = i32(localIndex); row < ${rows}; row += ${invocations}) { places[row] = describeRow(firstRow + row); }
      workgroupBarrier();

      let lane = i32(localIndex) % ${DEPTH};
      let group = i32(localIndex) / ${DEPTH};
      let rowFour = i32(localIndex) / ${columns / columnsPerInvocation} * ${rowsPerInvocation / 4};
      let columnFour = i32(localIndex) % ${columns / columnsPerInvocation} * ${columnsPerInvocation / 4};
      var sums : array<vec4<f32>, ${places.length}>;

      for (var round = 0; round < uniforms.productSides.w; round++) {
        let index = span.x + round * ${DEPTH} + lane;
        var step = vec4<i32>(-1);
        if (index < span.y) { step = describeStep(index); }
        for (var four = group; four < ${rows / 4}; four += ${lanes}) {
          var value : vec4<f32>;
          for (var i = 0; i < 4; i++) { value[i] = leftAt(4 * four + i, step); }
          leftPut(lane, four, value);
        }
        for (var four = group; four < ${columns / 4}; four += ${lanes}) {
          var value : vec4<f32>;
          for (var i = 0; i < 4; i++) { value[i] = rightAt(index, step, firstColumn + 4 * four + i); }
          rightPut(lane, four, value);
        }
        workgroupBarrier();
        for (var k = 0; k < ${DEPTH}; k++) {
          ${lines(rowFours.map((i) => `let a${i} = leftGet(k, rowFour + ${i});`))}
          ${lines(columnFours.map((i) => `let b${i} = rightGet(k, columnFour + ${i});`))}
          ${lines(places.map(({ r, c }, i) => `sums[${i}] += a${Math.floor(r / 4)}[${r % 4}] * b${c};`))}
        }
        workgroupBarrier();
      }
      // A loop, since the code that stores is long; a compiler that unrolls it keeps the sums in
      // registers.
      for (var i = 0; i < ${4 * places.length}; i++) {
        let column = firstColumn + 4 * (columnFour + i / 4 % ${columnFours.length}) + i % 4;
        keep(slice, firstRow + 4 * rowFour + i / ${columnsPerInvocation}, column, sums[i / 4][i % 4]);
      }
    }`;
}
