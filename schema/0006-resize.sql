-- Resizes, which are images that lists do not show, and what their jobs make;
-- how long pictures are kept, and which were used last.

ALTER TABLE `images`
  ADD COLUMN `kind` ENUM('upload', 'resize') NOT NULL DEFAULT 'upload',
  ADD KEY `age` (`user_id`, `created_at`);

-- A job with a variant has one result; its quality is NULL for the setting's.
ALTER TABLE `jobs`
  ADD COLUMN `variant` VARCHAR(48) CHARACTER SET ascii COLLATE ascii_bin NULL,
  ADD COLUMN `quality` TINYINT UNSIGNED NULL;

-- One that is dropped is about to go: its file first, then its row.
ALTER TABLE `variants`
  MODIFY COLUMN `status`
    ENUM('processing', 'ready', 'failed', 'dropped') NOT NULL,
  ADD COLUMN `used_at` DATETIME(6) NULL,
  ADD KEY `used` (`status`, `used_at`, `bytes`);

UPDATE `variants` SET `used_at` = `created_at`;

-- Clients that know no users choose any size.
UPDATE `tiers` SET `any_size` = TRUE, `max_side` = 9999
  WHERE `id` = X'01900000000070008000000000000004';
