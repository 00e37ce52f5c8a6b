#!/usr/bin/python3
"""Writes the seeds and the dictionaries of the fuzz targets into a folder: for
each target a folder of its name, and words in NAME.dict."""

import base64
import gzip
import os
import struct
import sys
import zlib


def of_base64(text):
    return base64.b64decode(text)


# Pictures of 16x8 pixels.
JPEG = of_base64(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo"
    "+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/2wBDASstLTw1PHZBQXb4pYyl+Pj4"
    "+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj4+Pj/wAARCA"
    "AIABADASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAXEAEAAwAAAAAAAAAAAAAA"
    "AAAAAgRh/8QAFQEBAQAAAAAAAAAAAAAAAAAAAgT/xAAYEQADAQEAAAAAAAAAAAAAAAAAAQMCEv"
    "/aAAwDAQACEQMRAD8AmhTxRCngJemwxro//9k=")
PROGRESSIVE_JPEG = of_base64(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACgcHiMeGSgjISMtKygwPGRBPDc3PHtYXUlkkYCZlo"
    "+AjIqgtObDoKrarYqMyP/L2u71////m8H////6/+b9//j/wgALCAAIABABAREA/8QAFAABAAAA"
    "AAAAAAAAAAAAAAAAA//aAAgBAQAAAAEk/8QAFRABAQAAAAAAAAAAAAAAAAAAABL/2gAIAQEAAQ"
    "UChD//xAAUEAEAAAAAAAAAAAAAAAAAAAAQ/9oACAEBAAY/Aj//xAAVEAEBAAAAAAAAAAAAAAAA"
    "AAAAAf/aAAgBAQABPyGEP//aAAgBAQAAABD/AP/EABUQAQEAAAAAAAAAAAAAAAAAAABh/9oACA"
    "EBAAE/EJJP/9k=")
CMYK_JPEG = of_base64(
    "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwBQNzxGPDJQRkFGWlVQX3jIgnhubnj1r7mRyP////////"
    "///////////////////////////////////////////8AAFAgACAAQBEMRAE0RAFkRAEsRAP/E"
    "ABcAAAMBAAAAAAAAAAAAAAAAAAACBAP/xAAaEAEAAgMBAAAAAAAAAAAAAAAAAQMRFGEC/9oADg"
    "RDAE0AWQBLAAA/AMKi6vEcRlatqGrw8eMh/9k=")
WEBP = of_base64(
    "UklGRkIAAABXRUJQVlA4IDYAAAAQAgCdASoQAAgABUB8JbACdLoAAwg4ltAAAP7pWJewGW5N5F"
    "oHfGPeNsmJ3mZz4VUlEmwAAAA=")
LOSSLESS_WEBP = of_base64(
    "UklGRkoAAABXRUJQVlA4TD4AAAAvD8ABAB8gEEjxKCMlECAkSZQnS23bNmzITt/q/MfqKm54QB"
    "NJak4aJg4RqKJ+kaSLhoj+JyilbEviJnPvBw==")
ANIMATED_WEBP = of_base64(
    "UklGRvgAAABXRUJQVlA4WAoAAAASAAAADwAABwAAQU5JTQYAAAAAAAAAAABBTk1GYgAAAAAAAA"
    "AAAA8AAAcAADIAAAJBTFBICgAAAAEHUMCICERE/wNWUDggOAAAAFABAJ0BKhAACAAHQJYlsAAF"
    "jAAA/f/xX7F/9Pl/V9//Taupl3Ib0D/h3sA55Ut79LW1tQe7qvIAQU5NRmIAAAAAAAAAAAAPAA"
    "AHAAAyAAACQUxQSAoAAAABB1DAiAhERP8DVlA4IDgAAABQAQCdASoQAAgAB0CWJbAABYwAAP3/"
    "7S+xf/T5fxff/02rqZdyG9A/8T1ZON2Ir/wFmzSLjdhwAA==")
GIF = of_base64(
    "R0lGODlhEAAIAIEAAHjALXhwGrAgCzAgAyH/C05FVFNDQVBFMi4wAwEAAAAh+QQABAAAACwAAA"
    "AAEAAIAAAILwAHCBwoUIDBgwYJDkTIUOGAABAZJhwIsWJFhAItarQoIACAjyBDihxJsqTJjwEB"
    "ACH5BAAEAAAALAAAAAAQAAYAgXjALXhwGrAgCzAgAwgpAAUIHChwgMGDBgkqRHhQocAAEBkOIA"
    "ixYkWEAixqtGgQgMePIEMGCAgAOw==")
EXIF = b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0"

XMP = (b"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
       b" xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:rights><r:Alt>"
       b"<r:li xml:lang='x-default'>\xc2\xa9 a &amp; b</r:li></r:Alt>"
       b"</dc:rights><dc:creator><r:Seq><r:li>A</r:li><r:li>B</r:li></r:Seq>"
       b"</dc:creator></r:RDF>")
IPTC = (b"8BIM\4\4\0\0\0\0\0\x18\x1c\1\x5a\0\3\x1b%G\x1c\2\x74\0\4mine"
        b"\x1c\2\x50\0\2me")


def tagged_tiff():
    """A TIFF header with EXIF and a position, without pixels."""
    def entry(tag, kind, count, value):
        if isinstance(value, int):
            value = struct.pack("<I", value)
        return struct.pack("<HHI", tag, kind, count) + value

    def page(*entries):
        return struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)

    top = 8 + 2 + 12 * 5 + 4
    exif, gps = top, top + 2 + 12 * 2 + 4
    values = gps + 2 + 12 * 4 + 4
    return (b"II*\0\x08\0\0\0"
            + page(entry(256, 3, 1, 8), entry(271, 2, 3, b"Me\0\0"),
                   entry(33432, 2, 4, b"a\0b\0"), entry(34665, 4, 1, exif),
                   entry(34853, 4, 1, gps))
            + page(entry(36867, 2, 20, values),
                   entry(36881, 2, 7, values + 20))
            + page(entry(1, 2, 2, b"N\0\0\0"), entry(2, 5, 3, values + 28),
                   entry(3, 2, 2, b"W\0\0\0"), entry(4, 5, 3, values + 28))
            + b"2026:06:01 12:34:56\0+02:00\0\0"
            + struct.pack("<6I", 48, 1, 51, 1, 2960, 100))


TAGGED_TIFF = tagged_tiff()


def png_chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(
        ">I", zlib.crc32(kind + content))


def png(colour, bits, channels, *chunks, interlaced=0):
    """Of 16x8 pixels; the rows of an interlaced one are those of its passes."""
    passes = [(16, 8)] if not interlaced else [
        (2, 1), (2, 1), (4, 1), (4, 2), (8, 2), (8, 4), (16, 4)]
    rows = b"".join(bytes([y % 5]) + bytes(
        (x * 37 + y) % 256 for x in range((width * bits * channels + 7) // 8))
        for width, height in passes for y in range(height))
    head = struct.pack(">IIBBBBB", 16, 8, bits, colour, 0, 0, interlaced)
    return (b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head)
            + b"".join(png_chunk(*each) for each in chunks)
            + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b""))


PALETTE = b"PLTE", bytes(range(48))
GAMMA = b"gAMA", struct.pack(">I", 100000)
CHROMATICITIES = b"cHRM", struct.pack(
    ">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)
PNGS = [
    png(2, 8, 3), png(6, 8, 4, GAMMA, CHROMATICITIES), png(0, 16, 1, GAMMA),
    png(4, 8, 2, interlaced=1), png(6, 16, 4), png(0, 1, 1),
    png(3, 4, 1, PALETTE, (b"tRNS", b"\0\x80")), png(3, 2, 1, PALETTE),
    png(2, 8, 3, (b"cICP", b"\x09\x10\0\1"), (b"eXIf", EXIF[6:])),
    png(2, 16, 3, (b"tRNS", b"\0\1\0\2\0\3"), interlaced=1),
    png(2, 8, 3, (b"acTL", struct.pack(">II", 2, 0)),
        (b"fcTL", struct.pack(">5I2H2B", 0, 16, 8, 0, 0, 1, 10, 0, 0))),
]


def bmp(bits, compression, pixels, palette=b"", header=40, more=b""):
    info = struct.pack("<IiiHHIIiiII", header, 16, 8, 1, bits, compression,
                       len(pixels), 2835, 2835, len(palette) // 4, 0) + more
    at = 14 + len(info) + len(palette)
    return (b"BM" + struct.pack("<IHHI", at + len(pixels), 0, 0, at) + info
            + palette + pixels)


MASKS = struct.pack("<IIII", 0xff0000, 0xff00, 0xff, 0xff000000)
V5 = (MASKS + b"BGRs" + bytes(48) + struct.pack("<IIII", 4, 124, 16, 0))
BMPS = [
    bmp(24, 0, bytes(16 * 8 * 3)),
    bmp(32, 3, bytes(range(256)) * 2, header=124, more=V5),
    bmp(16, 3, bytes(16 * 8 * 2), more=b"\0\xf8\0\0\xe0\7\0\0\x1f\0\0\0"),
    bmp(8, 1, b"\x10\1\0\0\4\2\0\3abc\0\0\2\1\1\3\5\0\0\0\1", bytes(64)),
    bmp(4, 2, b"\x10\x12\0\0\0\5\x12\x34\x50\0\0\2\1\1\0\1", bytes(64)),
    bmp(1, 0, bytes(4 * 8), bytes(8)), bmp(8, 0, bytes(16 * 8), bytes(1024)),
    b"BM" + struct.pack("<IHHIIHHHH", 0, 0, 0, 26, 12, 16, 8, 1, 24)
    + bytes(16 * 8 * 3),
]


def tiff(order, entries, big=False, data=bytes(16 * 8 * 3)):
    head = {"<": b"II", ">": b"MM"}[order]
    if big:
        head += struct.pack(order + "HHHQ", 43, 8, 0, 16)
        body = struct.pack(order + "Q", len(entries)) + b"".join(
            struct.pack(order + "HHQQ", tag, kind, count,
                        value << (48 if order == ">" and kind == 3 else 0))
            for tag, kind, count, value in entries) + bytes(8)
    else:
        head += struct.pack(order + "HI", 42, 8)
        body = struct.pack(order + "H", len(entries)) + b"".join(
            struct.pack(order + "HHII", tag, kind, count,
                        value << (16 if order == ">" and kind == 3 else 0))
            for tag, kind, count, value in entries) + bytes(4)
    return head + body + data


RGB = [(256, 3, 1, 16), (257, 3, 1, 8), (258, 3, 1, 8), (259, 3, 1, 1),
       (262, 3, 1, 2), (273, 4, 1, 150), (274, 3, 1, 6), (277, 3, 1, 3),
       (278, 3, 1, 8), (279, 4, 1, 384)]
TIFFS = [
    tiff("<", RGB), tiff(">", RGB), tiff("<", RGB, big=True),
    tiff(">", RGB, big=True),
    tiff("<", RGB + [(338, 3, 1, 2), (347, 7, 9, 160), (34675, 7, 20, 170)]),
    tiff("<", [(254, 4, 1, 1)] + RGB + [(322, 3, 1, 16), (323, 3, 1, 16)]),
    tiff("<", [(256, 3, 1, 16), (257, 3, 1, 8), (258, 3, 1, 32),
               (259, 3, 1, 1), (262, 3, 1, 8), (273, 4, 1, 150),
               (277, 3, 1, 3), (339, 3, 1, 3), (340, 11, 1, 0)]),
]
# With directories below the page and pixels as in an old JPEG, or with tiles.
PARTS = [(330, 4, 1, 8), (513, 4, 1, 150), (514, 4, 1, 384)]
TILES = [(322, 3, 1, 16), (323, 3, 1, 16), (324, 4, 1, 150), (325, 4, 1, 384)]
# In the order of those that probe_tiff.c chooses from.
LONG_TIFFS = [
    tiff("<", RGB + PARTS), tiff(">", RGB + TILES),
    tiff("<", RGB[:5] + TILES, big=True), tiff(">", RGB + PARTS, big=True),
]


def icc(kind=b"mntr", space=b"RGB "):
    """A profile of a matrix and curves, as ICC.1:2010 has them."""
    def xyz(*values):
        return b"XYZ \0\0\0\0" + struct.pack(
            ">3i", *(round(value * 65536) for value in values))
    curve = b"curv\0\0\0\0\0\0\0\1\2\x33\0\0"
    tags = {b"rXYZ": xyz(.4361, .2225, .0139), b"gXYZ": xyz(.3851, .7169, .0971),
            b"bXYZ": xyz(.1431, .0606, .7141), b"wtpt": xyz(.9642, 1, .8249),
            b"rTRC": curve, b"gTRC": curve, b"bTRC": curve, b"kTRC": curve}
    at = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, value in tags.items():
        table += name + struct.pack(">II", at + len(data), len(value))
        data += value
    head = struct.pack(">I4sI4s4s4s12x4s", at + len(data), b"lcms", 0x4300000,
                       kind, space, b"XYZ ", b"acsp")
    return head.ljust(68, b"\0") + struct.pack(
        ">3i", 63190, 65536, 54061) + bytes(48) + table + data


def params(*pairs):
    return b"\0".join(pair.encode() for pair in pairs)


def body(length, *records):
    """CONTENT_LENGTH, then records: a kind (5: STDIN) and bytes."""
    return length.encode() + b"\n" + b"".join(
        bytes([0 if kind == 5 else 240 + kind, len(content)]) + content
        for kind, content in records)


def reply(kind, index=0, form=0, width=0, height=0, err=0, content=b""):
    return struct.pack(">BBBHHB", kind, index, form, width, height, err) + \
        len(content).to_bytes(3, "big") + b"\x19wf" + content


def form(*parts, end=b"--x--\r\n", type_=b"multipart/form-data; boundary=x"):
    return b"\1\2" + type_ + b"\n" + b"".join(
        b"--x\r\n" + head + b"\r\n\r\n" + content + b"\r\n"
        for head, content in parts) + end


FIELD = b'Content-Disposition: form-data; name="a"'
FILE = (b'Content-Disposition: form-data; name="image"; filename="p.jpg"\r\n'
        b"Content-Type: image/jpeg")
STAR = b"Content-Disposition: form-data; name=f; filename*=UTF-8''p%C3%BC.jpg"
ADDRESS = bytes.fromhex("5db8d822") + bytes(12)

# Each target's seeds, and the words of its dictionary.
TARGETS = {
    "address": (
        [ADDRESS + b"10.0.0.0/8 fd00::/7", b"\x0a\0\0\1" + bytes(12) + b"::1",
         bytes.fromhex("0064ff9b" + "00" * 8 + "7f000001") + b"0.0.0.0/0",
         bytes.fromhex("26064700" + "00" * 12) + b"2606:4700::/32"],
        [b"/128", b"/32", b"::ffff:", b"127.0.0.1"]),
    "bmp": (BMPS, [b"BM", b"LINK", b"MBED", b"BGRs", b"\0\1", b"\0\2"]),
    "body": (
        [body("5", (5, b"hello"), (5, b"")), body("", (5, b"abc"), (5, b"")),
         body("9", (5, b"cut")), body("3", (5, b"abcdef"), (5, b"")),
         body("3", (5, b"ab"), (9, b"?"), (5, b"c"), (5, b"")),
         body("4", (5, b"ab"), (2, b""), (5, b"cd"), (5, b"")),
         body("-1", (5, b"x" * 200), (5, b"y" * 200), (5, b""))],
        [b"-1\n", b"\0\0", b"\xf2\0"]),
    "charset": (
        [b"utf-8\n\xc3\xbc", b"ISO-8859-1\n\xfc", b"windows-1252\n\x80\x9f",
         b"us-ascii\nx", b"koi8-r\nplain"], [b"UTF-8\n", b"iso-8859-1\n"]),
    "conf": (
        [b'max_upload = "1000"\nworkers = 3\n', b"# a comment\nlisten = \"x\"\n",
         b"fetch_deny = \"10.0.0.0/8 ::1\"\n", b"dialects = 'imagify'\n",
         b"sandbox = off\nsocket_mode = 0660\n", b"webhook_retries = \"1 2\"\n"],
        [b"base_url", b"max_pixels", b"cors_origins", b"= ", b'"', b"'", b"/*",
         b"*/", b"//", b"\\", b"${HOME}", b"{", b"}"]),
    "content_coding": (
        [b"gzip\n" + gzip.compress(b"hello" * 9, mtime=0),
         b"deflate\n" + zlib.compress(b"hello"),
         b"deflate\n" + zlib.compress(b"hello")[2:-4], b"br\nhello",
         b"x-gzip\n" + gzip.compress(bytes(70000), mtime=0) * 2],
        [b"gzip\n", b"deflate\n", b"\x1f\x8b\x08"]),
    "content_disposition": (
        [b'attachment; filename="a b.jpg"', b"inline; filename*=UTF-8''%e2%82",
         b"attachment; filename==?utf-8?B?w7w=?=", b'x; filename="C:\\a\\b"',
         b'form-data; filename="..\\..\\x"; filename*=iso-8859-1\'en\'%fc'],
        [b"filename=", b"filename*=", b"UTF-8''", b"%2f", b"=?utf-8?Q?"]),
    "cookie": (
        [b"sessionid\nsessionid=abc; x=y", b"a\nb=1; a=2;a=3", b"a\na=",
         b"csrftoken\n;; csrftoken=\"x\" ;"], [b"; ", b"=", b"sessionid"]),
    "decoder_reply": (
        [b"\0" + reply(1) + reply(2, 0, 0, 40, 20, content=b"abc")
         + reply(2, 1, 1, 10, 5, content=b"defg"),
         b"\0" + reply(1) + reply(2, 0, 0, 40, 20, content=b"abc") * 2,
         b"\0" + reply(1) + reply(3, err=23), b"\0" + reply(4),
         b"\0" + reply(1) + reply(5), b"\0" + reply(2), b"\3\1\0\0\0",
         b"\0" + reply(1) + reply(3, err=2), b"\0" + reply(1) * 2], []),
    "disposition": (
        [b"a.jpg", "ü\u202egpj.exe".encode(), b'a"b\\c', b"..", b"a\r\nX: y",
         b"x" * 300], ["\u202e".encode(), b"\r\n", b"%"]),
    "exif": ([EXIF, EXIF[6:], b"MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\x08\0\0"],
             [b"Exif\0\0", b"II*\0", b"MM\0*", b"\x12\1\3\0\1\0\0\0"]),
    "filename": (
        [b"a.jpg", b"UTF-8''p%C3%BC.jpg", b"=?iso-8859-1?Q?=FC_?=",
         b"=?utf-8?B?w7w=?= =?utf-8?b?w7w=?=", b"C:\\x\\y.jpg", b"\x83\\.jpg",
         b"windows-1252'de'%80"],
        [b"=?", b"?B?", b"?Q?", b"?=", b"utf-8", b"''", b"%2F", b"\x83\\"]),
    "gif": ([GIF], [b"GIF87a", b"GIF89a", b"!\xf9\4", b"!\xff\x0b", b",", b";",
                    b"NETSCAPE2.0\3\1"]),
    "icc": ([icc(), icc(b"prtr", b"CMYK"), icc(b"scnr", b"GRAY"),
             icc(b"spac", b"Lab ")],
            [b"acsp", b"RGB ", b"GRAY", b"CMYK", b"A2B0", b"kTRC", b"mft2",
             b"curv", b"para", b"mAB "]),
    "jpeg": ([b"\0" + JPEG, b"\7" + JPEG, b"\x0b" + JPEG, b"\0" + PROGRESSIVE_JPEG,
              b"\1" + CMYK_JPEG],
             [b"\xff\xd8", b"\xff\xc0", b"\xff\xc2", b"\xff\xc4", b"\xff\xda",
              b"\xff\xdb", b"\xff\xd9", b"\xff\xdd\0\4", b"\xff\xe1",
              b"ICC_PROFILE\0\1\1"]),
    "json": (
        [b"{}", b'{"a":"x"}', b'{"a":[1,-2.5e3,true,null,{"b":""}]}',
         b'{"a":3}', b'{"a":"\\u00fc\\ud83d\\ude00\\n"}', b'{"a":["x","y"]}',
         b'{"a":9223372036854775808}', b"{" + b'"a":{' * 15 + b"}" * 16],
        [b"{", b"}", b'"a":', b"true", b"null", b"\\u0000", b"\\ud800", b"1e9",
         b"NaN", b"/*", b"//", b",]"]),
    "keyfile": (
        [b"1 1700000000 0 " + b"ab" * 32 + b"\n",
         b"# x\n1 1 2 " + b"00" * 32 + b"\n2 3 0 " + b"FF" * 32 + b"\n"],
        [b" 0 ", b"\n", b"65535", b"#"]),
    "metadata": (
        [b"\0\xff\xd8\xff\xe1" + struct.pack(">H", len(EXIF) + 2) + EXIF
         + b"\xff\xe1" + struct.pack(">H", len(XMP) + 31)
         + b"http://ns.adobe.com/xap/1.0/\0" + XMP + JPEG[2:],
         b"\0\xff\xd8\xff\xed" + struct.pack(">H", len(IPTC) + 16)
         + b"Photoshop 3.0\0" + IPTC + JPEG[2:], b"\4" + TAGGED_TIFF,
         b"\1" + PNGS[0][:8] + png_chunk(b"eXIf", TAGGED_TIFF)
         + png_chunk(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + XMP),
         b"\3RIFF\0\0\0\0WEBPEXIF" + struct.pack("<I", len(TAGGED_TIFF))
         + TAGGED_TIFF + b"XMP " + struct.pack("<I", len(XMP)) + XMP,
         b"\6" + XMP, b"\7" + IPTC, b"\7" + IPTC[12:], b"\0" + JPEG,
         b"\1" + PNGS[0], b"\3" + WEBP, b"\3" + LOSSLESS_WEBP,
         b"\3" + ANIMATED_WEBP],
        [b"Exif\0\0", b"II*\0", b"http://ns.adobe.com/xap/1.0/\0",
         b"Photoshop 3.0\0", b"8BIM\4\4", b"\x1c\2\x74\0\4", b"<rdf:li>",
         b"</rdf:li>", b"<dc:rights>", b"</dc:rights>", b"<dc:creator>",
         b"xmlns:dc=", b"&amp;", b"&#x10ffff;", b"eXIf", b"iTXt",
         b"XML:com.adobe.xmp\0\0\0", b"\x69\x87\4\0", b"\x25\x88\4\0"]),
    "mime": (
        [b"image/jpeg", b'text/plain; charset="utf-8"', b"A/B ; c=d;e=\"\\\"\"",
         b"multipart/form-data; boundary=----x"], [b"; ", b"=", b'"', b"\\\""]),
    "multipart": (
        [form((FIELD, b"1"), (FILE, JPEG[:40])), form(), form((STAR, b"x")),
         form((FIELD, b""), (FIELD, b"2")), form((FILE, b"-"), end=b"--x"),
         form((FILE, b"\r\n--x"), (FIELD, b"\r\n--x\r\n")),
         b"\0\0multipart/form-data; boundary=\"y z\"\n--y z--\r\n",
         b"\0\0multipart/form-data\n--x--", b"\0\0text/plain\nx"],
        [b"--x", b"\r\n", b"--x--", b'filename="', b"filename*=", b'name="',
         b"Content-Disposition: form-data; ", b"Content-Type: ",
         b"Content-Transfer-Encoding: base64", b"multipart/form-data; boundary="]),
    "png": (PNGS, [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"gAMA",
                   b"cHRM", b"iCCP", b"sRGB", b"cICP", b"acTL", b"fdAT"]),
    "probe": ([JPEG, WEBP, GIF] + PNGS[:2] + BMPS[:2] + TIFFS[:2]
              + [b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", b"%PDF-1.7", b"<svg"],
              [b"\xff\xd8\xff", b"RIFF", b"WEBP", b"GIF89a", b"BM", b"II*\0",
               b"ftyp"]),
    "probe_bmp": ([each[2:] for each in BMPS], []),
    "probe_gif": ([GIF[6:]], [b"!\xf9\4", b"!\xff\x0b", b",", b";"]),
    "probe_jpeg": (
        [JPEG[3:], PROGRESSIVE_JPEG[3:], CMYK_JPEG[3:], b"\xe1"
         + struct.pack(">H", len(EXIF) + 2) + EXIF + JPEG[2:]],
        [b"\xff\xc0", b"\xff\xc2", b"\xff\xda", b"\xff\xe1", b"\xff\xd9",
         b"Exif\0\0"]),
    "precondition": ([b'"x", "a.h200"', b'W/"a.h200"', b"*",
                      b"Sat, 28 Nov 2026 12:00:00 GMT"],
                     [b'"a.h200"', b"W/", b" GMT", b"Sat, "]),
    "probe_png": ([each[16:] for each in PNGS],
                  [b"IDAT", b"IEND", b"acTL", b"tRNS", b"eXIf", b"CgBI"]),
    "probe_tiff": ([bytes([i]) + TIFFS[i][4:] for i in range(2)]
                   + [bytes([2 + i]) + TIFFS[2 + i][4:] for i in range(2)]
                   + [bytes([0x80 + i]) + each[4:]
                      for i, each in enumerate(LONG_TIFFS)],
                   [b"\0\1\3\0", b"\1\1\3\0", b"\x12\1\3\0",
                    b"\x4a\1\4\0", b"\1\2\4\0", b"\2\2\4\0"]),
    "probe_webp": ([WEBP[12:], LOSSLESS_WEBP[12:], ANIMATED_WEBP[12:]],
                   [b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF", b"ALPH",
                    b"EXIF", b"ICCP"]),
    "range": ([b"bytes=0-1", b"bytes=-5", b"bytes=5-,7-9", b"items=x",
               b"bytes= 0-1 ,\t2-"], [b"bytes=", b"-", b","]),
    "recipe": ([b"\xff\1\xff\0\x40\xc0" + name for name in
                (b"h200", b"w400.png", b"100x100", b"100x100-cover.webp",
                 b"9999x9999-exact", b"100x80-cover-north-east.webp",
                 b"100x80-cover-smart-sharp", b"w90-gray-blur8-q80@2x",
                 b"8191x8191-cover-south-west-gray-blur100-sharp-q100@2x.jpeg")
                ],
               [b"-cover", b"-exact", b"-north", b"-south-east", b"-smart",
                b"-gray", b"-blur", b"-sharp", b"-q", b"@2x", b"@3x",
                b".jpeg", b".webp", b"x", b"16383"]),
    "request": (
        [params("FCGI_ROLE=RESPONDER", "REQUEST_METHOD=GET",
                "REQUEST_URI=/v1/images?limit=2", "REMOTE_ADDR=127.0.0.1",
                "HTTP_ACCEPT=image/webp;q=0.5, */*", "HTTP_RANGE=bytes=0-1",
                "HTTP_PREFER=respond-async, wait=5", "CONTENT_LENGTH="),
         params("FCGI_ROLE=RESPONDER", "REQUEST_METHOD=POST",
                "REQUEST_URI=http://x/v1/", "CONTENT_LENGTH=5",
                "CONTENT_TYPE=image/png", "HTTP_COOKIE=a=b",
                "HTTP_X_REQUEST_ID=abcdefgh-1", "HTTP_IDEMPOTENCY_KEY=k"),
         params("FCGI_ROLE=FILTER", "REQUEST_METHOD=PUT", "REQUEST_URI=/"),
         params("FCGI_ROLE=RESPONDER", "REQUEST_METHOD=X", "REQUEST_URI=/",
                "CONTENT_LENGTH=1", "CONTENT_LENGTH=1")],
        [b"REQUEST_URI=", b"CONTENT_LENGTH=", b"HTTP_AUTHORIZATION=", b"\0",
         b"REQUEST_METHOD=", b";q=0", b"FCGI_ROLE=RESPONDER\0"]),
    "text": ([b"aGVsbG8=", b"aGVsbG8", b"%41%zz", b"<a href='x'>&", b"-7",
              "größe".encode()], [b"%00", b"==", b"-_", b"+/"]),
    "tiff": (TIFFS, [b"II*\0", b"MM\0*", b"\x12\1", b"\x11\1", b"\x01\x02"]),
    "token": (
        [b"AWQAAQAAAAAAAAAA/x.jpg", b"a.b.c",
         b'{"alg":"HS256","typ":"JWT","kid":"1"}\n{"token_type":"access",'
         b'"exp":99999999999,"iat":1,"jti":"x","user_id":"y",'
         b'"hash_password":"z"}',
         b'{"alg":"none"}\n{}'],
        [b'"alg":', b'"HS256"', b'"kid":', b'"crit":', b'"exp":', b'"jti":',
         b'"token_type":"access"']),
    "uri": (
        [b"GET /v1/images?limit=2&after=x", b"GET http://x/y/z", b"* //", b"OPTIONS *",
         b"GET /%C3%BC/?a=%41+b&&c", b"GET /a/../b", b"GET /a%2fb", b"a=1&b=2&a=3",
         b"GET /?q=%f0%9f%98%80"],
        [b"%2e%2e", b"%2F", b"%00", b"%0d%0a", b"//", b"http://", b"&", b"?", b"+"]),
    "url": (
        [b"http://example.org/puffin.jpg", b"https://[2606:4700::1]:443/a?b#c",
         "http://müller.example/ü x".encode(), b"http://0x7f.1/", b"http://a@b/",
         b"https://127.1:80/", b"http://xn--mller-kva.example/",
         "http://\uff11\uff12\uff17.0.0.1/".encode()],
        [b"http://", b"https://", b"[::ffff:", b"%25", b"@", b":80", b"xn--",
         b"0x7f000001", "。".encode(), b"\\"]),
    "webp": ([WEBP, LOSSLESS_WEBP, ANIMATED_WEBP],
             [b"RIFF", b"WEBP", b"VP8 ", b"VP8L", b"VP8X", b"ANIM", b"ANMF",
              b"ALPH", b"ICCP", b"EXIF"]),
}


def write(path, content):
    with open(path, "wb") as out:
        out.write(content)


def word(content):
    return '"' + "".join(
        chr(byte) if 32 < byte < 127 and byte not in b'"\\'
        else f"\\x{byte:02x}" for byte in content) + '"\n'


def main(folder):
    for name, (seeds, words) in TARGETS.items():
        os.makedirs(os.path.join(folder, name), exist_ok=True)
        for number, seed in enumerate(seeds):
            write(os.path.join(folder, name, f"{number:02}"), seed)
        if words:
            write(os.path.join(folder, name + ".dict"),
                  "".join(word(each) for each in words).encode())


if __name__ == "__main__":
    main(sys.argv[1])
