-- The tables of pixtier. MariaDB >= 10.6 and MySQL >= 8.0.
--
-- Ids are UUIDv7 made by the programs, so they sort by time. Times are UTC.
-- A limit of NULL is no limit.

CREATE TABLE `tiers` (
  `id`                  BINARY(16)   NOT NULL,
  `name`                VARCHAR(64)  NOT NULL,
  `any_size`            BOOLEAN      NOT NULL DEFAULT FALSE,
  `max_side`            INT UNSIGNED NOT NULL DEFAULT 8192,
  `original`            BOOLEAN      NOT NULL DEFAULT FALSE,
  `links`               BOOLEAN      NOT NULL DEFAULT FALSE,
  `link_min`            INT UNSIGNED NOT NULL DEFAULT 300,
  `link_max`            INT UNSIGNED NOT NULL DEFAULT 30000,
  `max_bytes`           BIGINT UNSIGNED NULL,
  `max_pixels`          BIGINT UNSIGNED NULL,
  `quota_bytes`         BIGINT UNSIGNED NULL,
  `uploads_per_day`     INT UNSIGNED NULL,
  `requests_per_minute` INT UNSIGNED NULL,
  `priority`            TINYINT      NOT NULL DEFAULT 1,
  `retention_days`      INT UNSIGNED NULL,
  `fetch`               BOOLEAN      NOT NULL DEFAULT FALSE,
  `animated`            BOOLEAN      NOT NULL DEFAULT FALSE,
  `formats`             VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin
                        NOT NULL DEFAULT 'jpeg png gif webp tiff bmp',
  PRIMARY KEY (`id`),
  UNIQUE KEY `name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE `tier_sizes` (
  `tier_id`  BINARY(16)   NOT NULL,
  `position` INT UNSIGNED NOT NULL,
  `variant`  VARCHAR(48)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`tier_id`, `variant`),
  CONSTRAINT `tier_sizes_tier` FOREIGN KEY (`tier_id`)
    REFERENCES `tiers` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- used_bytes and used_images are the sums over the user's images; they change
-- in the transaction that adds or removes one.
CREATE TABLE `users` (
  `id`            BINARY(16)      NOT NULL,
  `username`      VARCHAR(64)     NOT NULL,
  `email`         VARCHAR(254)    NULL,
  `password`      VARCHAR(255)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `tier_id`       BINARY(16)      NOT NULL,
  `is_admin`      BOOLEAN         NOT NULL DEFAULT FALSE,
  `created_at`    DATETIME(6)     NOT NULL,
  `disabled_at`   DATETIME(6)     NULL,
  `used_bytes`    BIGINT UNSIGNED NOT NULL DEFAULT 0,
  `used_images`   BIGINT UNSIGNED NOT NULL DEFAULT 0,
  `uploads_day`   DATE            NULL,
  `uploads_today` INT UNSIGNED    NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `username` (`username`),
  CONSTRAINT `users_tier` FOREIGN KEY (`tier_id`) REFERENCES `tiers` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- API tokens and browser sessions; only the SHA-256 of the secret is kept.
CREATE TABLE `tokens` (
  `id`           BINARY(16)  NOT NULL,
  `user_id`      BINARY(16)  NOT NULL,
  `kind`         ENUM('api', 'session') NOT NULL,
  `name`         VARCHAR(64) NOT NULL,
  `hash`         BINARY(32)  NOT NULL,
  `scopes`       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `created_at`   DATETIME(6) NOT NULL,
  `expires_at`   DATETIME(6) NULL,
  `last_used_at` DATETIME(6) NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `hash` (`hash`),
  KEY `user` (`user_id`, `kind`, `id`),
  CONSTRAINT `tokens_user` FOREIGN KEY (`user_id`)
    REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Width and height are as people see the picture, after orientation.
CREATE TABLE `images` (
  `id`           BINARY(16)      NOT NULL,
  `user_id`      BINARY(16)      NOT NULL,
  `name`         VARCHAR(255)    NOT NULL,
  `status`       ENUM('processing', 'ready', 'failed') NOT NULL,
  `format`       VARCHAR(8)      CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `width`        INT UNSIGNED    NOT NULL,
  `height`       INT UNSIGNED    NOT NULL,
  `bytes`        BIGINT UNSIGNED NOT NULL,
  `sha256`       BINARY(32)      NOT NULL,
  `error_code`   VARCHAR(32)     CHARACTER SET ascii COLLATE ascii_bin NULL,
  `error_detail` VARCHAR(255)    NULL,
  `created_at`   DATETIME(6)     NOT NULL,
  PRIMARY KEY (`id`),
  KEY `user` (`user_id`, `id`),
  CONSTRAINT `images_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE `variants` (
  `image_id`   BINARY(16)      NOT NULL,
  `variant`    VARCHAR(48)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `status`     ENUM('processing', 'ready', 'failed') NOT NULL,
  `format`     VARCHAR(8)      CHARACTER SET ascii COLLATE ascii_bin NULL,
  `width`      INT UNSIGNED    NULL,
  `height`     INT UNSIGNED    NULL,
  `bytes`      BIGINT UNSIGNED NULL,
  `sha256`     BINARY(32)      NULL,
  `created_at` DATETIME(6)     NOT NULL,
  PRIMARY KEY (`image_id`, `variant`),
  CONSTRAINT `variants_image` FOREIGN KEY (`image_id`)
    REFERENCES `images` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- One row a picture: a render job makes every variant of its image that is
-- still processing. priority: 0 high, 1 normal, 2 low.
CREATE TABLE `jobs` (
  `id`           BINARY(16)   NOT NULL,
  `kind`         VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `user_id`      BINARY(16)   NOT NULL,
  `image_id`     BINARY(16)   NULL,
  `state`        ENUM('queued', 'running', 'done', 'failed', 'cancelled') NOT NULL,
  `priority`     TINYINT      NOT NULL,
  `attempts`     INT UNSIGNED NOT NULL DEFAULT 0,
  `max_attempts` INT UNSIGNED NOT NULL,
  `run_after`    DATETIME(6)  NOT NULL,
  `lease_until`  DATETIME(6)  NULL,
  `worker`       VARCHAR(96)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  `error_code`   VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NULL,
  `error_detail` VARCHAR(255) NULL,
  `created_at`   DATETIME(6)  NOT NULL,
  `started_at`   DATETIME(6)  NULL,
  `finished_at`  DATETIME(6)  NULL,
  PRIMARY KEY (`id`),
  KEY `claim` (`state`, `priority`, `run_after`, `id`),
  KEY `lease` (`state`, `lease_until`),
  KEY `user` (`user_id`, `id`),
  KEY `image` (`image_id`),
  CONSTRAINT `jobs_user` FOREIGN KEY (`user_id`)
    REFERENCES `users` (`id`) ON DELETE CASCADE,
  CONSTRAINT `jobs_image` FOREIGN KEY (`image_id`)
    REFERENCES `images` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- A link is valid by its signature alone; this table lists what was handed out
-- and holds the revocations, which every responder reads once a second.
CREATE TABLE `links` (
  `id`         BINARY(16)  NOT NULL,
  `image_id`   BINARY(16)  NOT NULL,
  `user_id`    BINARY(16)  NOT NULL,
  `variant`    VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `created_at` DATETIME(6) NOT NULL,
  `expires_at` DATETIME(6) NOT NULL,
  `revoked_at` DATETIME(6) NULL,
  PRIMARY KEY (`id`),
  KEY `image` (`image_id`, `id`),
  KEY `revoked` (`revoked_at`, `expires_at`),
  CONSTRAINT `links_image` FOREIGN KEY (`image_id`)
    REFERENCES `images` (`id`) ON DELETE CASCADE,
  CONSTRAINT `links_user` FOREIGN KEY (`user_id`)
    REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Who changed what, when, from where. Rows outlive what they speak of.
CREATE TABLE `audit` (
  `id`      BINARY(16)   NOT NULL,
  `at`      DATETIME(6)  NOT NULL,
  `actor`   VARCHAR(64)  NOT NULL,
  `action`  VARCHAR(32)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `subject` VARCHAR(128) NOT NULL,
  `detail`  VARCHAR(255) NOT NULL,
  `address` VARCHAR(64)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

INSERT INTO `tiers` (`id`, `name`, `original`, `links`, `max_pixels`,
  `requests_per_minute`, `retention_days`, `fetch`) VALUES
  (X'01900000000070008000000000000001', 'Basic',      FALSE, FALSE,  24000000, NULL, NULL, FALSE),
  (X'01900000000070008000000000000002', 'Premium',    TRUE,  FALSE,  50000000, NULL, NULL, FALSE),
  (X'01900000000070008000000000000003', 'Enterprise', TRUE,  TRUE,  200000000, NULL, NULL, TRUE),
  (X'01900000000070008000000000000004', 'Anonymous',  FALSE, FALSE,  24000000, 60,   1,    TRUE);

INSERT INTO `tier_sizes` (`tier_id`, `position`, `variant`) VALUES
  (X'01900000000070008000000000000001', 1, 'h200'),
  (X'01900000000070008000000000000002', 1, 'h200'),
  (X'01900000000070008000000000000002', 2, 'h400'),
  (X'01900000000070008000000000000003', 1, 'h200'),
  (X'01900000000070008000000000000003', 2, 'h400'),
  (X'01900000000070008000000000000004', 1, '100x100'),
  (X'01900000000070008000000000000004', 2, '100x100-cover'),
  (X'01900000000070008000000000000004', 3, '100x100-exact');

-- The built-in user of clients that know no users: it cannot sign in.
INSERT INTO `users` (`id`, `username`, `password`, `tier_id`, `created_at`)
VALUES (X'01900000000070008000000000000010', 'anonymous', '!',
  X'01900000000070008000000000000004', UTC_TIMESTAMP(6));
