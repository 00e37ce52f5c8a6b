-- What a page says of an image: a text for those who do not see it, tags, and
-- what its file says: when, where, by whom and with which camera it was taken;
-- and what to show until the picture is loaded.

-- placeholder: a ThumbHash in base64, and color, #rrggbb: of the first variant
-- that was made.
-- tags: in the client's order, separated by newlines. taken_at: as clients get
-- it, with or without a zone. latitude and longitude: degrees times 10^7, NULL
-- if the position is unknown.
ALTER TABLE `images`
  ADD COLUMN `alt`       VARCHAR(1000) NULL,
  ADD COLUMN `tags`      VARCHAR(2200) NULL,
  ADD COLUMN `taken_at`  VARCHAR(25)   CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN `make`      VARCHAR(64)   NULL,
  ADD COLUMN `model`     VARCHAR(64)   NULL,
  ADD COLUMN `copyright` VARCHAR(500)  NULL,
  ADD COLUMN `creator`   VARCHAR(500)  NULL,
  ADD COLUMN `latitude`  INT           NULL,
  ADD COLUMN `longitude` INT           NULL,
  ADD COLUMN `placeholder`
    VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN `color`
    CHAR(7)     CHARACTER SET ascii COLLATE ascii_bin NULL;

-- Lists of images with the same bytes.
ALTER TABLE `images` ADD KEY `sha256` (`user_id`, `kind`, `sha256`, `id`);

-- The tags of images.tags, for lists. Tags that the collation does not
-- distinguish are one row.
CREATE TABLE `image_tags` (
  `user_id`  BINARY(16)  NOT NULL,
  `tag`      VARCHAR(64) NOT NULL,
  `image_id` BINARY(16)  NOT NULL,
  PRIMARY KEY (`user_id`, `tag`, `image_id`),
  KEY `image` (`image_id`),
  CONSTRAINT `image_tags_image` FOREIGN KEY (`image_id`)
    REFERENCES `images` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Whether the tier's users get the position.
ALTER TABLE `tiers` ADD COLUMN `exif` BOOLEAN NOT NULL DEFAULT FALSE;
