-- Removed images whose rows a worker has not yet removed from image_ngrams.
-- There are some thirty for each image, so nobody waits for that.
CREATE TABLE `removed_images` (
  `id` BINARY(16) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

ALTER TABLE `image_ngrams` DROP FOREIGN KEY `image_ngrams_image`;
