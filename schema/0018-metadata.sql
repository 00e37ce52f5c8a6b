-- What a page says of an image: a text for those who do not see it, and tags.

-- tags: in the client's order, separated by newlines.
ALTER TABLE `images`
  ADD COLUMN `alt`  VARCHAR(1000) NULL,
  ADD COLUMN `tags` VARCHAR(2200) NULL;

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
