import type { Volume } from '@blurcycle/core';

/**
 * OME-XML of a z stack whose planes are the pages of its own file, in order.
 *
 * Lengths are in µm, the default unit of the schema. The text is plain ASCII, as the tag
 * ImageDescription demands.
 * Source: OME-XML schema 2016-06.
 */
export function formatOmeXml(
  volume: Volume,
  pixelType: 'float' | 'uint16',
  bigEndian = false,
): string {
  const [depth, height, width] = volume.shape;
  const [dz, dy, dx] = volume.voxelSizeUm;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"',
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
    ' xsi:schemaLocation="http://www.openmicroscopy.org/Schemas/OME/2016-06',
    ' http://www.openmicroscopy.org/Schemas/OME/2016-06/ome.xsd" Creator="blurcycle">',
    '<Image ID="Image:0" Name="volume">',
    `<Pixels ID="Pixels:0" DimensionOrder="XYZCT" Type="${pixelType}" BigEndian="${bigEndian}"`,
    ` SizeX="${width}" SizeY="${height}" SizeZ="${depth}" SizeC="1" SizeT="1"`,
    ` PhysicalSizeX="${dx}" PhysicalSizeXUnit="&#181;m"`,
    ` PhysicalSizeY="${dy}" PhysicalSizeYUnit="&#181;m"`,
    ` PhysicalSizeZ="${dz}" PhysicalSizeZUnit="&#181;m">`,
    '<Channel ID="Channel:0:0" SamplesPerPixel="1"/>',
    `<TiffData IFD="0" PlaneCount="${depth}"/>`,
    '</Pixels></Image></OME>',
  ].join('');
}
