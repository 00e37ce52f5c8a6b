-- The host that a webhook's messages go to, in small letters; and, of a job
-- that sends one, the same: so many of one receiver are sent at once.

ALTER TABLE `webhooks`
  ADD COLUMN `receiver` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin
    NOT NULL DEFAULT '' AFTER `url`;

UPDATE `webhooks` SET `receiver` = LOWER(SUBSTRING_INDEX(SUBSTRING_INDEX(
  SUBSTRING(`url`, LOCATE('://', `url`) + 3), '/', 1), ':', 1));

ALTER TABLE `jobs`
  ADD COLUMN `receiver` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin
    NULL AFTER `url`;
