-- Pictures that are fetched from a URL. Until such an image's file is here,
-- nothing is known of it: format, size and sum are NULL, and its bytes count
-- as 0.

ALTER TABLE `images`
  MODIFY `format` VARCHAR(8)      CHARACTER SET ascii COLLATE ascii_bin NULL,
  MODIFY `width`  INT UNSIGNED    NULL,
  MODIFY `height` INT UNSIGNED    NULL,
  MODIFY `bytes`  BIGINT UNSIGNED NULL,
  MODIFY `sha256` BINARY(32)      NULL;

-- What a fetch job gets.
ALTER TABLE `jobs`
  ADD COLUMN `url` VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NULL
  AFTER `kind`;
