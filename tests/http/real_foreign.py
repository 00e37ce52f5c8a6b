"""Files that people upload for pictures and that are none of the accepted
formats: 415 names what they are."""

import gzip
import io
import struct
import zipfile

from pictures import encode
from real_pictures import Case, scene
from real_png import SIGNATURE, chunk, png


def media(brand, *others):
    brands = b"".join(it.encode() for it in others)
    return (struct.pack(">I", 16 + len(brands)) + b"ftyp" + brand.encode() +
            b"\0\0\0\0" + brands + b"\0\0\1\0meta" + b"\0" * 500)


def docx():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<document/>")
    return file.getvalue()


def archive():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as it:
        it.writestr("IMG_0001.JPG", b"\xff\xd8\xff")
    return file.getvalue()


def cgbi():
    """As Xcode writes PNGs for iPhones: a chunk before the header."""
    return (SIGNATURE + chunk(b"CgBI", b"\x50\0\x20\x02") +
            png(scene())[len(SIGNATURE):])


SVG = (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
       b"<rect width='9' height='9'/></svg>")

FOREIGN = {
    "photo.heic": (media("heic", "mif1", "heic"), "HEIC (iPhone photo)"),
    "photo.jpg": (media("heic", "mif1", "heic"), "HEIC (iPhone photo)"),
    "mif1.heic": (media("mif1", "mif1", "heic"), "HEIC (iPhone photo)"),
    "photo.avif": (media("avif", "mif1", "miaf"), "AVIF"),
    "photo.cr3": (media("crx ", "crx ", "isom"), "CR3 (Canon raw photo)"),
    "film.mp4": (media("isom", "isom", "avc1"), "MP4 (video)"),
    "film.mov": (media("qt  ", "qt  "), "MOV (QuickTime video)"),
    "song.m4a": (media("M4A ", "mp42"), "M4A (audio)"),
    "photo.jxl": (b"\xff\x0a" + b"\x20" * 99, "JPEG XL"),
    "picture.svg": (SVG, "SVG"),
    "prolog.svg": (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x -->\n"
                   b"<!DOCTYPE svg>\n" + SVG, "SVG"),
    "wide.svg": (("<?xml version='1.0' encoding='UTF-16'?>" +
                  SVG.decode()).encode("UTF-16"), "SVG"),
    "picture.svgz": (gzip.compress(SVG), "GZIP (or SVGZ)"),
    "page.html": (b"<!DOCTYPE html><html></html>", "HTML"),
    "paper.pdf": (b"%PDF-1.7\n" + b"x" * 500, "PDF"),
    "logo.eps": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "EPS (PostScript)"),
    "layers.psd": (b"8BPS\0\1" + b"\0" * 99, "PSD (Photoshop)"),
    "layers.psb": (b"8BPS\0\2" + b"\0" * 99, "PSB (Photoshop)"),
    "favicon.ico": (lambda: encode(scene(), "ICO"), "ICO (icon)"),
    "picture.icns": (b"icns\0\0\1\0ic07", "ICNS (icons of macOS)"),
    "picture.pcx": (lambda: encode(scene(), "PCX"), "PCX"),
    "picture.ppm": (lambda: encode(scene(), "PPM"), "PNM (Netpbm)"),
    "picture.dds": (lambda: encode(scene(), "DDS"), "DDS (texture)"),
    "picture.xbm": (lambda: encode(scene().convert("1"), "XBM"), "XBM"),
    "raw.cr2": (b"II*\0\x10\0\0\0CR\2\0" + b"\0" * 99,
                "CR2 (Canon raw photo)"),
    "raw.raf": (b"FUJIFILMCCD-RAW 0201FF383501", "RAF (Fujifilm raw photo)"),
    "iphone.png": (cgbi, "PNG for iPhones"),
    "paper.docx": (docx, "DOCX, XLSX or PPTX (Office)"),
    "photos.zip": (archive, "ZIP"),
    "film.webm": (b"\x1a\x45\xdf\xa3" + b"\0" * 99, "WebM or MKV (video)"),
    "film.avi": (b"RIFF\0\0\1\0AVI LIST", "AVI (video)"),
    "song.mp3": (b"ID3\4\0\0\0\0\0\0" + b"\0" * 99, "MP3 (audio)"),
    "notes.txt": (b"Some notes, and no picture.", "a file of another kind"),
    "zeros.bin": (b"\0" * 1000, "a file of another kind"),
}


def foreign_cases():
    for name, (data, what) in FOREIGN.items():
        yield Case(name, data if callable(data) else lambda data=data: data,
                   status=415,
                   detail="expected jpeg, png, gif, webp, tiff or bmp, "
                          f"found {what}")


CASES = [*foreign_cases()]
