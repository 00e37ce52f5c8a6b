"""Adds thousands of rows at once by SQL, equal to those that the service
writes one after another. Ids begin with the time, as UUIDv7 do. The tables seq_1_to_N
are built into MariaDB."""

from servers import TIER

# The id for a serial number `seq`: 48 bits of time, version and variant, and
# the number.
ID = ("CAST(CONCAT(UNHEX(LPAD(HEX({start} + seq), 12, '0')),"
      " X'70008000', UNHEX(LPAD(HEX(seq), 12, '0'))) AS BINARY(16))")
START_MS = 1700000000000


def row_id(start=START_MS):
    return ID.format(start=start)


def user_id(service, token_hash):
    return service.query("SELECT user_id FROM tokens WHERE hash = %s",
                         token_hash)[0][0]


def add_images(service, user, first, last):
    """Adds ready images, each with the tag `all`, two variants and the job that
    made them, but without files."""
    numbers = f"seq_{first}_to_{last}"
    image = row_id()
    service.query(
        "INSERT INTO images (id, user_id, name, status, format, width, height,"
        " bytes, sha256, created_at, name_indexed)"
        f" SELECT {image}, %s, CONCAT('picture-', seq, '.jpg'), 'ready',"
        " 'jpeg', 1920, 1200, 680000, UNHEX(SHA2(seq, 256)),"
        " UTC_TIMESTAMP(6) - INTERVAL 1 DAY, TRUE"
        f" FROM {numbers}", user)
    service.query("INSERT INTO image_tags (user_id, tag, image_id)"
                  f" SELECT %s, 'all', {image} FROM {numbers}", user)
    for size in 3, 4:
        service.query(
            "INSERT IGNORE INTO image_ngrams (image_id, ngram, user_id)"
            f" SELECT {image.replace('seq', 'n.seq')},"
            " SUBSTRING(CONCAT('picture-', n.seq, '.jpg'), p.seq, %s), %s"
            f" FROM {numbers} n STRAIGHT_JOIN seq_1_to_20 p"
            " ON p.seq + %s <= 13 + CHAR_LENGTH(n.seq)", size, user, size)
    for height in 200, 400:
        service.query(
            "INSERT INTO variants (image_id, variant, status, format, width,"
            " height, bytes, sha256, created_at, used_at)"
            f" SELECT {image}, 'h{height}', 'ready', 'jpeg',"
            f" {height * 8 // 5}, {height}, 20000, REPEAT('x', 32),"
            f" UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM {numbers}")
    add_jobs(service, user, numbers, image, "done", START_MS)
    service.query("UPDATE users SET used_images = used_images + %s,"
                  " used_bytes = used_bytes + 680000 * %s,"
                  " variant_bytes = variant_bytes + 40000 * %s WHERE id = %s",
                  *[last - first + 1] * 3, user)


def add_jobs(service, user, numbers, image, state, start):
    """Adds render jobs of images that have all their variants."""
    ended = "UTC_TIMESTAMP(6)" if state == "done" else "NULL"
    service.query(
        "INSERT INTO jobs (id, kind, user_id, image_id, state, priority,"
        " max_attempts, run_after, created_at, finished_at)"
        f" SELECT {row_id(start)}, 'render', %s, {image}, %s, 1, 3,"
        f" UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), {ended} FROM {numbers}",
        user, state)


def count_jobs(service, *states):
    marks = ", ".join(["%s"] * len(states))
    return service.query("SELECT COUNT(*) FROM jobs WHERE state IN"
                         f" ({marks})", *states)[0][0]


def allow_anonymous(service):
    """Removes the limits of the tier of clients without an account."""
    service.query("UPDATE tiers SET requests_per_minute = NULL,"
                  " uploads_per_day = NULL, max_pending_seconds = NULL"
                  " WHERE name = 'Anonymous'")


def keep_days(service, days):
    service.query("UPDATE tiers SET retention_days = %s WHERE name = %s",
                  days, TIER)
