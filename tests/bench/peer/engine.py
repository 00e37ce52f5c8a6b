"""engine.py pillow|vips FILE OUT: renders with Pillow or libvips, by the
protocol of tests/bench/measure.h."""

import ctypes
import io
import pathlib
import resource
import sys
import time

HEIGHTS = 400, 200
QUALITY = 85
VIPS_LIBRARY = "libvips.so.42"
VIPS_SIZE_DOWN = 2  # never enlarge; enum VipsSize
WIDE = 100000       # so that the height decides


def new_width(width, height, new_height):
    return (width * new_height + height // 2) // height


def start_pillow(data):
    from PIL import Image
    Image.MAX_IMAGE_PIXELS = None

    def encode(image, alpha):
        file = io.BytesIO()
        image.save(file, "PNG" if alpha else "JPEG", quality=QUALITY)
        return file.getvalue()

    def shrink(image, height):
        if height >= image.height:
            return image
        width = new_width(image.width, image.height, height)
        return image.resize((width, height), Image.LANCZOS)

    def render():
        image = Image.open(io.BytesIO(data))
        height = HEIGHTS[0] * 3 // 2
        image.draft("RGB", (new_width(*image.size, height), height))
        alpha = image.mode == "RGBA"
        image = image.convert("RGBA" if alpha else "RGB")
        large = shrink(image, HEIGHTS[0])
        return encode(large, alpha), encode(shrink(large, HEIGHTS[1]), alpha)

    return render


class Vips:
    """The functions of libvips that this program calls. Their last argument
    ends the list of options."""

    def __init__(self):
        self.lib = ctypes.CDLL(VIPS_LIBRARY)
        if self.lib.vips_init(sys.argv[0].encode()):
            raise SystemExit("libvips cannot be started")
        self.lib.vips_concurrency_set(1)
        self.lib.vips_cache_set_max(0)
        self.lib.vips_error_buffer.restype = ctypes.c_char_p
        self.lib.vips_image_copy_memory.restype = ctypes.c_void_p

    def must(self, failed):
        if failed:
            raise SystemExit("libvips: " +
                             self.lib.vips_error_buffer().decode())

    def options(self, *pairs):
        values = [value.encode() if isinstance(value, str) else value
                  for value in pairs]
        return *values, ctypes.c_void_p()

    def thumbnail_buffer(self, data, height):
        out = ctypes.c_void_p()
        self.must(self.lib.vips_thumbnail_buffer(
            data, ctypes.c_size_t(len(data)), ctypes.byref(out), WIDE,
            *self.options("height", height, "size", VIPS_SIZE_DOWN)))
        copy = ctypes.c_void_p(self.lib.vips_image_copy_memory(out))
        self.lib.g_object_unref(out)
        self.must(not copy)
        return copy

    def thumbnail_image(self, image, height):
        out = ctypes.c_void_p()
        self.must(self.lib.vips_thumbnail_image(
            image, ctypes.byref(out), WIDE,
            *self.options("height", height, "size", VIPS_SIZE_DOWN)))
        return out

    def encode(self, image):
        buffer, length = ctypes.c_void_p(), ctypes.c_size_t()
        save, options = self.lib.vips_jpegsave_buffer, self.options(
            "Q", QUALITY, "optimize_coding", 1)
        if self.lib.vips_image_hasalpha(image):
            save, options = self.lib.vips_pngsave_buffer, self.options()
        self.must(save(image, ctypes.byref(buffer), ctypes.byref(length),
                       *options))
        output = ctypes.string_at(buffer, length.value)
        self.lib.g_free(buffer)
        self.lib.g_object_unref(image)
        return output


def start_vips(data):
    vips = Vips()

    def render():
        large = vips.thumbnail_buffer(data, HEIGHTS[0])
        small = vips.thumbnail_image(large, HEIGHTS[1])
        outputs = vips.encode(small), vips.encode(large)
        return outputs[1], outputs[0]

    return render


def usage():
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime, time.monotonic(), own.ru_minflt


def peak_kib():
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    return 0


def main():
    kind, file, prefix = sys.argv[1:]
    data = pathlib.Path(file).read_bytes()
    start = {"pillow": start_pillow, "vips": start_vips}[kind]
    render = start(data)
    for height, output in zip(HEIGHTS, render()):
        pathlib.Path(f"{prefix}-{height}").write_bytes(output)
    for line in sys.stdin:
        times = int(line)
        before = usage()
        for _ in range(times):
            outputs = render()
        cpu, real, faults = (b - a for a, b in zip(before, usage()))
        print(cpu * 1e6 / times, real * 1e6 / times, faults / times,
              peak_kib(), *map(len, outputs), flush=True)


if __name__ == "__main__":
    main()
