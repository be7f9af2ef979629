"""Writes the TIFF fixtures of this folder and their list, fixtures.json.

Run: python3 generate.py && npx prettier --write fixtures.json
Needs Debian's python3-tifffile, python3-pil and python3-numpy.

Every value follows from its position, so the tests need no copy of the data: with i the position in the array,
noise16(i) = ((i * 2654435761) mod 2^32) >> 16 and ramp(i) = (i * i) mod 251, brought into the range of the type.
"""

import hashlib
import json
import sys

import numpy
import PIL
import tifffile
from PIL import Image

entries = []


def values(shape, dtype, pattern):
    i = numpy.arange(int(numpy.prod(shape)), dtype=numpy.uint64)
    if pattern == "noise16":
        v = ((i * 2654435761) % 2**32) >> 16
    else:
        v = (i * i) % 251
    v = v.astype(numpy.float64)
    if dtype == "uint8" and pattern == "noise16":
        v = numpy.floor(v / 256)
    elif dtype == "int8":
        v = v % 200 - 100
    elif dtype in ("int16", "int32"):
        v = v - 100
    elif dtype in ("float32", "float64"):
        v = v * 0.25 - 10
    return v.reshape(shape).astype(dtype)


def note(name, writer, shape, dtype, pattern, **expected):
    digest = hashlib.sha256(open(name, "rb").read()).hexdigest()
    entries.append(
        dict(name=name, writer=writer, shape=list(shape), dtype=dtype, pattern=pattern, sha256=digest, **expected)
    )


def with_tifffile(name, shape, dtype, pattern="ramp", expected=None, **options):
    data = values(shape, dtype, pattern)
    options.setdefault("photometric", "minisblack")
    tifffile.imwrite(name, data, **options)
    read = tifffile.imread(name)
    assert read.dtype.newbyteorder("=") == data.dtype and (read.reshape(shape) == data).all(), name
    note(name, "tifffile", shape, dtype, pattern, **(expected or {}))


def with_libtiff(name, shape, dtype, pattern, compression, predictor=None):
    data = values(shape, dtype, pattern)
    pages = [Image.fromarray(page) for page in data]
    info = {317: predictor} if predictor else {}
    pages[0].save(name, save_all=True, append_images=pages[1:], compression=compression, tiffinfo=info)
    note(name, "libtiff", shape, dtype, pattern)


# libtiff's own coders, through Pillow.
with_libtiff("lzw-noise-u8.tif", (2, 64, 80), "uint8", "noise16", "tiff_lzw")
with_libtiff("lzw-ramp-u8.tif", (2, 64, 80), "uint8", "ramp", "tiff_lzw")
with_libtiff("lzw-predictor2-u16.tif", (2, 40, 33), "uint16", "noise16", "tiff_lzw", 2)
with_libtiff("lzw-predictor3-f32.tif", (2, 30, 33), "float32", "noise16", "tiff_lzw", 3)
with_libtiff("packbits-u8.tif", (3, 40, 33), "uint8", "ramp", "packbits")
with_libtiff("packbits-f32.tif", (2, 20, 33), "float32", "ramp", "packbits")
with_libtiff("deflate-predictor2-u16.tif", (3, 40, 33), "uint16", "noise16", "tiff_adobe_deflate", 2)
with_libtiff("deflate-predictor3-f32.tif", (3, 30, 33), "float32", "ramp", "tiff_adobe_deflate", 3)
with_libtiff("deflate-i32.tif", (2, 20, 33), "int32", "noise16", "tiff_deflate")

# Types and byte orders.
for order, letter in (("<", "le"), (">", "be")):
    for dtype in ("uint8", "uint16", "uint32", "int8", "int16", "int32", "float32", "float64"):
        with_tifffile(f"{dtype}-{letter}.tif", (3, 5, 7), dtype, byteorder=order, metadata=None)

# Layouts: strips, tiles, predictors, BigTIFF.
with_tifffile("strips-be.tif", (2, 201, 3), "uint16", byteorder=">", rowsperstrip=1, metadata=None)
for order, letter in (("<", "le"), (">", "be")):
    with_tifffile(f"tiles-deflate-{letter}.tif", (2, 35, 37), "uint16", "noise16", byteorder=order,
                  tile=(16, 16), compression="zlib", metadata=None)
    with_tifffile(f"bigtiff-{letter}.tif", (3, 5, 7), "float32", byteorder=order, bigtiff=True, metadata=None)
    for dtype in ("uint8", "uint16", "int32"):
        with_tifffile(f"predictor2-{dtype}-{letter}.tif", (2, 9, 11), dtype, byteorder=order,
                      compression="zlib", predictor=2, metadata=None)
with_tifffile("bigtiff-tiles-f64-be.tif", (2, 20, 21), "float64", byteorder=">", bigtiff=True, tile=(16, 32), metadata=None)

# ImageJ: voxel size by description and resolution; the one-directory form; channels and time points.
um = dict(expected=dict(voxelSizeUm=[0.3, 0.125, 0.1], source="ImageJ"))
ij = dict(imagej=True, resolution=(10, 8))
with_tifffile("imagej-micron.tif", (4, 5, 7), "uint16", **um, **ij, metadata=dict(spacing=0.3, unit="micron", axes="ZYX"))
with_tifffile("imagej-micro-sign.tif", (4, 5, 7), "float32", **um, **ij, metadata=dict(spacing=0.3, unit="\\u00B5m", axes="ZYX"))
with_tifffile("imagej-nm.tif", (4, 5, 7), "uint8", expected=um["expected"], imagej=True, resolution=(0.01, 0.008),
              metadata=dict(spacing=300, unit="nm", axes="ZYX"))
with_tifffile("imagej-one-directory.tif", (4, 5, 7), "uint16", **um, **ij, byteorder=">", truncate=True,
              metadata=dict(spacing=0.3, unit="um", axes="ZYX"))
with_tifffile("imagej-pixel.tif", (4, 5, 7), "uint16", imagej=True, metadata=dict(axes="ZYX"))
with_tifffile("imagej-channels.tif", (4, 2, 5, 7), "uint16", expected=dict(axes="ZCYX", **um["expected"]), **ij,
              metadata=dict(spacing=0.3, unit="um", axes="ZCYX"))
with_tifffile("imagej-times.tif", (3, 4, 2, 5, 7), "uint16", expected=dict(axes="TZCYX", **um["expected"]), **ij,
              metadata=dict(spacing=0.3, unit="um", axes="TZCYX"))
with_tifffile("imagej-frames-only.tif", (4, 5, 7), "uint16", expected=dict(axes="TYX"), imagej=True, metadata=dict(axes="TYX"))

# OME: units, orders, channels in planes and side by side.
sizes = dict(PhysicalSizeX=100, PhysicalSizeXUnit="nm", PhysicalSizeY=0.125, PhysicalSizeYUnit="µm",
             PhysicalSizeZ=0.0003, PhysicalSizeZUnit="mm")
ome = dict(expected=dict(voxelSizeUm=[0.3, 0.125, 0.1], source="OME"))
with_tifffile("ome-units.ome.tif", (4, 5, 7), "uint16", **ome, metadata=dict(axes="ZYX", **sizes))
with_tifffile("ome-big.ome.tif", (4, 5, 7), "float32", **ome, bigtiff=True, byteorder=">", metadata=dict(axes="ZYX", **sizes))
for axes, shape in (("CZYX", (2, 4, 5, 7)), ("TZCYX", (3, 4, 2, 5, 7)), ("ZTCYX", (4, 3, 2, 5, 7))):
    with_tifffile(f"ome-{axes.lower()}.ome.tif", shape, "uint16", expected=dict(axes=axes, **ome["expected"]),
                  metadata=dict(axes=axes, **sizes))

# tifffile's own description, with and without names; samples side by side; colour.
with_tifffile("shaped.tif", (4, 5, 7), "uint16")
with_tifffile("shaped-axes.tif", (3, 4, 5, 7), "uint16", expected=dict(axes="TZYX"), metadata=dict(axes="TZYX"))
with_tifffile("shaped-unnamed.tif", (3, 4, 5, 7), "uint16", expected=dict(refused="have no names"))
with_tifffile("samples.tif", (4, 5, 7, 2), "uint8", expected=dict(axes="ZYXC"), photometric="minisblack",
              planarconfig="contig", extrasamples=["unspecified"], metadata=None)
with_tifffile("samples-separate.tif", (2, 5, 7), "uint8", expected=dict(axes="CYX"), photometric="minisblack",
              planarconfig="separate", extrasamples=["unspecified"], metadata=None)
with_tifffile("rgb.tif", (2, 5, 7, 3), "uint8", expected=dict(refused="RGB"), photometric="rgb", metadata=None)
with_tifffile("single.tif", (5, 7), "uint16", metadata=None)

with open("fixtures.json", "w") as file:
    tools = dict(tifffile=tifffile.__version__, pillow=PIL.__version__, numpy=numpy.__version__, python=sys.version.split()[0])
    json.dump(dict(command="python3 generate.py && npx prettier --write fixtures.json", tools=tools, fixtures=entries), file, indent=1)
    file.write("\n")
