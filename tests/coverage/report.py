#!/usr/bin/python3
"""Prints what gcovr's summary says of the lines that tests run, and fails when
it is less than the goals."""

import fnmatch
import json
import sys

# What the goals are for, and how many percent of lines they are.
ALL = 90
STRICT = 98
GROUPS = {
    "parsers of requests": [
        "fcgi/uri.c", "fcgi/multipart.c", "fcgi/part.c", "fcgi/request.c",
        "fcgi/body.c", "fcgi/cookie.c", "fcgi/range.c", "fcgi/form.c",
        "lib/base/json.c", "lib/base/mime.c", "lib/base/text.c",
        "lib/base/charset.c", "lib/base/encoded_word.c",
        "lib/base/filename.c", "lib/base/cidr.c", "lib/base/conf*.c",
        "lib/base/setting.c",
        "lib/net/url.c", "lib/net/address.c", "lib/net/content_*.c"],
    "parsers of pictures": [
        "lib/picture/probe*.c", "lib/picture/exif.c", "lib/picture/gif.c",
        "lib/picture/tiff*.c", "lib/picture/bmp_*.c",
        "lib/picture/png_[!w]*.c",
        "lib/picture/webp_frame.c", "lib/picture/recipe.c",
        "lib/picture/foreign.c", "lib/picture/metadata*.c",
        "lib/picture/iptc.c", "lib/picture/xmp.c"],
    "signing": [
        "lib/base/crypt.c", "lib/service/jwt.c", "lib/service/link.c",
        "lib/service/keyring.c", "lib/service/keyfile.c"],
    "quota and idempotency": [
        "lib/model/idempotency.c", "lib/service/idempotency.c", "fcgi/idempotency.c",
        "lib/model/user.c", "lib/service/upload.c"],
}


def percent(rows):
    total = sum(row["line_total"] for row in rows)
    return 100 * sum(row["line_covered"] for row in rows) / max(total, 1)


def print_row(name, rows, goal):
    print(f"{name:<28} {len(rows):>5} {sum(r['line_total'] for r in rows):>7}"
          f" {percent(rows):>7.1f} {goal:>5}")
    return percent(rows) >= goal


def main(path):
    with open(path, encoding="utf-8") as summary:
        rows = json.load(summary)["files"]
    rows = [row for row in rows if row["filename"].endswith(".c")]
    print(f"{'lines':<28} {'files':>5} {'lines':>7} {'percent':>7} goal")
    good = print_row("lib and fcgi", rows, ALL)
    for name, patterns in GROUPS.items():
        group = [row for row in rows if any(
            fnmatch.fnmatch(row["filename"], each) for each in patterns)]
        good = print_row(name, group, STRICT) and good
    print("\nthe files with most lines that did not run:")
    for row in sorted(rows, key=lambda row: row["line_covered"]
                      - row["line_total"])[:25]:
        print(f"{row['line_total'] - row['line_covered']:>6} of "
              f"{row['line_total']:>4}  {row['filename']}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
