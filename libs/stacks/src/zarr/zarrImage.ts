import { lengthUnitUm, type StatedVoxelSize } from '@blurcycle/data';

const AXIS_NAMES = ['t', 'c', 'z', 'y', 'x'] as const;
/** Axes of versions before 0.3 and of files that do not name them. */
const OLD_AXES = ['t', 'c', 'z', 'y', 'x'] as const;

/** Axis of an array: time, channel, or one of space. */
export type ZarrAxis = (typeof AXIS_NAMES)[number];

/** What the attributes of OME-Zarr say of an image. */
export interface ZarrImage {
  readonly name: string | undefined;
  /** Path of the first level, which is the largest, from the group. */
  readonly level: string;
  /** In the order of the array. */
  readonly axes: readonly ZarrAxis[];
  readonly statedVoxelSizeUm: StatedVoxelSize;
}

type Fields = ReadonlyMap<string, unknown>;

/** The fields of an object of JSON; none for anything else. */
function fieldsOf(value: unknown): Fields {
  return new Map<string, unknown>(
    typeof value === 'object' && value !== null ? Object.entries(value) : [],
  );
}

/** A list of JSON; an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** Attributes of a group that concern OME-Zarr: under `ome` from version 0.5 on. */
export function omeFields(attributes: unknown): Fields {
  const fields = fieldsOf(attributes);
  return fields.has('ome') ? fieldsOf(fields.get('ome')) : fields;
}

/**
 * The images of a group by its attributes. None where these describe no image.
 *
 * Sources: OME-NGFF 0.1 to 0.5, section `multiscales`.
 *
 * @throws {Error} One line, for what is no image of a microscope or cannot be understood.
 */
export function parseImages(attributes: unknown): readonly ZarrImage[] {
  const ome = omeFields(attributes);
  if (ome.has('plate') || ome.has('well')) {
    throw new Error(
      'it is a plate of wells (HCS), which are not read as one (name an image in it, such as plate.zarr/A/1/0)',
    );
  }
  if (ome.has('image-label')) throw new Error('it is a label image, which holds no light');
  return listOf(ome.get('multiscales')).map(parseImage);
}

function parseImage(multiscale: unknown): ZarrImage {
  const fields = fieldsOf(multiscale);
  const [first] = listOf(fields.get('datasets')).map(fieldsOf);
  const level = first?.get('path');
  if (typeof level !== 'string' || level === '')
    throw new Error('its multiscales name no level (the metadata are damaged)');
  const given = fields.has('axes') ? listOf(fields.get('axes')) : OLD_AXES;
  const axes = given.map(parseAxis);
  const names = axes.map(({ name }) => name);
  const isSound = new Set(names).size === names.length && ['y', 'x'].every(isOneOf(names));
  if (!isSound) {
    throw new Error(
      `its axes are ${names.join(', ') || 'not there'}, where y and x and at most z, c and t are read`,
    );
  }
  const scales = [first, fields].map((part) =>
    scaleOf(part?.get('coordinateTransformations'), axes.length),
  );
  const side = (name: ZarrAxis): number | null => {
    const i = names.indexOf(name);
    if (i < 0) return null;
    const { unitUm } = axes[i];
    const [own, all] = scales.map((scale) => scale?.[i]);
    if (unitUm === null || own === undefined) return null;
    const length = own * (all ?? 1) * unitUm;
    return Number.isFinite(length) && length > 0 ? length : null;
  };
  const name = fields.get('name');
  return {
    name: typeof name === 'string' ? name : undefined,
    ...{ level, axes: names, statedVoxelSizeUm: [side('z'), side('y'), side('x')] },
  };
}

function isOneOf(names: readonly string[]): (name: string) => boolean {
  return (name) => names.includes(name);
}

/** An axis; versions 0.3 and earlier name it alone. */
function parseAxis(axis: unknown): { readonly name: ZarrAxis; readonly unitUm: number | null } {
  const fields = fieldsOf(axis);
  const given = typeof axis === 'string' ? axis : fields.get('name');
  const text = typeof given === 'string' ? given.toLowerCase() : '';
  const name = AXIS_NAMES.find((known) => known === text);
  if (name === undefined) {
    const shown = JSON.stringify(given ?? null).slice(0, 40);
    throw new Error(`one of its axes is ${shown}, where x, y, z, c and t are read`);
  }
  const unit = fields.get('unit');
  return { name, unitUm: typeof unit === 'string' ? lengthUnitUm(unit) : null };
}

/** The factors of the scale among transformations; undefined where there is none. */
function scaleOf(transformations: unknown, rank: number): readonly number[] | undefined {
  const found = listOf(transformations)
    .map(fieldsOf)
    .find((fields) => fields.get('type') === 'scale');
  const scale = listOf(found?.get('scale')).map(Number);
  return scale.length === rank ? scale : undefined;
}
