-- A tier's watermark is a PNG in base64; a row without one means that the tier
-- had one. Rows are kept when their tier is deleted: as long as there is none,
-- no variant has ever had a watermark.
CREATE TABLE `watermarks` (
  `tier_id`  BINARY(16)        NOT NULL,
  `png`      MEDIUMTEXT        CHARACTER SET ascii COLLATE ascii_bin NULL,
  `position` VARCHAR(16)       CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `opacity`  TINYINT UNSIGNED  NOT NULL,
  `scale`    TINYINT UNSIGNED  NOT NULL,
  `min_side` SMALLINT UNSIGNED NOT NULL,
  PRIMARY KEY (`tier_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- When the watermark of the tier was changed, in microseconds since 1970; 0
-- without one. A variant has that of its owner's tier when it was rendered; if
-- they differ, its next use renders it again.
ALTER TABLE `tiers`
  ADD COLUMN `watermark` BIGINT NOT NULL DEFAULT 0;

ALTER TABLE `variants`
  ADD COLUMN `watermark` BIGINT NOT NULL DEFAULT 0;
