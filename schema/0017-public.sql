-- Public images: their pictures have addresses that last until the image is
-- private or deleted.

ALTER TABLE `tiers`
  ADD COLUMN `public` BOOLEAN NOT NULL DEFAULT FALSE AFTER `links`;

UPDATE `tiers` SET `public` = TRUE
  WHERE `id` = X'01900000000070008000000000000003' AND `links` = TRUE;

-- public_original: the tier allowed originals when the image became public.
-- published_at: when it became public for the first time.
ALTER TABLE `images`
  ADD COLUMN `public` BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN `public_original` BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN `published_at` DATETIME(6) NULL;

-- The addresses of variants of public images that were removed to save space:
-- the first 4 bytes of the file's SHA-256 are a part of the address. The next
-- request renders such a variant again; no other address renders anything.
CREATE TABLE `public_variants` (
  `image_id` BINARY(16)  NOT NULL,
  `variant`  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `sum`      BINARY(4)   NOT NULL,
  `format`   VARCHAR(8)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`image_id`, `variant`, `sum`),
  CONSTRAINT `public_variants_image` FOREIGN KEY (`image_id`)
    REFERENCES `images` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- Deleted images that were public: for some time their addresses answer 410.
CREATE TABLE `ended_images` (
  `id`       BINARY(16)  NOT NULL,
  `ended_at` DATETIME(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `ended` (`ended_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
