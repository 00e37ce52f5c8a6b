-- Searching images by a part of their name, and lists of images and jobs that
-- read no more rows than they return.

-- Whether image_ngrams has the name. A worker adds it there: the names that
-- are here already, and each new one. Until then a search reads the image.
ALTER TABLE `images`
  ADD COLUMN `name_indexed` BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE `images`
  ADD KEY `name_indexed` (`name_indexed`, `user_id`, `id`),
  ADD KEY `kind` (`user_id`, `kind`, `id`),
  ADD KEY `kind_status` (`user_id`, `kind`, `status`, `id`);

-- Each three and each four characters that follow one another in an image's
-- name.
CREATE TABLE `image_ngrams` (
  `image_id` BINARY(16) NOT NULL,
  `ngram`    VARCHAR(4) NOT NULL,
  `user_id`  BINARY(16) NOT NULL,
  PRIMARY KEY (`image_id`, `ngram`),
  KEY `search` (`user_id`, `ngram`, `image_id`),
  CONSTRAINT `image_ngrams_image` FOREIGN KEY (`image_id`)
    REFERENCES `images` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Of a user's jobs in one state.
ALTER TABLE `jobs` ADD KEY `user_state` (`user_id`, `state`, `id`);
