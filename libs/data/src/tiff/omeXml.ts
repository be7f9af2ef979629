import type { Shape3, VoxelSizeUm } from '@blurcycle/core';

/** An image of one or several z stacks: channels and time points. */
export interface Hyperstack {
  /** Sides of one z stack. */
  readonly shape: Shape3;
  /** Null where nobody knows it. */
  readonly voxelSizeUm: VoxelSizeUm | null;
  readonly channels: number;
  readonly timePoints: number;
}

/**
 * OME-XML of an image whose planes are the pages of the same file, in the order c, z, t.
 *
 * Lengths are in µm, the default unit of the schema. The text is ASCII, as the tag ImageDescription
 * requires.
 * Source: OME-XML schema 2016-06.
 *
 * @param note - Text about how the image was made; a comment annotation.
 */
export function formatOmeXml(
  { shape, voxelSizeUm, channels, timePoints }: Hyperstack,
  pixelType: 'float' | 'uint16',
  { bigEndian = false, note }: { readonly bigEndian?: boolean; readonly note?: string } = {},
): string {
  const [depth, height, width] = shape;
  const sizes = (['Z', 'Y', 'X'] as const).map((axis, i) =>
    voxelSizeUm === null
      ? ''
      : ` PhysicalSize${axis}="${voxelSizeUm[i]}" PhysicalSize${axis}Unit="&#181;m"`,
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"',
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ' xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06',
    ' http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd" Creator="blurcycle">',
    '<Image ID="Image:0" Name="volume">',
    `<Pixels ID="Pixels:0" DimensionOrder="${channels === 1 ? 'XYZCT' : 'XYCZT'}" Type="${pixelType}" BigEndian="${bigEndian}"`,
    ` SizeX="${width}" SizeY="${height}" SizeZ="${depth}" SizeC="${channels}" SizeT="${timePoints}"`,
    `${sizes.reverse().join('')}>`,
    ...Array.from(
      { length: channels },
      (_, channel) => `<Channel ID="Channel:0:${channel}" SamplesPerPixel="1"/>`,
    ),
    `<TiffData IFD="0" PlaneCount="${depth * channels * timePoints}"/>`,
    '</Pixels>',
    ...(note === undefined
      ? ['</Image>']
      : [
          '<AnnotationRef ID="Annotation:0"/></Image>',
          '<StructuredAnnotations><CommentAnnotation ID="Annotation:0" Namespace="blurcycle">',
          `<Value>${escapeXml(note)}</Value></CommentAnnotation></StructuredAnnotations>`,
        ]),
    '</OME>',
  ].join('');
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"']|[^ -~]/gu, (letter) => `&#${letter.codePointAt(0)};`);
}
