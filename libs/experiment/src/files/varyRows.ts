import { describeUnknown, InputError } from '@blurcycle/core';
import type { SharedSettings } from '../settings/runSettings.ts';
import type { ExperimentFile, MethodsFile, VaryDeclaration } from './fileSchemas.ts';
import type { ValuePath, YamlSource } from './yamlSource.ts';

type Row = ExperimentFile['rows'][number];

/** An experiment file before or after its rows are repeated. */
interface RowsFile {
  readonly source: YamlSource;
  readonly content: ExperimentFile;
}

/** What rows have that do not set a value themselves. */
interface SharedValues {
  readonly defaults: SharedSettings;
  readonly methods: MethodsFile;
}

/**
 * The file with every trained row repeated for each value of `vary`, behind the row itself, but for
 * the value that the row has anyway. Lines of repeated rows are those of the row that they repeat.
 *
 * @throws {InputError} If the setting is none, or no number.
 */
export function varyRows(file: RowsFile, { defaults, methods }: SharedValues): RowsFile {
  const { source, content } = file;
  const { vary } = content;
  if (vary === undefined) return file;
  const known = numbersOf(defaults);
  if (!known.includes(vary.setting)) {
    const where = `${source.file}:${source.lineOf(['vary', 'setting'])}`;
    throw new InputError(describeUnknown(where, 'number among the settings', vary.setting, known));
  }
  const path = vary.setting.split('.');
  const repeated = content.rows.flatMap((row, index) => {
    const itself = [{ row, index }];
    if (!Object.hasOwn(methods, row.method)) return itself;
    const { label, settings } = methods[row.method];
    const layers = [row.settings, content.settings, settings, defaults];
    const own = layers.map((layer) => valueAt(layer, path)).find((value) => value !== undefined);
    const others = vary.values.filter((value) => value !== own);
    return [
      ...itself,
      ...others.map((value) => ({ row: withValue(row, vary, value, label), index })),
    ];
  });
  return {
    source: { ...source, lineOf: (at) => source.lineOf(declaredAt(at, repeated)) },
    content: { ...content, rows: repeated.map(({ row }) => row) },
  };
}

/** What stands behind the id of a row that is repeated with a value: `-adversary-003` for 0.03. */
export function variedSuffix({ name }: Pick<VaryDeclaration, 'name'>, value: number): string {
  return `-${name}-${String(value).replace('.', '')}`;
}

/** The value at a path of keys; undefined where a key is missing. */
export function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string, unknown>)[key]
        : undefined,
    values,
  );
}

function withValue(row: Row, vary: VaryDeclaration, value: number, methodLabel: string): Row {
  const { method, id = method, label = methodLabel } = row;
  const settings = structuredClone((row.settings ?? {}) as Record<string, unknown>);
  const path = vary.setting.split('.');
  const parent = path.slice(0, -1).reduce<Record<string, unknown>>((values, key) => {
    values[key] ??= {};
    return values[key] as Record<string, unknown>;
  }, settings);
  parent[path[path.length - 1]] = value;
  return {
    ...row,
    id: `${id}${variedSuffix(vary, value)}`,
    label: `${label}, ${vary.name} ${value}`,
    settings,
  };
}

/** A path into the rows as they are declared. */
function declaredAt(path: ValuePath, rows: readonly { readonly index: number }[]): ValuePath {
  const [first, index, ...rest] = path;
  if (first !== 'rows' || typeof index !== 'number') return path;
  return [first, rows[index].index, ...rest];
}

/** Paths of all numbers among settings. */
function numbersOf(settings: object, prefix = ''): string[] {
  return Object.entries(settings).flatMap(([key, value]: [string, unknown]): string[] => {
    if (typeof value === 'number') return [`${prefix}${key}`];
    const isSection = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isSection ? numbersOf(value, `${prefix}${key}.`) : [];
  });
}
