"""What colours look like, by the arithmetic of CIE 1931 and nothing else."""

import functools

D65 = (0.3127, 0.3290)
SRGB = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
SWAPPED = SRGB[::-1]
P3 = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
BT2020 = ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046))

BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367),
            (0.0389, -0.0685, 1.0296))


def srgb_curve(v):
    return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4


def bt709_curve(v):
    return v / 4.5 if v < 0.081 else ((v + 0.099) / 1.099) ** (1 / 0.45)


def power(exponent):
    return lambda v: v ** exponent


def encode(light):
    """What sRGB shows this light by, of 255."""
    light = min(1, max(0, light))
    v = 12.92 * light if light <= 0.0031308 else \
        1.055 * light ** (1 / 2.4) - 0.055
    return round(255 * v)


def _apply(matrix, vector):
    return tuple(sum(a * b for a, b in zip(row, vector)) for row in matrix)


def _times(one, other):
    columns = tuple(zip(*other))
    return tuple(tuple(sum(a * b for a, b in zip(row, column))
                       for column in columns) for row in one)


def _inverse(m):
    (a, b, c), (d, e, f), (g, h, i) = m
    det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return ((e * i - f * h) / det, (c * h - b * i) / det,
            (b * f - c * e) / det), \
        ((f * g - d * i) / det, (a * i - c * g) / det,
         (c * d - a * f) / det), \
        ((d * h - e * g) / det, (b * g - a * h) / det,
         (a * e - b * d) / det)


def _xyz(xy):
    return xy[0] / xy[1], 1, (1 - xy[0] - xy[1]) / xy[1]


def _to_xyz(primaries, white):
    columns = tuple(zip(*(_xyz(it) for it in primaries)))
    scale = _apply(_inverse(columns), _xyz(white))
    return tuple(tuple(a * b for a, b in zip(row, scale)) for row in columns)


def _adapted(white):
    """The matrix from this white to D65."""
    ratio = tuple(b / a for a, b in zip(_apply(BRADFORD, _xyz(white)),
                                        _apply(BRADFORD, _xyz(D65))))
    scaled = tuple(tuple(r * it for it in row)
                   for r, row in zip(ratio, BRADFORD))
    return _times(_inverse(BRADFORD), scaled)


def shown(image, curve=srgb_curve, primaries=SRGB, white=D65):
    """An RGB picture as it looks when its values mean this."""
    matrix = _times(_inverse(_to_xyz(SRGB, D65)),
                    _times(_adapted(white), _to_xyz(primaries, white)))

    @functools.lru_cache(maxsize=None)
    def convert(pixel):
        light = _apply(matrix, tuple(curve(v / 255) for v in pixel))
        return tuple(encode(it) for it in light)

    image = image.convert("RGB")
    result = image.copy()
    result.putdata([convert(it) for it in image.getdata()])
    return result
